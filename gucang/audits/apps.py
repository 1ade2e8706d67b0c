from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    name = "gucang.audits"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Put findings on the pages of others, and load the rules that modules declare about their own records."""
        from django.utils.module_loading import autodiscover_modules

        from gucang.audits import frame  # noqa: F401

        autodiscover_modules("audit_rules")
