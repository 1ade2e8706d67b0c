from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomTypesConfig(AppConfig):
    name = "gucang.customtypes"
    verbose_name = _("Own record types")

    def ready(self) -> None:
        """Give the types their places in the rail and in the settings, and their form its control."""
        from gucang.customtypes import controls, frame  # noqa: F401

        controls.register()
