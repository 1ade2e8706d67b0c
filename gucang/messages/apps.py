from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "gucang.messages"
    label = "gucang_messages"  # "messages" is taken by Django's flash messages
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Let the frame around every page count what the bell holds."""
        from gucang.messages import queries
        from gucang.surface import nav

        nav.unread_from(lambda request: queries.unread(request.actor))
