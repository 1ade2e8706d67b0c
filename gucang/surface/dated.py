"""What of a record type stands in the calendar: the day that it declares, and the own date fields chosen for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Abs, Greatest
from django.utils import timezone
from django.utils.text import Truncator, capfirst

from gucang.kernel import clock, custom, permissions, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.custom import conditions
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import Calendar, RecordType
from gucang.surface.labels import label_fields

READABLE = (Access.READ, Access.WRITE)
TITLE_CHARS = 100
NOBODY: tuple[Any, Any] = (None, None)
OWN_TONE = "ok"


@dataclass(frozen=True, eq=False)
class Dated:
    """One day that the records of a type have in the calendar. `spec` is the own field that holds it, if one does."""

    kind: RecordType
    calendar: Calendar
    spec: FieldSpec | None = None

    @property
    def name(self) -> str:
        """What stands for it in addresses: "opportunity", of an own field "customer.renewal"."""
        return f"{self.kind.name}.{self.key}" if self.key else self.kind.name

    @property
    def key(self) -> str:
        """The key of the own field; "" for what the type declares."""
        return self.spec.own.key if self.spec is not None and self.spec.own is not None else ""

    @property
    def label(self) -> str:
        """What one entry is called: "Opportunity", of an own field "Customer · Renewal"."""
        label = capfirst(str(self.kind.label))
        return f"{label} · {self.spec.label}" if self.spec is not None else label

    @property
    def label_plural(self) -> str:
        return self.label if self.spec is not None else capfirst(str(self.kind.label_plural))

    def day_of(self, record: Any) -> date | None:
        """The day on which a record stands; None for one without, or with what is none."""
        value = getattr(record, self.calendar.by) if self.spec is None else custom.read(record, self.spec)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                return None
        return timezone.localdate(value) if isinstance(value, datetime) else value

    def last_of(self, record: Any) -> date | None:
        """The last day of a record: that of `until` where it is filled, else its only one."""
        last: date | None = getattr(record, self.calendar.until) if self.calendar.until else None
        return last or self.day_of(record)

    def hour_of(self, record: Any) -> time | None:
        """The hour that a record has."""
        at = getattr(record, self.calendar.at) if self.calendar.at else None
        return timezone.localtime(at).time() if at is not None else None

    def some(self, query: QuerySet[Any], first: date, until: date, most: int, around: date | None) -> list[Any]:
        """At most `most` rows of `query` from `first` up to the day before `until`: the first ones, or with `around`
        those nearest to that day.
        """
        if self.spec is not None:
            return self._by_index(query, first, until, most, around)
        order = self.calendar.by if around is None else _distance(self.calendar, around)
        return list(self._within(query.filter(self.calendar.only), first, until).order_by(order, "pk")[:most])

    def _within(self, query: QuerySet[Any], first: Any, until: Any) -> QuerySet[Any]:
        """The rows of these days, as days go where the company is."""
        calendar = self.calendar
        if not calendar.on:
            first, until = (clock.midnight(day) for day in (first, until))
        # What lasts several days stands in a span as long as one of them does.
        return query.filter(**{f"{calendar.until or calendar.by}__gte": first, f"{calendar.by}__lt": until})

    def _by_index(self, query: QuerySet[Any], first: date, until: date, most: int, around: date | None) -> list[Any]:
        """The same of an own field: its index is walked from day to day, and the records that it finds are read."""
        assert self.spec is not None
        days = {"number__gte": first.toordinal(), "number__lt": until.toordinal()}
        found = conditions.rows(self.spec, object_id__in=query.order_by().values("pk"), **days)
        order: Any = "number" if around is None else Abs(F("number") - Value(around.toordinal()))
        ids = list(found.order_by(order, "object_id").values_list("object_id", flat=True)[:most])
        by_id = {record.pk: record for record in query.filter(pk__in=ids)} if ids else {}
        return [by_id[pk] for pk in ids if pk in by_id]

    def may_read(self, actor: Actor, name: str, record: Any) -> bool:
        return permissions.access(actor, self.kind, name, record) in READABLE

    def title(self, actor: Actor, record: Any) -> str:
        """What a record is called in the calendar, of what this actor may read."""
        parts = [
            " ".join(self.kind.specs[name].show(getattr(record, name)).split())
            for name in self.calendar.title
            if getattr(record, name) not in (None, "") and self.may_read(actor, name, record)
        ]
        return Truncator(" · ".join(filter(None, parts)) or capfirst(str(self.kind.label))).chars(TITLE_CHARS)

    def about(self, actor: Actor, record: Any) -> tuple[Any, Any]:
        """The model and the id of what an entry concerns."""
        about_any = isinstance(record, AboutRecord)
        name = "about_id" if about_any else self.calendar.about
        if not name or not self.may_read(actor, name, record):
            return NOBODY
        if about_any:
            return (records.get(record.about_type).model, record.about_id) if record.about_type else NOBODY
        return self.kind.specs[name].target, getattr(record, f"{name}_id")

    def owner(self, actor: Actor, record: Any) -> tuple[Any, Any]:
        """The model and the id of who has the record, where that may be read."""
        kind = self.kind
        if not kind.owner or not (kind.owned_through or self.may_read(actor, kind.owner_field, record)):
            return NOBODY
        return records.get("member").model, kind.owner_id(record)

    def is_movable(self, actor: Actor, record: Any) -> bool:
        """Whether this actor may put the record on another day now."""
        verb = self.kind.verbs.get(self.calendar.move)
        if verb is None or verb.why_not(actor, record) is not None:
            return False
        if verb is not self.kind.edit:
            return True
        return all(permissions.access(actor, self.kind, name, record) is Access.WRITE for name in self.calendar.written)


def _distance(calendar: Calendar, day: date) -> Greatest:
    """How far a row stands from a day, on whichever side."""
    here: Any = Value(day) if calendar.on else Value(clock.midnight(day))
    there, span = F(calendar.by), DurationField()
    return Greatest(ExpressionWrapper(there - here, span), ExpressionWrapper(here - there, span))


def of(kind: RecordType) -> Iterator[Dated]:
    """What of this type stands in the calendar: what it declares, then the company's own date fields."""
    if kind.calendar is not None:
        yield Dated(kind, kind.calendar)
    for spec in kind.custom_fields():
        if spec.own is not None and spec.own.in_calendar and spec.kind == "date":
            yield Dated(kind, _calendar_of(kind, spec), spec)


