"""What this module puts into the frame: a place for past runs, and in timelines the word that many were changed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import columns, nav, panels, timeline
from gucang.surface.middleware import CompanyRequest

nav.setting(
    _("Bulk runs"), "list-check", "/bulk-runs/", "bulk_run.view", 62,
    topic="data", about=_("What was done to many records at once"),
)  # fmt: skip


panels.when_empty("bulk_run", _("Pick several rows in a list and change them at once; how it went appears here."))
columns.names("bulk_run.record_type", records.plural_called)
columns.names("bulk_run.verb", records.verb_called)


def past(request: CompanyRequest, record_type: RecordType, record: object) -> dict[str, Any] | None:
    """The way from a list to what was done to many of its records, and can be taken back."""
    changes = record_type.edit is not None and request.actor.may(record_type.edit.name)
    if not changes or not request.actor.may("bulk_run.view") or request.actor.eyes is not None:
        return None
    return {"past_url": f"{request.base}/bulk-runs/?record_type={record_type.name}"}


panels.add("*", "menu", "bulk/_past.html", past)


@timeline.through
def in_bulk(event: Event, actor: Actor) -> timeline.Through | None:
    """The run that did it, if one did; it is a way for those who may look at it."""
    run = event.facts.get("bulk")
    if not run:
        return None
    words = _t("bulk run %(number)s, taken back") if run.get("back") else _t("bulk run %(number)s")
    own = event.actor_id is not None and event.actor_id == actor.member_id
    seen = actor.may("bulk_run.view") and (own or actor.reach("bulk_run.view") is Reach.COMPANY)
    path = f"/bulk-runs/{run['id']}" if seen and actor.eyes is None else ""
    return timeline.Through(words % {"number": run["number"]}, "list-check", path)
