from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomFieldsConfig(AppConfig):
    name = "gucang.customfields"
    verbose_name = _("Own fields")

    def ready(self) -> None:
        """Give the settings their place for own fields, and a field's page who sees it."""
        from gucang.customfields import access, controls, frame, words  # noqa: F401

        controls.register()
        words.register()
