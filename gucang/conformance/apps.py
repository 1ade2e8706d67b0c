from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConformanceConfig(AppConfig):
    name = "gucang.conformance"
    verbose_name = _("Conformance")

    def ready(self) -> None:
        """Give what is kept of cases its places in the frame."""
        from gucang.conformance import frame  # noqa: F401
