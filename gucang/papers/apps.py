from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "gucang.papers"
    verbose_name = _("Papers")

    def ready(self) -> None:
        """Put the PDF beside every record that has one, and into the API."""
        from gucang.papers import api, frame  # noqa: F401
