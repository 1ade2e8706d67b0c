"""What stands in the calendar: entries of every record type that declares what of it does. It knows no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Greatest
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _t

from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access, Actor, Reach
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import Calendar, RecordType
from gucang.surface import columns, ui

READABLE = (Access.READ, Access.WRITE)
VIEWS = ("month", "week", "day", "agenda")
WHOSE = ("me", "team", "all")
WEEK, MOST_DAYS = 7, 42
NOBODY: tuple[Any, Any] = (None, None)
MOST_OF_A_KIND = 300
TITLE_CHARS = 100
# Far enough from both ends of the calendar that adding weeks never leaves it.
YEARS = range(1970, 2200)


@dataclass(frozen=True)
class Span:
    """Some days: from `first` up to the day before `until`."""

    first: date
    until: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.until - self.first).days)]

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)


def week_of(day: date) -> Span:
    """The week of `day`, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + timedelta(days=WEEK))


def span_of(view: str, day: date) -> Span:
    """The days that a view shows when it shows `day`: six weeks, one week or one day. A week begins on Monday."""
    if view == "day":
        return Span(day, day + timedelta(days=1))
    if view != "month":
        return week_of(day)
    first = week_of(day.replace(day=1)).first
    return Span(first, first + timedelta(days=MOST_DAYS))


def beside(view: str, day: date, step: int) -> date:
    """The day that the view shows one step on (`step` 1) or back (-1)."""
    if view == "day":
        return day + timedelta(days=step)
    if view != "month":
        return day + timedelta(days=WEEK * step)
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def day_in(text: str) -> date | None:
    """The day that an address names ("2026-11-22"); None for what is none, or lies centuries away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def kinds_for(actor: Actor) -> list[RecordType]:
    """The record types that the calendar shows to this actor: those they may see, their day included.

    What a day offers to make comes first, then what can be moved, then what has happened.
    """
    found = [
        kind
        for kind in records.every()
        if (calendar := kind.calendar) is not None
        and actor.may(f"{kind.name}.view")
        and permissions.access(actor, kind, calendar.by) in READABLE
    ]
    return sorted(found, key=lambda kind: (not _calendar_of(kind).offered, not _calendar_of(kind).move))


@dataclass(frozen=True)
class Looking:
    """What is looked at, as the address says it. `view` is "" where none was asked for."""

    view: str
    on: date
    whose: str
    kinds: tuple[str, ...]
    usual: str = WHOSE[0]

    @classmethod
    def of(cls, params: QueryDict, usual: str = WHOSE[0]) -> Looking:
        """From an address; what it says that cannot be understood is left out. `usual` is whose is shown unasked."""
        view, whose = params.get("view", ""), params.get("whose", "")
        names = {kind.name for kind in records.every() if kind.calendar is not None}
        asked = [name for many in params.getlist("kinds") for name in many.split(",") if name in names]
        return cls(
            view if view in VIEWS else "",
            day_in(params.get("on", "")) or clock.today(),
            whose if whose in WHOSE else usual,
            tuple(dict.fromkeys(asked)),
            usual,
        )

    def query(self, **changes: Any) -> str:
        """The parameters of the same look with some changes, "?view=week&on=…"; "" when there are none."""
        other = replace(self, **changes)
        params = {
            "view": other.view,
            "on": "" if other.on == clock.today() else other.on.isoformat(),
            "whose": "" if other.whose == other.usual else other.whose,
            "kinds": ",".join(other.kinds),
        }
        found = urlencode({name: value for name, value in params.items() if value}, safe=",")
        return f"?{found}" if found else ""

    def shows(self, kind: RecordType) -> bool:
        """Whether this kind is among those that were chosen; without a choice all are."""
        return not self.kinds or kind.name in self.kinds

    def toggled(self, kind: RecordType, kinds: Sequence[RecordType]) -> tuple[str, ...]:
        """The choice of kinds after this one was switched on or off; () when that leaves all or none."""
        chosen = [one.name for one in kinds if self.shows(one) != (one is kind)]
        return () if len(chosen) in (0, len(kinds)) else tuple(chosen)


@dataclass(frozen=True)
class Entry:
    """One record as it stands in the calendar, from `day` to `last`. `at` is None where it has a day and no hour."""

    kind: RecordType
    pk: int
    title: str
    day: date
    at: datetime | None
    last: date
    about: str = ""
    who: str = ""
    done: bool = False
    late: bool = False
    movable: bool = False
    version: int = 0
    changed_at: datetime | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """By day; what has no hour first."""
        at = self.at
        return (self.day, at is not None, at.timestamp() if at is not None else 0, self.kind.name, self.pk)


@dataclass
class Found:
    """The entries of a span in order, and which kinds have more, each with the day on which those shown end."""

    most: int = MOST_OF_A_KIND
    entries: list[Entry] = field(default_factory=list)
    cut: list[tuple[RecordType, date]] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What to say about the entries that are left out."""
        return [
            _t("Only the first %(count)s %(what)s are shown, up to %(day)s. Choose a shorter time or fewer people.")
            % {"what": kind.label_plural, "count": self.most, "day": ui.date_text(day)}
            for kind, day in self.cut
        ]  # fmt: skip


