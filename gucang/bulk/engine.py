"""One chunk at a time: the records, what is said of them, and the place, all in one transaction.

Whoever works on a run holds its row, so a second worker waits and then goes on behind what the first one did, and one
that is killed leaves a chunk whole or untouched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import override

from gucang.accounts.models import Member
from gucang.bulk import actions, deeds
from gucang.bulk.chosen import nameless
from gucang.bulk.deeds import Deed
from gucang.bulk.models import BulkRun, Kind, RunChunk, RunLine, RunProgress, State
from gucang.kernel import events, records, undoing
from gucang.kernel.actions import Row, edit_many
from gucang.kernel.actors import Actor, Reach, as_actor, system
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, NotVisible, Problem
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving
from gucang.surface.listed import listed
from gucang.surface.problems import waits_at

APP = "bulk"
SENTENCE = 500


class Said(NamedTuple):
    """Why a record was left; `waits_at` is where what was to be done to it waits for others, "" when it was refused."""

    pk: int
    sentence: str
    waits_at: str = ""


@dataclass
class Settled:
    """What became of some records: the events left on them, how many needed no change, which were left and why."""

    events: list[int] = field(default_factory=list)
    unchanged: int = 0
    said: list[Said] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many wait for others to agree."""
        return sum(bool(one.waits_at) for one in self.said)

    def no(self, pk: int, problem: Problem, record: Any = None) -> None:
        """Note that a record was left, and why."""
        if isinstance(problem, NeedsApproval):
            self.said.append(Said(pk, problem.reason[:SENTENCE], waits_at(problem)))
        else:
            self.said.append(Said(pk, nameless(_told(problem), record)[:SENTENCE]))


def _told(problem: Problem) -> str:
    if not isinstance(problem, Invalid):
        return str(problem)
    return " ".join(dict.fromkeys(sentence for many in problem.fields.values() for sentence in many))


def advance(run_id: int) -> bool:
    """Do the next records of a running run, inside its company's scope; whether there may be more."""
    run = _held(run_id, State.RUNNING)
    if run is None:
        return False
    progress = RunProgress.objects.get(run=run)
    chunk = RunChunk.objects.filter(run=run, place=progress.place).first()
    if chunk is None:
        actions.finish(run, actor=system())
        return False
    with _told_to(run) as actor:
        try:
            deed = deeds.stored(run, progress.values)
            with transaction.atomic(), noted(run):
                settled = _done(deed, actor, chunk.ids, run.query)
        except Problem as problem:
            # A right that was taken away: said once, for the whole run.
            actions.fail(run, actor=system(), reason=str(problem)[:300])
            return False
    chunk.events = settled.events
    progress.place += 1
    progress.done += len(settled.events)
    progress.unchanged += settled.unchanged
    progress.waiting += settled.waiting
    progress.refused += len(settled.said) - settled.waiting
    _keep(run, progress, chunk, Kind.REFUSED, settled)
    return True


def step_back(run_id: int) -> bool:
    """Set some records of a run back, those changed last first; whether there may be more."""
    run = _held(run_id, State.TAKING_BACK)
    if run is None:
        return False
    progress = RunProgress.objects.get(run=run)
    if progress.place == 0:
        actions.taken_back(run, actor=system())
        return False
    chunk = RunChunk.objects.filter(run=run, place=progress.place - 1).first()
    assert chunk is not None
    with _told_to(run) as actor, noted(run, back=True):
        settled = _set_back(run, actor, chunk.events)
    progress.place -= 1
    progress.undone += len(settled.events)
    progress.left += len(settled.said)
    _keep(run, progress, None, Kind.LEFT, settled)
    return True


def _held(run_id: int, state: State) -> BulkRun | None:
    run = BulkRun.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    return run if run is not None and run.state == state else None


@contextmanager
def _told_to(run: BulkRun) -> Iterator[Actor]:
    """Whoever began the run, with the rights of now; what is said of records is in their language."""
    owner = Member.objects.filter(pk=run.owner_id).select_related("user").first() if run.owner_id else None
    language = getattr(getattr(owner, "user", None), "language", "") or "zh-hans"
    with override(language):
        yield as_actor(owner) if owner is not None else system()


def noted(run: BulkRun, **more: Any) -> Any:
    """What every event of a run keeps."""
    return events.noting(bulk={"id": run.pk, "number": run.number, **more})


def _keep(run: BulkRun, progress: RunProgress, chunk: RunChunk | None, kind: Kind, settled: Settled) -> None:
    with deriving(APP):
        progress.save()
        if chunk is not None:
            chunk.save(update_fields=["events"])
        RunLine.objects.bulk_create(
            RunLine(
                company_id=run.company_id, run=run, object_id=one.pk, sentence=one.sentence, waits_at=one.waits_at,
                kind=Kind.WAITING if one.waits_at and kind is Kind.REFUSED else kind,
            )
            for one in settled.said
        )  # fmt: skip


# --- forward ---------------------------------------------------------------------------------------------------------


