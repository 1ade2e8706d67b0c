"""Taking steps back and doing them again. A cell that somebody changed since is left as it is, and named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _t

from gucang.grid import queries
from gucang.grid.models import GridChange, GridStep, Kind
from gucang.grid.parcel import MOST_IN_A_STEP, Parcel, Removal
from gucang.grid.removing import Removed
from gucang.grid.saving import Refusal, Saved, by_name
from gucang.grid.sheet import fillable
from gucang.kernel import clock, events, records
from gucang.kernel.actions import Row, edit_many
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.errors import Forbidden, Invalid, Problem, Refused
from gucang.kernel.models import Event, EventObject
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving
from gucang.kernel.snapshots import snapshot

APP = "grid"
AT_ONCE = 500
# The event is older than the step only by the time of one request.
BEFORE = timedelta(minutes=10)


def keep(record_type: RecordType, actor: Actor, parcel: Parcel, saved: Saved) -> None:
    """Remember what a part of a step wrote. The steps that waited to be done again are forgotten."""
    made = set(saved.made.values())
    deeds = [Deed(row.record.pk, row.event, row.record.pk in made) for row in saved.rows if row.event is not None]
    _keep(record_type, actor, parcel.step, parcel.kind, deeds, sum(_filled(row) for row in saved.rows))


def keep_removed(record_type: RecordType, actor: Actor, removal: Removal, removed: Removed) -> None:
    """Remember which rows a part of a deletion took."""
    deeds = [Deed(pk, event, made=False) for pk, event in removed.gone.items()]
    _keep(record_type, actor, removal.step, Kind.DELETE, deeds, len(deeds))


@dataclass(frozen=True)
class Deed:
    """What a step did to one record: the event that tells how, and whether it made the record."""

    pk: int
    event: int
    made: bool


def _keep(record_type: RecordType, actor: Actor, key: str, kind: str, deeds: Sequence[Deed], cells: int) -> None:
    if not deeds or actor.member_id is None:
        return
    mine = GridStep.objects.filter(member_id=actor.member_id, record_type=record_type.name)
    with deriving(APP):
        step, new = GridStep.objects.get_or_create(
            member_id=actor.member_id,
            record_type=record_type.name,
            key=key,
            defaults={"kind": kind, "made_at": clock.now()},
        )
        step.cells += cells
        if step.cells > MOST_IN_A_STEP:
            raise Invalid({"": [_t("That is too much for one step. Paste less at once, or import the file.")]})
        step.undone = False
        step.save(update_fields=["cells", "undone"])
        GridChange.objects.bulk_create(
            GridChange(company_id=step.company_id, step=step, object_id=one.pk, event_id=one.event, made=one.made)
            for one in deeds
        )
        if new:
            old = list(mine.order_by("-id").values_list("id", flat=True)[queries.KEPT :])
            mine.filter(undone=True).delete()
            mine.filter(pk__in=old).delete()


def _filled(row: Row) -> int:
    return sum(name in row.changes for name in row.values) or 1


@dataclass
class Turned:
    """What came of undo or redo: the records to show anew, those that left the list, and what stayed as it is."""

    shown: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    more: bool = False


def undo(record_type: RecordType, actor: Actor, step_id: int) -> Turned:
    """Take back a step, or 500 records of it. Raises Refused when it is not the next one."""
    return _Turn(record_type, actor, back=True).go(step_id)


def redo(record_type: RecordType, actor: Actor, step_id: int) -> Turned:
    """Do a step again, or 500 records of it. Raises Refused when it is not the next one."""
    return _Turn(record_type, actor, back=False).go(step_id)


class _Turn:
    """One call of undo (`back`) or redo."""

    def __init__(self, record_type: RecordType, actor: Actor, *, back: bool) -> None:
        self.type, self.actor, self.back = record_type, actor, back
        self.done = Turned()

    def go(self, step_id: int) -> Turned:
        step = self._step(step_id)
        changes = list(
            GridChange.objects.filter(step=step, undone=not self.back).order_by("-id" if self.back else "id")[
                : AT_ONCE + 1
            ]
        )
        self.done.more, changes = len(changes) > AT_ONCE, changes[:AT_ONCE]
        told = self._events(step, changes)
        lock_rows(self.type.model, sorted({one.object_id for one in changes}))
        if step.kind == Kind.DELETE:
            self._turn_removed(changes, told)
        else:
            self._turn_made([one for one in changes if one.made], told)
            self._turn_edited([one for one in changes if not one.made], told)
        with deriving(APP):
            GridChange.objects.filter(pk__in=[one.pk for one in changes]).update(undone=self.back)
            if not self.done.more:
                GridStep.objects.filter(pk=step.pk).update(undone=self.back)
        return self.done

    def _step(self, step_id: int) -> GridStep:
        # Two clicks at once: the second waits here, and then finds another step next.
        found = GridStep.objects.filter(member_id=self.actor.member_id or 0, record_type=self.type.name, pk=step_id)
        if found.select_for_update(of=("self",)).first() is None:
            raise Refused(_t("This step is not kept any more, so it cannot be taken back."))
        steps = queries.steps_of(self.actor, self.type)
        step = queries.next_undo(steps) if self.back else queries.next_redo(steps)
        if step is None or step.pk != step_id:
            raise Refused(_t("That was done already, perhaps in another window."))
        return step

    def _events(self, step: GridStep, changes: Sequence[GridChange]) -> dict[int, Event]:
        ids = [one.event_id for one in changes]
        found = Event.objects.filter(pk__in=ids, recorded_at__gte=step.made_at - BEFORE)
        return {event.pk: event for event in found}

    # --- edits ---

    def _turn_edited(self, changes: Sequence[GridChange], told: dict[int, Event]) -> None:
        if not changes:
            return
        if self.type.edit is None or not self.actor.may(self.type.edit.name):
            raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
        found = self._records(changes)
        wanted: dict[int, dict[str, Any]] = {}
        for change in changes:
            record, event = found.get(change.object_id), told.get(change.event_id)
            if record is None or event is None:
                self._stays(change, _t("This record is gone, or you may not see it any more."))
            else:
                wanted.setdefault(record.pk, {}).update(self._values(record, event))
        self._with_records(wanted)
        rows = [Row(values, record=pk, line=pk) for pk, values in wanted.items() if values]
        if rows:
            edit_many(self.type, rows, actor=self.actor)
        for row in rows:
            if row.problem is not None:
                self.done.refused += [
                    Refusal(row.line, name if name in row.values else "", sentence)
                    for name, sentence in by_name(row.problem).items()
                ]
        self.done.shown += sorted(found)

    def _values(self, record: Any, event: Event) -> dict[str, Any]:
        """The values to put back; cells in which meanwhile something else stands are left out, and named."""
        now, form, values = snapshot(record), fillable(self.type), {}
        for name, (old, new) in event.changes.items():
            if name not in form:
                continue
            expected, wanted = (new, old) if self.back else (old, new)
            standing = now.get(name)
            if _same(standing, expected):
                values[name] = wanted
            elif not _same(standing, wanted):
                self.done.refused.append(Refusal(record.pk, name, _t("Changed since, so it stays as it is.")))
        return values

    def _with_records(self, wanted: dict[int, dict[str, Any]]) -> None:
        """Put records where the log has their ids: one query a field, not one a row."""
        for name, spec in fillable(self.type).items():
            ids = {values[name] for values in wanted.values() if isinstance(values.get(name), int)}
            if spec.kind != "reference" or spec.target is None or not ids:
                continue
            there = {one.pk: one for one in records.by_model(spec.target).query(self.actor).filter(pk__in=ids)}
            for values in wanted.values():
                if values.get(name) in there:
                    values[name] = there[values[name]]

    # --- records that the step made ---

    def _turn_made(self, changes: Sequence[GridChange], told: dict[int, Event]) -> None:
        verb = self.type.verbs.get("delete" if self.back else "restore")
        if not changes:
            return
        touched = self._touched(changes) if self.back else set()
        # Whoever made a record a moment ago may take that back, also where deleting is for others; see decision 19.
        maker = self._lent(verb)
        for change in changes:
            if verb is None:
                self._stays(change, _t("What was added here cannot be deleted, so it stays."))
            elif change.object_id in touched:
                self._stays(change, _t("Somebody has worked on it since, so it stays."))
            else:
                self._turn_one(change, verb, maker)

    def _lent(self, verb: Any) -> Actor:
        """The person with this one right more, for this one call."""
        return replace(self.actor, grants={**self.actor.grants, verb.name: Reach.COMPANY}) if verb else self.actor

    # --- records that the step deleted ---

    def _turn_removed(self, changes: Sequence[GridChange], told: dict[int, Event]) -> None:
        """Whoever deleted rows may bring the same ones back; to delete them once more takes the right to."""
        verb = self.type.verbs["restore" if self.back else "delete"]
        actor = self._lent(verb) if self.back else self.actor
        touched = self._touched(changes, after=told) if self.back else set()
        for change in changes:
            if change.object_id in touched:
                self._stays(change, _t("Somebody has worked on it since, so it stays."))
            else:
                self._turn_one(change, verb, actor)

    def _turn_one(self, change: GridChange, verb: Any, actor: Actor) -> None:
        try:
            verb(change.object_id, actor=actor)
        except Problem as problem:
            self._stays(change, str(problem))
        else:
            (self.done.gone if verb.verb == "delete" else self.done.shown).append(change.object_id)

    def _touched(self, changes: Iterable[GridChange], after: Mapping[int, Event] | None = None) -> set[int]:
        """Those of the records that somebody else has worked on: an event of theirs concerns it.

        With `after` only what came later than the event of the change counts.
        """
        since = (
            {one.object_id: after[one.event_id].recorded_at for one in changes if one.event_id in after}
            if after
            else {}
        )
        about = EventObject.objects.filter(object_type=self.type.name, object_id__in=[one.object_id for one in changes])
        pairs = set(about.values_list("event_id", "object_id"))
        others = Event.objects.filter(id__in={event for event, _pk in pairs}, actor_kind__in=("member", "token"))
        others = others.exclude(actor_kind="member", actor_id=self.actor.member_id)
        theirs = dict(others.values_list("id", "recorded_at"))
        return {pk for event, pk in pairs if event in theirs and (pk not in since or theirs[event] > since[pk])}

    # --- common ---

    def _records(self, changes: Iterable[GridChange]) -> dict[int, Any]:
        ids = {one.object_id for one in changes}
        return {record.pk: record for record in self.type.query(self.actor).filter(pk__in=ids)}

    def _stays(self, change: GridChange, sentence: str) -> None:
        label = events.with_bin(self.type).filter(self.type.visible(self.actor), pk=change.object_id).first()
        named = f"{label}: {sentence}" if label is not None else sentence
        self.done.refused.append(Refusal(change.object_id, "", named))


def _same(one: Any, other: Any) -> bool:
    """Whether two values of the log are the same; a field that was emptied may hold another kind of nothing."""
    return bool(one == other) or (_nothing(one) and _nothing(other))


def _nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
