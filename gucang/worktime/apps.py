from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    name = "gucang.worktime"
    verbose_name = _("Working time")

    def ready(self) -> None:
        """Give the settings their place for the working calendars."""
        from gucang.worktime import frame  # noqa: F401
