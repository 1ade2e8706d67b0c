"""What of the company's own log somebody takes out: by type of record and period, as far as they may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.kernel import clock, event_visibility, records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.models import Event, EventObject
from gucang.kernel.records import RecordType
from gucang.kernel.scope import active_company_id
from gucang.kernel.text import pinyin_key
from gucang.surface.api.output import opened

CHUNK = 2000  # events
CASES = 200
CREATE = "log_export.create"
# From type to type by the index, because the types are few and the rows many.
_TYPES = """
    WITH RECURSIVE known AS (
        (SELECT object_type FROM kernel_eventobject WHERE company_id = %(company)s ORDER BY object_type LIMIT 1)
        UNION ALL
        SELECT (SELECT o.object_type FROM kernel_eventobject o
                WHERE o.company_id = %(company)s AND o.object_type > known.object_type
                ORDER BY o.object_type LIMIT 1)
        FROM known WHERE known.object_type IS NOT NULL
    ) SELECT object_type FROM known WHERE object_type IS NOT NULL
"""


def types_in_log() -> list[str]:
    """The names of the types of record that the log tells of. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TYPES, {"company": active_company_id()})
        return [name for (name,) in cursor.fetchall()]


def may_take_out(actor: Actor, record_type: RecordType) -> bool:
    """Whether what happened to records of this type may go out: who may not take out their list may not do this."""
    if not actor.may(f"{record_type.name}.view"):
        return False
    return record_type.exchange is None or actor.may(f"{record_type.name}.export")


def open_types(actor: Actor) -> list[RecordType]:
    """The types of record whose events `actor` may take out, in the order of their names."""
    known = {one.name: one for one in records.every()}
    found = [known[name] for name in types_in_log() if name in known]
    return sorted((one for one in found if may_take_out(actor, one)), key=lambda one: pinyin_key(str(one.label_plural)))


def check_types(actor: Actor, wanted: Iterable[str]) -> None:
    """Raise Invalid for a type that the log does not tell of, Forbidden for one that `actor` may not take out."""
    if not actor.may(CREATE):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    known = {one.name: one for one in records.every()}
    for name in wanted:
        if name not in known:
            raise Invalid({"types": [_t("There is no record type %(name)s.") % {"name": name[:40]}]})
        if not may_take_out(actor, known[name]):
            raise Forbidden(
                _t("Your role does not include exporting %(what)s. Ask an administrator.")
                % {"what": known[name].label_plural}
            )


@dataclass(frozen=True)
class Extract:
    """What of the log `actor` takes out: what concerns `types` (everything where there is none) and happened from
    `since` until `until`; nothing that was recorded after the moment `before`.
    """

    actor: Actor
    types: frozenset[str]
    since: datetime | None
    until: datetime | None
    before: datetime

    @classmethod
    def of(
        cls, actor: Actor, types: Iterable[str] = (), since: date | None = None, until: date | None = None,
        before: datetime | None = None,
    ) -> Extract:  # fmt: skip
        """From days in the company's zone, both included. Raises Invalid and Forbidden as `check_types` does."""
        wanted = frozenset(types)
        check_types(actor, sorted(wanted))
        if since is not None and until is not None and until < since:
            raise Invalid({"until": [_t("The period ends before it begins.")]})
        after = until + timedelta(days=1) if until is not None else None
        return cls(actor, wanted, _midnight(since), _midnight(after), before or clock.now())

    @property
    def happened(self) -> Q:
        """The filter for events and for what they concern."""
        found = Q(recorded_at__lte=self.before)
        if self.since is not None:
            found &= Q(occurred_at__gte=self.since)
        if self.until is not None:
            found &= Q(occurred_at__lt=self.until)
        return found

    def count(self, *, cases: bool) -> int:
        """How much there is to read: events, or `cases` of the only type."""
        if cases:
            found = EventObject.objects.filter(self.happened, object_type__in=self.types)
            return found.order_by().values("object_id").distinct().count()
        return Event.objects.filter(self.happened).count()


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day is not None else None


@dataclass(frozen=True)
class Logged:
    """One event as it may be told: who did it by name, values without what is hidden, and what it concerns."""

    event: Event
    actor: str
    changes: Mapping[str, Any]
    facts: Mapping[str, Any]
    objects: Sequence[tuple[str, int, str]]


