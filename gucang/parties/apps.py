from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartiesConfig(AppConfig):
    name = "gucang.parties"
    verbose_name = _("Parties")

    def ready(self) -> None:
        """Register the parts that this module puts on generic pages."""
        from gucang.parties import screens  # noqa: F401