def entries(
    actor: Actor,
    kinds: Iterable[RecordType],
    span: Span,
    whose: str,
    *,
    most: int = MOST_OF_A_KIND,
    around: date | None = None,
) -> Found:
    """The entries of these kinds within `span` that `actor` may see, at most `most` of each.

    Where there are more, the first ones; with `around`, those nearest to that day.

    One query a kind, and one for each kind of record that the entries name. A record whose day is hidden or masked for
    the actor is left out; of its other fields nothing shows that may not be read.
    """
    found, rows = Found(most), []
    for kind in kinds:
        calendar = _calendar_of(kind)
        query = within(_of(kind, actor, whose).filter(calendar.only), kind, span)
        order = calendar.by if around is None else _distance(calendar, around)
        some = list(query.order_by(order, "pk")[: most + 1])
        if len(some) > most:
            some = some[:most]
            found.cut.append((kind, _day_of(calendar, some[-1])))
        rows += [(kind, record) for record in some]
    found.entries = sorted(entries_of(actor, rows, named=whose != "me"), key=lambda entry: entry.order)
    return found


def within(query: QuerySet[Any], kind: RecordType, span: Span) -> QuerySet[Any]:
    """The rows of `query` that stand within these days, as days go where the company is."""
    calendar = _calendar_of(kind)
    first: Any = span.first
    until: Any = span.until
    if not calendar.on:
        first, until = (timezone.make_aware(datetime.combine(day, time())) for day in (first, until))
    # What lasts several days stands in a span as long as one of them does.
    return query.filter(**{f"{calendar.until or calendar.by}__gte": first, f"{calendar.by}__lt": until})


def _distance(calendar: Calendar, day: date) -> Greatest:
    """How far a row stands from a day, on whichever side."""
    here: Any = Value(day) if calendar.on else Value(timezone.make_aware(datetime.combine(day, time())))
    there, span = F(calendar.by), DurationField()
    return Greatest(ExpressionWrapper(there - here, span), ExpressionWrapper(here - there, span))


def _of(kind: RecordType, actor: Actor, whose: str) -> QuerySet[Any]:
    """The visible records of somebody; those that nobody owns are everybody's only."""
    query = kind.query(actor)
    members = circle(actor, whose)
    if members is None:
        return query
    return query.filter(**{f"{kind.owner}__in": sorted(members)}) if kind.owner else query.none()


def circle(actor: Actor, whose: str) -> frozenset[int] | None:
    """The ids of the members whose records are looked at; None is everybody's."""
    if whose == "all":
        return None
    return actor.members(Reach.TREE if whose == "team" else Reach.OWN)


