"""A run of bulk work: begun, stopped, finished, taken back. Its records are changed by their own actions (`engine`)."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.bulk import chosen, deeds, rules
from gucang.bulk.models import COUNTS, LONGEST, BulkRun, RunProgress, State
from gucang.kernel import clock, jobs, permissions, records
from gucang.kernel.actions import action, keep
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, NotVisible
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.kernel.snapshots import Snapshot
from gucang.surface.meant import everything, ids_of, picked, type_called

permissions.declare("bulk_run.start", _("Start"))
LONG = 100_000


@action(
    "bulk_run.start", label=_("Start"), creates=True, icon="player-play",
    labels={
        "record_type": _("What"), "verb": _("Action"), "every": _("All of the list"), "query": _("Filter"),
        "ids": _("Records"), "given": _("Values"), "came_from": _("List it was begun on"),
    },
)  # fmt: skip
def start(
    run: BulkRun,
    *,
    actor: Actor,
    record_type: str,
    verb: str,
    every: bool = False,
    query: Annotated[str, Text(max_length=LONGEST)] = "",
    ids: Annotated[str, Text(long=True, max_length=LONG)] = "",
    given: Annotated[str, Text(long=True, max_length=LONG)] = "{}",
    came_from: Annotated[str, Text(max_length=LONGEST)] = "",
) -> dict[str, Any]:
    """Do one verb to many records, as a job: to these `ids`, or to `every` record that the list at `query` shows.

    Which records they are is settled now. `given` is a JSON object of values.
    """
    wanted = _type(record_type, actor)
    deed = deeds.deed_of(actor, wanted, verb, _object(given))
    found = everything(wanted, actor, query) if every else picked(wanted, actor, ids_of(ids, "ids"))
    run.record_type, run.verb, run.query = wanted.name, deed.action.verb, query if every else ""
    run.rows, run.owner_id, run.came_from = chosen.count(found), actor.member_id, came_from or run.query
    run._begun = (deed, found)  # type: ignore[attr-defined]
    return {"action": deed.action.name, "rows": run.rows, "fields": sorted(deed.values)}


@keep("bulk_run")
def fix_what_it_is_about(pairs: list[tuple[Snapshot | None, BulkRun]]) -> None:
    """Keep with a new run which records it is about and what is done to them, and queue its work."""
    for before, run in pairs:
        if before is None:
            deed, found = run._begun  # type: ignore[attr-defined]
            rows = chosen.fix(run, found)
            RunProgress.objects.create(run=run, values=dict(deed.values), rows=rows)
            jobs.enqueue("bulk.run", key=str(run.pk), run_id=run.pk)


def _type(name: str, actor: Actor) -> records.RecordType:
    found = type_called(name)
    if not actor.may(f"{found.name}.view"):
        raise NotVisible
    return found


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid({"given": [_t("Write a JSON object such as {“field”: “value”}.")]})
    return found


@action(
    "bulk_run.cancel", label=_("Stop"), guard=rules.why_not_running, tone="danger", icon="player-stop",
    says=_("It stops after the records that are being changed. What was done stays, and can be taken back."),
)  # fmt: skip
def cancel(run: BulkRun) -> None:
    """Stop after the records that are being changed. What was done stays, and can be taken back."""
    _end(run, State.CANCELLED)


@action(
    "bulk_run.finish", label=_("Finish"), allow=is_the_system, internal=True, guard=rules.why_not_running,
    icon="check",
)  # fmt: skip
def finish(run: BulkRun) -> dict[str, Any]:
    """Every record was answered for."""
    return _end(run, State.DONE)


@action(
    "bulk_run.fail", label=_("End with a reason"), allow=is_the_system, internal=True,
    guard=rules.why_not_running, icon="x",
)  # fmt: skip
def fail(run: BulkRun, *, reason: Annotated[str, Text(max_length=300)]) -> dict[str, Any]:
    """The run cannot go on; what was done stays."""
    run.reason = reason
    return _end(run, State.FAILED)


@action(
    "bulk_run.take_back", label=_("Take back"), allow=rules.is_the_maker, guard=rules.why_not_back, tone="danger",
    icon="arrow-back-up",
    says=_("Every record is set back to what it was. What somebody has changed since stays as it is."),
)  # fmt: skip
def take_back(run: BulkRun, *, actor: Actor) -> None:
    """Set every record back to what it was, as a job. What somebody has changed since stays as it is."""
    run.state = State.TAKING_BACK
    jobs.enqueue("bulk.take_back", key=str(run.pk), run_id=run.pk)


@action("bulk_run.taken_back", label=_("End of taking back"), allow=is_the_system, internal=True, icon="check")
def taken_back(run: BulkRun) -> dict[str, Any]:
    """All that could be set back was."""
    return _end(run, State.TAKEN_BACK)


def _end(run: BulkRun, state: State) -> dict[str, Any]:
    """Put the counts of the chunks onto the run."""
    progress = RunProgress.objects.get(run=run)
    run.state, run.finished_at = state, run.finished_at or clock.now()
    counts = {name: getattr(progress, name) for name in COUNTS}
    for name, count in counts.items():
        setattr(run, name, count)
    return counts


__all__ = ["cancel", "fail", "finish", "start", "take_back", "taken_back"]
