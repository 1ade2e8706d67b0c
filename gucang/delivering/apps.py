from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveringConfig(AppConfig):
    name = "gucang.delivering"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Put deliveries into the rail, onto the page of the order, into what a customer may be told, and on paper."""
        from gucang.delivering import answering, paper, screens  # noqa: F401
