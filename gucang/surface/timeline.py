"""The timeline of a record in words: who did what, when, which values changed, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from gucang.kernel import event_visibility, events, lines, records
from gucang.kernel.actions import get as action_called
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.permissions import event_access
from gucang.kernel.records import RecordType
from gucang.surface import currencies, linechanges
from gucang.surface.columns import Shower
from gucang.surface.labels import Labels, labels_of
from gucang.surface.middleware import CompanyRequest

PAGE = 30
MOST_CHANGES = 8
LATE_SECONDS = 24 * 3600
# What an entry says rather than what was changed, in the order of preference.
SAID = ("text", "note", "reason", "title")

_WORDS: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True)
class Through:
    """Through what an event came about, other than by hand: "automation “…”". `path` is below the company's address."""

    words: str
    icon: str = "bolt"
    path: str = ""


Teller = Callable[[Event, Actor], Through | None]
_through: list[Teller] = []


def through(teller: Teller) -> Teller:
    """Register who says to an actor through what an event came about; None for nothing."""
    _through.append(teller)
    return teller


def word(event_name: str, words: dict[str, Any]) -> None:
    """Say what an event of this name keeps as a short code ("contact") in these words."""
    _WORDS[event_name] = words


@dataclass(frozen=True)
class Change:
    """One field's value before and after, in words."""

    label: str
    old: Any
    new: Any


_TELLERS: dict[str, Callable[[Event], list[Change]]] = {}


def tell(record: str, changes: Callable[[Event], list[Change]]) -> None:
    """Let the events of a record type tell, besides the fields of its form, what `changes` reads from them."""
    _TELLERS[record] = changes


@dataclass(frozen=True)
class Entry:
    """One event in words."""

    pk: int
    at: datetime
    day: date
    person: str
    verb: str
    icon: str
    name: str = ""
    said: str = ""
    subject: str = ""
    url: str = ""
    late: bool = False
    through: Through | None = None
    through_url: str = ""
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """A page of entries, and the cursor of the next one ("" at the end)."""

    entries: list[Entry]
    next: str


def read(request: CompanyRequest, record_type: RecordType, record: Any, cursor: str = "") -> Timeline:
    """One page of a record's timeline. A fixed number of queries: one, and one per type of record named in it."""
    found = events.timeline(record_type.name, record.pk, before=_decode(cursor), limit=PAGE + 1)
    more = len(found) > PAGE
    last = found[PAGE - 1] if more else None
    shown = event_visibility.visible_to(request.actor, found[:PAGE], page=(record_type.name, record.pk))
    words = _Words(request, record_type, record, shown)
    return Timeline([words.entry(event) for event in shown], _encode(last) if last else "")


def _encode(event: Event) -> str:
    return f"{event.occurred_at.isoformat()}~{event.pk}"


def _decode(cursor: str) -> events.Cursor | None:
    if not cursor:
        return None
    moment, _mark, pk = cursor[:80].replace(" ", "+").partition("~")
    try:
        at = parse_datetime(moment)
        if at is None or timezone.is_naive(at) or not pk.isascii() or not pk.isdigit() or len(pk) > 18:
            raise ValueError
    except ValueError:
        raise Invalid({"after": [_t("This place in the timeline is gone. Start at the top.")]}) from None
    return events.Cursor(at, int(pk))


