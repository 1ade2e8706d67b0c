from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StockConfig(AppConfig):
    name = "gucang.stock"
    verbose_name = _("Products and stock")

    def ready(self) -> None:
        """Give products their place in the rail."""
        from gucang.stock import frame  # noqa: F401
