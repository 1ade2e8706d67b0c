from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "gucang.bulk"
    verbose_name = _("Bulk work")

    def ready(self) -> None:
        """Put bulk work into the frame, the timelines and the API."""
        from gucang.bulk import api, frame  # noqa: F401