@dataclass
class Source:
    """Reads an extract, some thousand events at a time within a `scope()` of their own; `note(done)` hears how many."""

    extract: Extract
    scope: Callable[[], AbstractContextManager[Any]]
    note: Callable[[int], None]

    def events(self) -> Iterator[Logged]:
        """Each event once, in the order in which they were recorded."""
        last, done = Q(), 0
        while True:
            with self.scope():
                query = Event.objects.filter(self.extract.happened, last)
                rows = list(query.order_by("recorded_at", "id")[:CHUNK])
                found = [one for one in self._told(rows) if not self.extract.types or one.objects]
                done += len(rows)
                self.note(done)
            yield from found
            if len(rows) < CHUNK:
                return
            at, key = rows[-1].recorded_at, rows[-1].pk
            last = Q(recorded_at=at, id__gt=key) | Q(recorded_at__gt=at)
            last &= Q(recorded_at__gte=at)

    def cases(self, case_type: str) -> Iterator[tuple[int, list[Logged]]]:
        """Each record of a type that may be seen with what concerns it, in the order in which it happened."""
        last, done = 0, 0
        while True:
            with self.scope():
                rows = EventObject.objects.filter(self.extract.happened, object_type=case_type)
                following = rows.filter(object_id__gt=last).order_by("object_id").values_list("object_id", flat=True)
                keys = list(following.distinct()[:CASES])
                found = self._cases(case_type, rows, keys)
                done += len(keys)
                self.note(done)
            yield from found
            if len(keys) < CASES:
                return
            last = keys[-1]

    def _cases(self, case_type: str, rows: QuerySet[Any], keys: list[int]) -> list[tuple[int, list[Logged]]]:
        seen = self._seen({(case_type, key) for key in keys})
        rows = rows.filter(object_id__in=[key for _kind, key in seen])
        pairs = list(
            rows.order_by("object_id", "occurred_at", "event_id").values_list("object_id", "event_id").distinct()
        )
        events = Event.objects.in_bulk({pk for _key, pk in pairs})
        told = {one.event.pk: one for one in self._told(list(events.values()))}
        found: dict[int, list[Logged]] = {}
        for key, pk in pairs:
            if pk in told:
                found.setdefault(key, []).append(told[pk])
        return list(found.items())

    @cached_property
    def _sees_all(self) -> bool:
        """Whether nothing is kept from who takes it out: an administrator, whom no field is hidden from."""
        actor = self.extract.actor
        return actor.may("*") and actor.eyes is None and not actor.field_rules

    def _told(self, rows: list[Event]) -> list[Logged]:
        actor, known = self.extract.actor, {one.name: one for one in records.every()}
        if not self._sees_all:
            may = {name for name, one in known.items() if may_take_out(actor, one)}
            rows = event_visibility.visible_to(actor, [one for one in rows if one.subject_type in may])
        objects = self._objects(rows)
        names = self._names({one.actor_id for one in rows if one.actor_id is not None})
        return [
            Logged(one, "system" if one.actor_kind == "system" else names.get(one.actor_id or 0, ""), *values,
                   objects.get(one.pk, []))
            for one in rows for values in [self._values(one)]
        ]  # fmt: skip

    def _values(self, event: Event) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        if self._sees_all:
            return event.changes, event.facts
        return opened(self.extract.actor, event)

    def _objects(self, rows: list[Event]) -> dict[int, list[tuple[str, int, str]]]:
        """What these events concern, as far as it is of the types wanted and may be seen."""
        about = EventObject.objects.filter(event_id__in=[one.pk for one in rows])
        if self.extract.types:
            about = about.filter(object_type__in=self.extract.types)
        many = list(about.values_list("event_id", "object_type", "object_id", "role"))
        seen = self._seen({(kind, key) for _pk, kind, key, _role in many})
        found: dict[int, list[tuple[str, int, str]]] = {}
        for pk, kind, key, role in many:
            if (kind, key) in seen:
                found.setdefault(pk, []).append((kind, key, role))
        return found

    def _seen(self, subjects: set[tuple[str, int]]) -> set[tuple[str, int]]:
        if self._sees_all:
            return subjects
        known = {one.name for one in records.every()}
        return event_visibility.visible_subjects(self.extract.actor, {one for one in subjects if one[0] in known})

    def _names(self, ids: set[int]) -> dict[int, str]:
        return dict(Member.with_bin.filter(pk__in=ids).values_list("pk", "name"))
