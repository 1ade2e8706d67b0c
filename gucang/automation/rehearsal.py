"""A dry run: what an automation would have done in the last thirty days. Nothing is done, and what is judged is said.

It reads the log a page at a time, the newest first, and judges by today's values of the records and by today's rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.automation import conditions, deeds, running, steps, texts, triggers
from gucang.automation.models import Automation, Trigger
from gucang.automation.words import Words
from gucang.kernel import clock, custom
from gucang.kernel.actions.core import every
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.labels import Labels, labels_of

DAYS = timedelta(days=30)
PAGE, LOOKED_AT = 30, 200


@dataclass(frozen=True)
class Would:
    """One time that it would have started: `does` are its steps in words, `why_not` why it would have done nothing."""

    at: datetime
    pk: int
    record: str
    does: list[str] = field(default_factory=list)
    why_not: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """A page of them; `before` is where the next one begins (an event's id or a record's), None at the end."""

    rows: list[Would]
    before: int | None


def rehearse(automation: Automation, before: int | None = None) -> Rehearsal:
    """One page of what would have happened. A fixed number of queries, whatever the page holds.

    Raises Refused when a condition means nothing any more, Invalid when it is about nothing that is there.
    """
    record_type, actor = triggers.type_of(automation), running.owner_of(automation)
    if automation.trigger == Trigger.DATE:
        found, more = _dates(automation, record_type, actor, before)
    else:
        found, more = _events(automation, before)
    ids = {pk for _at, pk in found}
    records = {one.pk: one for one in record_type.query(actor).filter(pk__in=ids)}
    holds = conditions.holding(record_type, automation.conditions, actor, ids)
    teller = _Teller(automation, record_type, actor, list(records.values()))
    lacks = conditions.lacking(record_type, teller.words.groups(automation), actor, set(records) - holds)
    rows = [teller.would(at, records[pk], lacks.get(pk)) for at, pk in found if pk in records]
    return Rehearsal(rows, more)


def _events(automation: Automation, before: int | None) -> tuple[list[tuple[datetime, int]], int | None]:
    """(when, which record) of the events that would have started it, and where to go on."""
    query = Event.objects.filter(
        name__in=_names(automation), subject_type=automation.record_type, recorded_at__gte=clock.now() - DAYS
    )
    if automation.trigger == Trigger.CREATED:
        query = query.filter(subject_version=1)
    elif automation.trigger == Trigger.CHANGED:
        query = query.filter(changes__has_key=automation.field)
    if before is not None:
        query = query.filter(pk__lt=before)
    looked = list(query.order_by("-pk")[:LOOKED_AT])
    found: list[tuple[datetime, int]] = []
    for place, event in enumerate(looked):
        if triggers.starts(automation, event):
            found.append((event.occurred_at, event.subject_id))
        if len(found) == PAGE and place + 1 < len(looked):
            return found, event.pk
    return found, looked[-1].pk if len(looked) == LOOKED_AT else None


def _names(automation: Automation) -> list[str]:
    if automation.trigger == Trigger.DONE:
        return [f"{automation.record_type}.{automation.verb}"]
    return [verb.name for verb in every() if verb.record_name == automation.record_type]


def _dates(
    automation: Automation, record_type: RecordType, actor: Actor, before: int | None
) -> tuple[list[tuple[datetime, int]], int | None]:
    """(when, which record) of the dates that came within the thirty days, and where to go on."""
    last = clock.today() - timedelta(days=automation.days)
    first = last - DAYS
    wanted = [(f"{automation.field}__gte", first.isoformat()), (f"{automation.field}__lte", last.isoformat())]
    query = conditions.parsed(record_type, wanted, actor).query
    if before is not None:
        query = query.filter(pk__lt=before)
    looked = list(query.order_by("-pk")[: PAGE + 1])
    hour, minute = map(int, automation.at_time.split(":"))
    found = []
    for record in looked[:PAGE]:
        spec = record_type.spec(automation.field)
        raw = custom.read(record, spec) if spec.custom else getattr(record, automation.field)
        day = spec.clean(raw, actor)
        day = timezone.localdate(day) if isinstance(day, datetime) else day
        moment = datetime.combine(day + timedelta(days=automation.days), time(hour, minute))
        found.append((timezone.make_aware(moment), record.pk))
    return found, looked[PAGE - 1].pk if len(looked) > PAGE else None


class _Teller:
    """Says what the steps would have done, record by record; labels are looked up once for a page."""

    def __init__(self, automation: Automation, record_type: RecordType, actor: Actor, found: Sequence[Any]) -> None:
        self.automation, self.type, self.actor = automation, record_type, actor
        self.words = Words([automation], actor)
        self.steps = automation.step_list()
        self.labels = self._labels(found)

    def _labels(self, found: Sequence[Any]) -> Labels:
        wanted: dict[Any, set[int]] = {Member: set()}
        for name, spec in self.type.specs.items():
            if spec.target is not None and any(f"{{{name}}}" in str(step) for step in self.steps):
                ids = {getattr(record, f"{name}_id") for record in found}
                wanted.setdefault(spec.target, set()).update(pk for pk in ids if pk is not None)
        return labels_of(self.actor, wanted)

    def would(self, at: datetime, record: Any, lacks: list[str] | None) -> Would:
        """One line; `lacks` are the conditions that do not hold, None when it would run.

        Of a record that the owner does not see there is none.
        """
        if lacks is not None:
            why = _t("Does not hold today: %(conditions)s") % {"conditions": ui.listed(lacks)}
            return Would(at, record.pk, str(record), why_not=why)
        return Would(at, record.pk, str(record), [self._step(step, record) for step in self.steps])

    def _step(self, step: steps.Step, record: Any) -> str:
        if step["kind"] not in ("task", "notify"):
            return self.words.step(self.automation, step)
        member = deeds.recipient(self.automation, self.type, record, step)
        name = "title" if step["kind"] == "task" else "text"
        text = texts.fill(step[name], self.type, record, [self.actor], shared=name == "title", labels=self.labels)
        said = {"what": text, "who": member.name if member is not None else _t("nobody")}
        return (_t("Task “%(what)s” for %(who)s") if name == "title" else _t("Told %(who)s: %(what)s")) % said
