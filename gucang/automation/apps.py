from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    name = "gucang.automation"
    verbose_name = _("Automation")

    def ready(self) -> None:
        """Give automations their place in the settings, and let timelines say what they did."""
        from gucang.automation import frame  # noqa: F401