def _done(deed: Deed, actor: Actor, ids: Sequence[int], address: str) -> Settled:
    """Do the deed to these records, as far as they are still there and still meant."""
    if not actor.may(deed.action.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    settled = Settled()
    meant = _still_meant(deed.type, actor, ids, address, settled)
    if deed.edits:
        _edit([deed.row(pk) for pk in meant], deed.type, actor, settled)
        return settled
    for pk in meant:
        try:
            event = deed.action(pk, actor=actor, **deed.values).event
        except Problem as problem:
            settled.no(pk, problem, _named(deed.type, actor, pk))
        else:
            _note(settled, event.id if event is not None else None)
    return settled


def _still_meant(
    record_type: RecordType, actor: Actor, ids: Sequence[int], address: str, settled: Settled
) -> list[int]:
    """Those that the list would still show. What went out of sight, or does not fit any more, is left and told."""
    if not address:
        return list(ids)  # picked one by one, whatever they hold now
    found = listed(record_type, actor, QueryDict(address))
    if found.problems:
        raise Invalid({"": list(found.problems.values())})
    fits = set(found.query.filter(pk__in=ids).order_by().values_list("pk", flat=True))
    seen = fits | set(record_type.query(actor).filter(pk__in=set(ids) - fits).order_by().values_list("pk", flat=True))
    for pk in ids:
        if pk not in seen:
            settled.no(pk, NotVisible())
        elif pk not in fits:
            settled.no(pk, Problem(_t("It does not fit the filter any more, so it was left as it is.")))
    return [pk for pk in ids if pk in fits]


def _edit(rows: list[Row], record_type: RecordType, actor: Actor, settled: Settled) -> None:
    """Edit in a set; where what follows of one record refuses the set, one by one, so that only that one is left."""
    wanted = [int(row.record) for row in rows]
    try:
        edit_many(record_type, rows, actor=actor)
    except Forbidden:
        raise
    except Problem:
        rows = [row for pk, row in zip(wanted, rows, strict=True) for row in [_alone(record_type, pk, row, actor)]]
    for pk, row in zip(wanted, rows, strict=True):
        if row.problem is not None:
            settled.no(pk, row.problem, row.record)
        else:
            _note(settled, row.event or None)


def _alone(record_type: RecordType, pk: int, row: Row, actor: Actor) -> Row:
    single = Row(row.values, record=pk, seen=row.seen, fill=row.fill)
    try:
        edit_many(record_type, [single], actor=actor)
    except Problem as problem:
        single.problem, single.record = problem, _named(record_type, actor, pk)
    return single


def _note(settled: Settled, event_id: int | None) -> None:
    if event_id is None:
        settled.unchanged += 1
    else:
        settled.events.append(event_id)


def _named(record_type: RecordType, actor: Actor, pk: int) -> Any:
    return events.with_bin(record_type).filter(record_type.visible(actor), pk=pk).first()


# --- back ------------------------------------------------------------------------------------------------------------


def _set_back(run: BulkRun, actor: Actor, event_ids: Sequence[int]) -> Settled:
    """Undo these events, each unless somebody has changed the same since."""
    settled = Settled()
    # The months in which they can be: the log is partitioned by them.
    found = Event.objects.filter(pk__in=event_ids, recorded_at__gte=run.created_at).order_by("subject_id")
    edits: list[Row] = []
    record_type: RecordType | None = None
    for event in found:
        way = undoing.way_back(event)
        if way is not None and way.action.verb == "edit" and way.values:
            record_type = way.action.type
            edits.append(Row(way.values, record=event.subject_id, seen=event.subject_version))
        else:
            _undo(event, actor, settled)
    if record_type is not None:
        try:
            _edit(edits, record_type, actor, settled)
        except Forbidden as problem:
            for row in edits:
                settled.no(int(getattr(row.record, "pk", row.record)), problem)
    return settled


def _undo(event: Event, actor: Actor, settled: Settled) -> None:
    record_type = records.get(event.subject_type)
    maker = _who_handed_it_over(event, actor, record_type)
    try:
        made = undoing.undo(event, actor=maker or actor).event
    except Problem as problem:
        # Of a record that left their sight they learn nothing, not even who has it or what somebody did with it.
        told = Problem(_t("Somebody has worked on it since, so it stays.")) if maker else problem
        settled.no(event.subject_id, told, None if maker else _named(record_type, actor, event.subject_id))
    else:
        if made is not None:
            settled.events.append(made.id)
        else:
            settled.said.append(Said(event.subject_id, _t("It is already as it was before.")))


def _who_handed_it_over(event: Event, actor: Actor, record_type: RecordType) -> Actor | None:
    """Who takes back this hand-over of their own although the record has left their sight; None for anything else.

    For that one call the actor sees the record and reaches it with the verb that they did it with, and still have.
    """
    way = undoing.way_back(event)
    theirs = event.actor_kind == "member" and event.actor_id is not None and event.actor_id == actor.member_id
    if not theirs or way is None or way.action.name != event.name or not way.action.hands_over:
        return None
    if not actor.may(event.name) or record_type.query(actor).filter(pk=event.subject_id).exists():
        return None
    lent = dict.fromkeys((f"{record_type.name}.view", event.name), Reach.COMPANY)
    return replace(actor, grants={**actor.grants, **lent})
