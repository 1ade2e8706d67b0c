from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "gucang.insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        from gucang.insight.cards import admin, everybody, manager, sales

        sales.register()
        manager.register()
        admin.register()
        everybody.register()