class _Words:
    """Turns a page's events into entries; names and labels are looked up once for all of them."""

    def __init__(self, request: CompanyRequest, page_type: RecordType, page: Any, found: Sequence[Event]) -> None:
        self.request, self.page_type, self.page = request, page_type, page
        member = records.get("member").model
        wanted: dict[Any, set[int]] = {member: {e.actor_id for e in found if e.actor_id is not None}}
        for event in found:
            record_type = records.get(event.subject_type)
            for name, spec in _labelled(record_type).items():
                pair = event.changes.get(name)
                if pair is not None and spec.kind == "reference":
                    wanted.setdefault(spec.target, set()).update(one for one in pair if isinstance(one, int))
        for name in {event.subject_type for event in found if lines.NAME in event.changes}:
            same = [event for event in found if event.subject_type == name]
            for target, ids in linechanges.references(records.get(name), same).items():
                wanted.setdefault(target, set()).update(ids)
        self.labels: Labels = labels_of(request.actor, wanted)
        self.names = {pk: name for (model, pk), name in self.labels.items() if model is member}
        self.showers: dict[str, Shower] = {}
        # Of the page's own record it is at hand; what an event that made a record says of it is not shown.
        now = currencies.named_in(e for e in found if e.subject_version != 1 and not self._is_own(e))
        if hasattr(page, "currency"):
            now[page_type.name, page.pk] = page.currency
        self.currencies = currencies.of_events(found, now)

    def _is_own(self, event: Event) -> bool:
        return (event.subject_type, event.subject_id) == (self.page_type.name, self.page.pk)

    def entry(self, event: Event) -> Entry:
        record_type = records.get(event.subject_type)
        own = self._is_own(event)
        said, changes = self._told(record_type, event, self.page if own else None)
        verb, icon = _verb(record_type, event)
        by = next(filter(None, (teller(event, self.request.actor) for teller in _through)), None)
        return Entry(
            pk=event.pk,
            at=event.occurred_at,
            day=timezone.localdate(event.occurred_at),
            person=self._person(event),
            verb=verb,
            icon=icon,
            name=event.name,
            said=said,
            subject="" if own or said else event.subject_label,
            url="" if own else f"{self.request.base}/{record_type.plural}/{event.subject_id}",
            through=by,
            through_url=f"{self.request.base}{by.path}" if by is not None and by.path else "",
            late=(event.recorded_at - event.occurred_at).total_seconds() > LATE_SECONDS,
            changes=changes,
        )

    def _person(self, event: Event) -> str:
        if event.actor_kind == "system" or event.actor_id is None:
            return _t("Gucang")
        return self.names.get(event.actor_id, _t("A former member"))

    def _told(self, record_type: RecordType, event: Event, record: Any) -> tuple[str, list[Change]]:
        """(what was said, the other values that changed)."""
        values = {name: pair[1] for name, pair in event.changes.items()} | event.facts
        said = next((str(values[name]) for name in SAID if isinstance(values.get(name), str) and values[name]), "")
        if said and not self._open(record_type, next(n for n in SAID if values.get(n) == said), record):
            said = ""
        said = str(_WORDS.get(event.name, {}).get(said, said))
        if event.subject_version == 1:
            return said, []
        found = [
            self._change(record_type, spec, event, record)
            for name, spec in _labelled(record_type).items()
            if name in event.changes and name not in SAID and self._seen(record_type, name, record)
        ]
        more = _TELLERS[record_type.name](event) if record_type.name in _TELLERS else []
        if lines.NAME in event.changes and self._open(record_type, lines.NAME, record):
            currency = self.currencies[event.pk][1] or ""
            told = linechanges.told(record_type, event.changes[lines.NAME], self.labels, currency)
            more = [*more, *(Change(*one) for one in told[:MOST_CHANGES])]
            if len(told) > MOST_CHANGES:
                rest = _t("and %(count)s more") % {"count": len(told) - MOST_CHANGES}
                more.append(Change(str(record_type.lines.spec.label) if record_type.lines else "", "", rest))
        return said, found[:MOST_CHANGES] + more

    def _change(self, record_type: RecordType, spec: FieldSpec, event: Event, record: Any) -> Change:
        shower = self.showers.setdefault(record_type.name, self._shower(record_type))
        old, new = event.changes[spec.name]
        if self._access(record_type, spec.name, record) is Access.MASKED:
            old, new = spec.masked(old), spec.masked(new)
        written = zip((old, new), self.currencies[event.pk], strict=True)
        before, after = (_shown(shower, spec, value, record, code) or _t("empty") for value, code in written)
        return Change(str(spec.label), before, after)

    def _shower(self, record_type: RecordType) -> Shower:
        shower = Shower(record_type, self.request.actor, self.request.base, [], [])
        shower.labels = self.labels
        return shower

    def _access(self, record_type: RecordType, name: str, record: Any) -> Access:
        return event_access(self.request.actor, record_type, name, record)

    def _seen(self, record_type: RecordType, name: str, record: Any) -> bool:
        return self._access(record_type, name, record) is not Access.HIDDEN

    def _open(self, record_type: RecordType, name: str, record: Any) -> bool:
        return self._access(record_type, name, record) in (Access.READ, Access.WRITE)


def _shown(shower: Shower, spec: FieldSpec, value: Any, record: Any, currency: str | None) -> Any:
    if value is None or value == "":
        return ""
    try:
        return shower.value(spec, value, link=False, record=record, currency=currency)
    except ValueError:
        return str(value)  # a value from before the field changed its kind


def _labelled(record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields whose changes mean something to people: those of the form and the columns, and the owner."""
    names = [*record_type.form.fields, *record_type.columns, "owner", "status", "stage", "state", "deleted_at"]
    found = {name: record_type.specs[name] for name in dict.fromkeys(names) if name in record_type.specs}
    return found | {spec.name: spec for spec in record_type.custom_fields() if not spec.computed}


def _verb(record_type: RecordType, event: Event) -> tuple[str, str]:
    """(what was done, in the words of its button; its icon)."""
    try:
        action = action_called(event.name)
    except LookupError:
        return event.name, "point"
    kind = record_type.specs.get("kind")
    if event.subject_version == 1:
        if kind is not None and "text" in record_type.specs and "kind" in event.changes:
            return kind.show(event.changes["kind"][1]), record_type.icon
        return _t("added %(what)s") % {"what": record_type.label}, record_type.icon
    return str(action.label), action.icon or record_type.icon
