from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "gucang.grid"
    verbose_name = _("Table editing")

    def ready(self) -> None:
        """Let every list that may be edited lead to its grid."""
        from gucang.grid import frame  # noqa: F401
