from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrderingConfig(AppConfig):
    name = "gucang.ordering"
    verbose_name = _("Sales orders")

    def ready(self) -> None:
        """Register the parts that this module puts on generic pages."""
        from gucang.ordering import contracts, screens  # noqa: F401
