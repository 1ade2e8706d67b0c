from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "gucang.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Register who finds the actor of a request, what the frame shows of the person, and the security log."""
        from gucang.accounts import entrance, frame, resolver, security  # noqa: F401
