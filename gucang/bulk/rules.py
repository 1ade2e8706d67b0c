"""Who may see, stop and take back runs of bulk work, and for how long. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q
from gucang.kernel.records import RecordType
from gucang.kernel.undoing import can_be_undone

if TYPE_CHECKING:
    from gucang.bulk.models import BulkRun

# Up to so many records are done while one waits, more by a job.
DIRECT = 500
MOST = 100_000
MOST_PICKED = 10_000
UNDO_DAYS = 7


def visible(actor: Actor) -> Q:
    """The runs within reach: one's own, or everybody's."""
    return reach_q(actor, "bulk_run.view", owner="owner_id")


def is_the_maker(actor: Actor, record: Any) -> bool:
    """Only who did it takes it back: each record is set back with that person's rights."""
    return actor.kind == "system" or (actor.member_id is not None and record.owner_id == actor.member_id)


def fits_many(record_type: RecordType, action: Action) -> bool:
    """Whether a verb is one for many records: one that neither makes them nor fetches them from the bin."""
    return not action.creates and not action.binned and not action.internal


def why_not_running(run: BulkRun) -> str | None:
    """There is nothing to stop."""
    if run.state == "running":
        return None
    return _t("This bulk run is %(state)s; there is nothing to stop.") % {"state": run.get_state_display()}


def why_not_back(run: BulkRun) -> str | None:
    """Why what it did cannot be taken back."""
    from gucang.kernel import records

    if run.state == "running":
        return _t("This bulk run is running. Stop it first.")
    if run.state in ("taking_back", "taken_back"):
        return _t("This bulk run is %(state)s.") % {"state": run.get_state_display()}
    if not run.done:
        return _t("This bulk run changed nothing, so there is nothing to take back.")
    record_type = next((one for one in records.every() if one.name == run.record_type), None)
    action = record_type.verbs.get(run.verb) if record_type is not None else None
    if record_type is None or action is None or not can_be_undone(record_type, action):
        return _t("What this does cannot be taken back. Change the records one by one.")
    if run.finished_at is not None and run.finished_at + timedelta(days=UNDO_DAYS) < clock.now():
        return _t("Bulk work can be taken back for %(days)s days; this time is over.") % {"days": UNDO_DAYS}
    return None
