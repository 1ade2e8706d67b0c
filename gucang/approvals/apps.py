from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "gucang.approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        """Give approvals their place, and let records say what waits about them."""
        from gucang.approvals import frame  # noqa: F401
