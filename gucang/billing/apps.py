from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "gucang.billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Give money its places: in the rail, on customers, on home pages."""
        from gucang.billing import api, frame  # noqa: F401
