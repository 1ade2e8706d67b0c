from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivityConfig(AppConfig):
    name = "gucang.activity"
    verbose_name = _("Activity")

    def ready(self) -> None:
        """Put the composer and the tabs on the pages of others."""
        from gucang.activity import frame  # noqa: F401
