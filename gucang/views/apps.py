from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ViewsConfig(AppConfig):
    name = "gucang.views"
    verbose_name = _("Views")

    def ready(self) -> None:
        """Let every list show the views that were saved for it."""
        from gucang.views import frame  # noqa: F401
