from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "gucang.exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        """Put the place for imports into the frame."""
        from gucang.exchange import frame  # noqa: F401