def entries_of(actor: Actor, rows: Sequence[tuple[RecordType, Any]], *, named: bool = False) -> list[Entry]:
    """These records as entries for `actor`, who is known to see them; with `named`, each with its owner.

    One query for each model that they name.
    """
    rows = [(kind, record) for kind, record in rows if _may_read(actor, kind, _calendar_of(kind).by, record)]
    wanted: dict[Any, set[int]] = {}
    for kind, record in rows:
        for model, pk in (_about(actor, kind, record), _owner(actor, kind, record) if named else NOBODY):
            if model is not None and pk is not None:
                wanted.setdefault(model, set()).add(pk)
    labels = columns.labels_of(actor, wanted)
    return [_entry(actor, kind, record, labels) for kind, record in rows]


def _entry(actor: Actor, kind: RecordType, record: Any, labels: columns.Labels) -> Entry:
    calendar = _calendar_of(kind)
    at = getattr(record, calendar.at) if calendar.at and _may_read(actor, kind, calendar.at, record) else None
    is_open = columns.is_open(kind, calendar.by, record)
    return Entry(
        kind=kind,
        pk=record.pk,
        title=_title(actor, kind, record),
        day=_day_of(calendar, record),
        at=at,
        last=_last_of(calendar, record),
        about=labels.get(_about(actor, kind, record), ""),
        who=labels.get(_owner(actor, kind, record), ""),
        done=is_open is False,
        late=bool(is_open) and ui.due_tone(at or getattr(record, calendar.by), clock.now()) == "bad",
        movable=_is_movable(actor, kind, record),
        version=record.version,
        changed_at=record.updated_at,
    )


def _title(actor: Actor, kind: RecordType, record: Any) -> str:
    parts = [
        " ".join(kind.specs[name].show(getattr(record, name)).split())
        for name in _calendar_of(kind).title
        if getattr(record, name) not in (None, "") and _may_read(actor, kind, name, record)
    ]
    return Truncator(" · ".join(filter(None, parts)) or capfirst(str(kind.label))).chars(TITLE_CHARS)


def _about(actor: Actor, kind: RecordType, record: Any) -> tuple[Any, Any]:
    """The model and the id of what an entry concerns."""
    about_any = isinstance(record, AboutRecord)
    name = "about_id" if about_any else _calendar_of(kind).about
    if not name or not _may_read(actor, kind, name, record):
        return NOBODY
    if about_any:
        return (records.get(record.about_type).model, record.about_id) if record.about_type else NOBODY
    return kind.specs[name].target, getattr(record, f"{name}_id")


def _owner(actor: Actor, kind: RecordType, record: Any) -> tuple[Any, Any]:
    """The model and the id of who has the record, where that may be read."""
    if not kind.owner or not (kind.owned_through or _may_read(actor, kind, kind.owner_field, record)):
        return NOBODY
    return records.get("member").model, kind.owner_id(record)


def _is_movable(actor: Actor, kind: RecordType, record: Any) -> bool:
    calendar = _calendar_of(kind)
    verb = kind.verbs.get(calendar.move)
    if verb is None or verb.why_not(actor, record) is not None:
        return False
    if verb is not kind.edit:
        return True
    return all(permissions.access(actor, kind, name, record) is Access.WRITE for name in calendar.written)


def _may_read(actor: Actor, kind: RecordType, name: str, record: Any) -> bool:
    return permissions.access(actor, kind, name, record) in READABLE


def _day_of(calendar: Calendar, record: Any) -> date:
    value = getattr(record, calendar.by)
    return timezone.localdate(value) if isinstance(value, datetime) else value


def _last_of(calendar: Calendar, record: Any) -> date:
    """The last day of an entry: that of `until` where it is filled, else its only one."""
    last: date | None = getattr(record, calendar.until) if calendar.until else None
    return last or _day_of(calendar, record)


def _calendar_of(kind: RecordType) -> Calendar:
    assert kind.calendar is not None
    return kind.calendar
