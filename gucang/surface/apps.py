from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class SurfaceConfig(AppConfig):
    name = "gucang.surface"
    verbose_name = _("Surface")

    def ready(self) -> None:
        from gucang.surface.checks import check_icons

        register(check_icons)
