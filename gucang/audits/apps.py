from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    name = "gucang.audits"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Put findings on the pages of others. The rules that modules declare are loaded with their records."""
        from gucang.audits import frame  # noqa: F401
