"""What stands in the calendar: entries of every record type that declares what of it does. It knows no request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.records import RecordType
from gucang.surface import columns, ui
from gucang.surface.dated import NOBODY, Dated
from gucang.surface.labels import Labels, labels_of

VIEWS = ("month", "week", "day", "agenda")
WHOSE = ("me", "team", "all")
WEEK, MOST_DAYS = 7, 42
MOST_OF_A_KIND = 300
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


@dataclass(frozen=True)
class Looking:
    """What is looked at, as the address says it. `view` is "" where none was asked for."""

    view: str
    on: date
    whose: str
    kinds: tuple[str, ...]
    usual: str = WHOSE[0]

    @classmethod
    def of(cls, params: QueryDict, names: Collection[str], usual: str = WHOSE[0]) -> Looking:
        """From an address; what it says that cannot be understood is left out.

        `names` are those of the kinds that there are, `usual` is whose is shown unasked.
        """
        view, whose = params.get("view", ""), params.get("whose", "")
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

    def shows(self, kind: Dated) -> bool:
        """Whether this kind is among those that were chosen; without a choice all are."""
        return not self.kinds or kind.name in self.kinds

    def toggled(self, kind: Dated, kinds: Sequence[Dated]) -> tuple[str, ...]:
        """The choice of kinds after this one was switched on or off; () when that leaves all or none."""
        chosen = [one.name for one in kinds if self.shows(one) != (one is kind)]
        return () if len(chosen) in (0, len(kinds)) else tuple(chosen)


@dataclass(frozen=True)
class Entry:
    """One record as it stands in the calendar, from `day` to `last`. `at` is None where it has a day and no hour."""

    dated: Dated
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
    def kind(self) -> RecordType:
        return self.dated.kind

    @property
    def order(self) -> tuple[Any, ...]:
        """By day; what has no hour first."""
        at = self.at
        return (self.day, at is not None, at.timestamp() if at is not None else 0, self.dated.name, self.pk)


@dataclass
class Found:
    """The entries of a span in order, and which kinds have more, each with the day on which those shown end."""

    most: int = MOST_OF_A_KIND
    entries: list[Entry] = field(default_factory=list)
    cut: list[tuple[Dated, date]] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What to say about the entries that are left out."""
        return [
            _t("Only the first %(count)s %(what)s are shown, up to %(day)s. Choose a shorter time or fewer people.")
            % {"what": kind.label_plural, "count": self.most, "day": ui.date_text(day)}
            for kind, day in self.cut
        ]  # fmt: skip


def entries(
    actor: Actor,
    kinds: Iterable[Dated],
    span: Span,
    whose: str,
    *,
    most: int = MOST_OF_A_KIND,
    around: date | None = None,
) -> Found:
    """The entries of these kinds within `span` that `actor` may see, at most `most` of each.

    Where there are more, the first ones; with `around`, those nearest to that day.

    One query a kind (two for an own field), and one for each kind of record that the entries name. A record whose day
    is hidden or masked for the actor is left out; of its other fields nothing shows that may not be read.
    """
    found, rows = Found(most), []
    for one in kinds:
        some = one.some(_of(one.kind, actor, whose), span.first, span.until, most + 1, around)
        if len(some) > most:
            some = some[:most]
            found.cut.append((one, one.day_of(some[-1]) or span.last))
        rows += [(one, record) for record in some]
    found.entries = sorted(entries_of(actor, rows, named=whose != "me"), key=lambda entry: entry.order)
    return found


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


def entries_of(actor: Actor, rows: Sequence[tuple[Dated, Any]], *, named: bool = False) -> list[Entry]:
    """These records as entries for `actor`, who is known to see them; with `named`, each with its owner.

    One query for each model that they name.
    """
    rows = [(one, record) for one, record in rows if one.may_read(actor, one.calendar.by, record)]
    wanted: dict[Any, set[int]] = {}
    for one, record in rows:
        for model, pk in (one.about(actor, record), one.owner(actor, record) if named else NOBODY):
            if model is not None and pk is not None:
                wanted.setdefault(model, set()).add(pk)
    labels = labels_of(actor, wanted)
    return [entry for one, record in rows if (entry := _entry(actor, one, record, labels)) is not None]


def _entry(actor: Actor, one: Dated, record: Any, labels: Labels) -> Entry | None:
    """A record as an entry; None where what it holds is no day after all."""
    calendar, day = one.calendar, one.day_of(record)
    if day is None:
        return None
    at = getattr(record, calendar.at) if calendar.at and one.may_read(actor, calendar.at, record) else None
    is_open = columns.is_open(one.kind, calendar.by, record)
    return Entry(
        dated=one,
        pk=record.pk,
        title=one.title(actor, record),
        day=day,
        at=at,
        last=one.last_of(record) or day,
        about=labels.get(one.about(actor, record), ""),
        who=labels.get(one.owner(actor, record), ""),
        done=is_open is False,
        late=bool(is_open) and ui.due_tone(at or day, clock.now()) == "bad",
        movable=one.is_movable(actor, record),
        version=record.version,
        changed_at=record.updated_at,
    )
