from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SopsConfig(AppConfig):
    name = "gucang.sops"
    verbose_name = _("Processes (SOP)")
