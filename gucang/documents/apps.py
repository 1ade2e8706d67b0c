from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "gucang.documents"
    verbose_name = _("Documents with lines")

    def ready(self) -> None:
        """Give the settings their place for rounding."""
        from gucang.documents import frame  # noqa: F401