def called(kind: RecordType, key: str = "") -> Dated | None:
    """What the type declares, or with a key the own field of that key; None where that is not in the calendar."""
    return next((one for one in of(kind) if one.key == key), None)


def readable(actor: Actor) -> list[Dated]:
    """What the calendar shows to this actor: of the types they may see, the days that they may read.

    What a day offers to make comes first, then what can be moved, then what has happened.
    """
    return sorted(_readable(actor), key=lambda one: (not one.calendar.offered, not one.calendar.move))


def has_any(actor: Actor) -> bool:
    """Whether the calendar shows anything to this actor."""
    return next(_readable(actor), None) is not None


def _readable(actor: Actor) -> Iterator[Dated]:
    for kind in records.every():
        if actor.may(f"{kind.name}.view"):
            yield from (one for one in of(kind) if permissions.access(actor, kind, one.calendar.by) in READABLE)


def _calendar_of(kind: RecordType, spec: FieldSpec) -> Calendar:
    """How the records of a type stand in the calendar with an own date field: called as they are anyway."""
    names = label_fields(kind.model) or ("name", "title", "number")
    title = tuple(name for name in names if name in kind.specs)
    about = kind.owned_through
    if kind.calendar is not None:
        title, about = kind.calendar.title, kind.calendar.about
    move = "" if spec.computed or kind.edit is None else kind.edit.verb
    return Calendar(title=title, on=spec.name, about=about, move=move, tone=OWN_TONE)
