from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BooksConfig(AppConfig):
    name = "gucang.books"
    verbose_name = _("Books")

    def ready(self) -> None:
        """Give the settings their place for closed periods and rates."""
        from gucang.books import frame  # noqa: F401
