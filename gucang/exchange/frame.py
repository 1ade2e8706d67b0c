"""What this module puts into the frame: a place for imports, for those who may bring something in."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.surface import columns, nav, panels, timeline

nav.add(_("Imports"), "file-import", "/imports/", "customer.import", order=80, seldom=True)
nav.setting(
    _("Imports"), "file-import", "/imports/", "customer.import", 60,
    topic="data", about=_("Bring in files; take an import back"),
)  # fmt: skip
panels.when_empty("import", _("Bring in customers or contacts from a file of Excel or WPS; how it went appears here."))
panels.when_empty("export", _("“Export this list” stands in the menu of every list; the files wait here."))
columns.names("export.record_type", records.plural_called)
columns.names("import.record_type", records.plural_called)
panels.add("import", "head", "exchange/_begin.html", lambda request, record_type, record: {})


@timeline.through
def by_import(event: Event, actor: Actor) -> timeline.Through | None:
    """That an import brought it in; a way to it for those who may look at imports."""
    number = event.facts.get("import")
    if not number:
        return None
    seen = actor.may("import.view") and event.actor_id is not None and event.actor_id == actor.member_id
    return timeline.Through(_t("by an import"), "file-import", f"/imports/{number}" if seen else "")
