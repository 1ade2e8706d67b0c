from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SopsConfig(AppConfig):
    name = "gucang.sops"
    verbose_name = _("Processes (SOP)")

    def ready(self) -> None:
        """Put the next step on the pages of others, and load the processes that modules declare about their records."""
        from django.utils.module_loading import autodiscover_modules

        from gucang.sops import frame  # noqa: F401

        autodiscover_modules("procedures")
