"""What this module puts into the frame: its place, and in timelines the word that an automation did it."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.surface import nav, timeline

nav.add(_("Automations"), "bolt", "/automations/", "automation.create", order=85, seldom=True)
nav.setting(
    _("Automations"), "bolt", "/automations/", "automation.create", 50,
    topic="rules", about=_("When this happens, then do that"),
)  # fmt: skip


@timeline.through
def by_automation(event: Event, actor: Actor) -> timeline.Through | None:
    """The automation that did it, if one did."""
    name = (event.facts.get("automation") or {}).get("name", "")
    return timeline.Through(_t("by the automation “%(name)s”") % {"name": name}) if name else None
