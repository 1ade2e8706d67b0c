from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourtConfig(AppConfig):
    name = "gucang.court"
    verbose_name = _("Deviation court")

    def ready(self) -> None:
        """Put what is judged on the pages of others, and tell conformance of it."""
        from gucang.court import frame, measures  # noqa: F401
