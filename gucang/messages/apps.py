from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "gucang.messages"
    label = "gucang_messages"  # "messages" is taken by Django's flash messages
    verbose_name = _("Messages")
