from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessesConfig(AppConfig):
    name = "gucang.processes"
    verbose_name = _("Processes")

    def ready(self) -> None:
        """Give outside logs and models their places in the frame, and extracts their address in the API."""
        from gucang.processes import api, frame  # noqa: F401
