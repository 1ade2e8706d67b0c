from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "gucang.promises"
    verbose_name = _("Promises")

    def ready(self) -> None:
        """Put promises and the answer card on the pages of others."""
        from gucang.promises import api, finding, frame  # noqa: F401
