from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SellingConfig(AppConfig):
    name = "gucang.selling"
    verbose_name = _("Selling")

    def ready(self) -> None:
        """Register the parts that this module puts on generic pages."""
        from gucang.selling import screens  # noqa: F401
        from gucang.selling.offers import linking, pages  # noqa: F401
