"""The kinds of notifications that automations send."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.messages import kinds

TOLD = kinds.declare("automation", _("Automations tell me"), icon="bolt", mail=False)
PAUSED = kinds.declare("automation_paused", _("An automation was paused"), icon="player-pause")
