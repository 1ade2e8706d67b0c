from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SellingConfig(AppConfig):
    name = "gucang.selling"
    verbose_name = _("Selling")
