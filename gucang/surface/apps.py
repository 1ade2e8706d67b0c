from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurfaceConfig(AppConfig):
    name = "gucang.surface"
    verbose_name = _("Surface")
