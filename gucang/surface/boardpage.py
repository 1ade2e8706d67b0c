"""What a board shows: its lanes with their sums, and the cards in them. It knows no request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, grouping, ui
from gucang.surface.columns import Shower, is_open
from gucang.surface.keyset import Order, cursor_after, order_of, page
from gucang.surface.labels import label_fields

PER_LANE, MOST_IN_LANE, COUNTED = 30, 300, 10_000
READABLE = (Access.READ, Access.WRITE)


@dataclass(frozen=True)
class Card:
    """One record on the board, as its card shows it. `notes` are (label, text, tone) of the fields left over."""

    pk: int
    title: str
    about: str = ""
    amount: Any = None
    currency: str = ""
    owner: str = ""
    owner_id: int | None = None
    days: int | None = None
    too_long: bool = False
    notes: tuple[tuple[str, str, str], ...] = ()

    @property
    def age(self) -> str:
        if self.days is None:
            return ""
        if self.days == 0:
            return _t("new here")
        if self.too_long:
            return ngettext("%(days)s day, too long", "%(days)s days, too long", self.days) % {"days": self.days}
        return ngettext("%(days)s day", "%(days)s days", self.days) % {"days": self.days}


@dataclass
class Lane:
    """One column. `sums` are by currency, `next` is the cursor of the cards not shown yet.

    Count and sums are estimated where they are not `exact`.
    """

    value: Any
    title: str
    tone: str
    count: int = 0
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    exact: bool = True
    cards: list[Card] = field(default_factory=list)
    next: str = ""


class BoardPage:
    """One look at a board: the actor's filters, the lanes they lead to, and the cards in them."""

    def __init__(self, kind: RecordType, actor: Actor, params: QueryDict) -> None:
        assert kind.board is not None
        self.kind, self.board, self.actor = kind, kind.board, actor
        self.depths = _depths(params.getlist("shown"))
        self.params = self._switched(params)
        self.filtered = filters.parse(kind, actor, self.params, ignore=(self.board.switch,))

    @cached_property
    def rows_to_choose(self) -> list[Any]:
        """What the board can be switched between; the first is shown unless another one is asked for."""
        spec = self.kind.specs.get(self.board.switch)
        if spec is None or spec.target is None:
            return []
        target = records.by_model(spec.target)
        order = order_of(target.model, target.order)
        return list(target.query(self.actor).order_by(order.name, "id")[:50])

    @property
    def chosen(self) -> Any:
        """The row of lanes that is shown."""
        wanted = self.params.get(self.board.switch)
        return next((row for row in self.rows_to_choose if str(row.pk) == wanted), None)

    def _switched(self, params: QueryDict) -> QueryDict:
        """The filters alone, with the one that chooses the lanes always among them and always known."""
        found: Any = params.copy()
        for name in (*filters.RESERVED, "sort", self.board.by):
            found.pop(name, None)
        known = [str(row.pk) for row in self.rows_to_choose]
        if known and found.get(self.board.switch) not in known:
            found[self.board.switch] = known[0]
        return found

    def lanes(self) -> list[Lane]:
        """Every lane with its first cards: two queries for the cards, however many lanes there are."""
        lanes = [Lane(value, label, tone) for value, label, tone in self.board.lanes(self.actor, self._simple)]
        self._sum(lanes)
        found = self._first(lanes)
        for lane in lanes:
            rows, depth = found.get(lane.value, []), self._depth(lane)
            self._fill(lane, rows[:depth], cursor_after(self.order, rows[depth - 1]) if rows[depth:] else "")
        return lanes

    def _depth(self, lane: Lane) -> int:
        """How many cards the lane shows: as many as before where the board is drawn again, else the first few."""
        return self.depths.get(str(lane.value), PER_LANE)

    def lane(self, value: str, cursor: str) -> Lane:
        """The cards of one lane after `cursor`.

        Raises NotVisible for a lane that the board does not have, Invalid for a cursor that no lane gave.
        """
        known = self.board.lanes(self.actor, self._simple)
        lane = next((Lane(key, label, tone) for key, label, tone in known if str(key) == value), None)
        if lane is None:
            raise NotVisible
        found = page(self._shown(self._in(lane.value)), self.order, cursor, PER_LANE)
        self._fill(lane, found.rows, found.next)
        return lane

    @cached_property
    def _simple(self) -> dict[str, Any]:
        return {name: values[0] if len(values) == 1 else values for name, values in self.params.lists()}

    @cached_property
    def order(self) -> Order:
        """Lanes are sorted as lists are; where that column may be empty, by age."""
        order = order_of(self.kind.model, self.kind.order)
        return Order() if order.nullable else order

    @property
    def _query(self) -> QuerySet[Any]:
        query = self.filtered.query.filter(self.board.only)
        chosen = self.chosen
        return query.filter(**{self.board.switch: chosen}) if chosen is not None else query

    def _in(self, value: Any) -> QuerySet[Any]:
        return self._query.filter(**{self._by: value})

    @property
    def _by(self) -> str:
        return self.kind.model._meta.get_field(self.board.by).attname  # type: ignore[union-attr]

    def _shown(self, query: QuerySet[Any]) -> QuerySet[Any]:
        """With the records at hand that cards, ages and rights look at."""
        names = {name for name in (*self.board.card, self.board.by) if self._is_reference(name)}
        names |= {self.kind.owned_through} - {""}
        if not names:
            return query
        own = [field.name for field in self.kind.model._meta.concrete_fields]
        return query.select_related(*sorted(names)).only(*own, *self._words(names))

    def _words(self, names: Iterable[str]) -> Iterator[str]:
        """Of the records on a card only what they are called is read: a customer has forty columns more."""
        for name in names:
            target = self.kind.specs[name].target if name in self.kind.specs and name != self.board.by else None
            if target is not None and name != self.kind.owned_through:
                yield from (f"{name}__{field}" for field in label_fields(target))

    def _is_reference(self, name: str) -> bool:
        spec = self.kind.specs.get(name)
        return spec is not None and spec.target is not None

    def _first(self, lanes: list[Lane]) -> dict[Any, list[Any]]:
        if not lanes:
            return {}
        sign = "-" if self.order.descending else ""
        names = list(dict.fromkeys([f"{sign}{self.order.column}", f"{sign}id"]))
        parts = [
            self._in(lane.value).order_by(*names).values_list("pk", flat=True)[: self._depth(lane) + 1]
            for lane in lanes
        ]
        ids = list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
        found: dict[Any, list[Any]] = {}
        for record in self._shown(self.kind.model._default_manager.filter(pk__in=ids)).order_by(*names):
            found.setdefault(getattr(record, self._by), []).append(record)
        return found

    def _fill(self, lane: Lane, rows: Iterable[Any], cursor: str) -> None:
        found = list(rows)
        own = [spec for spec in self.kind.custom_fields() if spec.own is not None and spec.own.on_card]
        shower = Shower(self.kind, self.actor, "", found, [spec.name for spec in own]) if own else None
        lane.cards = []
        for record in found:
            card = card_of(self.actor, self.kind, record)
            notes = _own_notes(shower, own, record) if shower is not None else ()
            lane.cards.append(replace(card, notes=(*card.notes, *notes)))
        lane.next = cursor
        lane.count = max(lane.count, len(lane.cards))

    @property
    def summed(self) -> bool:
        """Whether lanes say what their cards are worth: the sum of one card betrays what is hidden of it."""
        return bool(self.board.total) and permissions.may_filter_by(self.actor, self.kind, self.board.total)

    def _sum(self, lanes: list[Lane]) -> None:
        if self.board.totals is None:
            self._add_up(lanes)
            return
        sums = self.board.totals(self.actor, self._simple)
        for lane in lanes:
            lane.count, total = sums.get(lane.value, (0, {}))
            lane.sums = total if self.summed else {}

    def _add_up(self, lanes: list[Lane]) -> None:
        """What nobody keeps is asked for in one statement, and estimated where the lanes are long."""
        specs = [self.kind.specs[self.board.total]] if self.summed else []
        by = self.kind.specs[self.board.by]
        found = grouping.grouped(
            self._query.order_by(), by, specs, self.actor, exact=COUNTED, uncounted=self.kind.uncounted
        )
        groups = {one.key: one for one in found.groups}
        for lane in lanes:
            if (group := groups.get(str(lane.value))) is not None:
                lane.count, lane.exact = group.count, found.exact
                lane.sums = group.sums[0].amounts if group.sums else {}


def _depths(shown: Iterable[str]) -> dict[str, int]:
    """How many cards of each lane a script has loaded already, told as "<lane>:<number>"; nonsense is left out."""
    told = (one.rpartition(":") for one in shown)
    return {
        lane: min(max(int(number), PER_LANE), MOST_IN_LANE)
        for lane, _mark, number in told
        if number.isascii() and number.isdigit() and len(number) < 6
    }


def lanes_for(kind: RecordType, actor: Actor, record: Any) -> list[tuple[Any, str]]:
    """The lanes that `record` can be moved to, as (value, title): those of its own row but the one it stands in."""
    board = kind.board
    assert board is not None
    switch = kind.model._meta.get_field(board.switch) if board.switch else None
    row = {board.switch: str(getattr(record, switch.attname))} if switch is not None else {}  # type: ignore[union-attr]
    here = getattr(record, kind.model._meta.get_field(board.by).attname)  # type: ignore[union-attr]
    return [(value, title) for value, title, _tone in board.lanes(actor, row) if value != here]


def card_of(actor: Actor, kind: RecordType, record: Any) -> Card:
    """What the card of `record` shows to `actor`: declared fields that the actor may read."""
    board = kind.board
    assert board is not None
    readable = [name for name in board.card if permissions.access(actor, kind, name, record) in READABLE]
    owner = filters.owner_field(kind)
    about = [name for name in readable if name != owner and kind.specs[name].target is not None]
    plain = [name for name in readable if name not in (owner, board.total, *about)]
    days, too_long = (board.age(record) if board.age else None) or (None, False)
    holder = getattr(record, owner, None) if owner in readable else None
    rest = (
        _note(kind.specs[name], getattr(record, name), late=_is_open(kind, name, record, days)) for name in plain[1:]
    )
    return Card(
        pk=record.pk,
        title=str(getattr(record, plain[0])) if plain else str(record),
        about=" · ".join(str(value) for name in about if (value := getattr(record, name)) is not None),
        amount=getattr(record, board.total) if board.total in readable else None,
        currency=getattr(record, "currency", ""),
        owner=str(holder) if holder is not None else "",
        owner_id=holder.pk if holder is not None else None,
        days=days,
        too_long=too_long,
        notes=tuple(note for note in rest if note[1]),
    )


def _is_open(kind: RecordType, name: str, record: Any, days: int | None) -> bool:
    """Whether a day on the card can be late: what has been said of the field, else whether the record still ages."""
    found = is_open(kind, name, record)
    return found if found is not None else days is not None


def _own_notes(shower: Shower, own: Iterable[FieldSpec], record: Any) -> Iterator[tuple[str, str, str]]:
    """The company's own fields that stand on cards, in words."""
    for spec in own:
        if words := shower.show(record, spec, link=False):
            yield str(spec.label), words, ""


def _note(spec: FieldSpec, value: Any, *, late: bool) -> tuple[str, str, str]:
    """A field's label, words and tone; a day of something still open warns when it has come."""
    if spec.kind in ("date", "moment") and value is not None:
        return str(spec.label), ui.day_text(value), ui.due_tone(value, clock.now()) if late else ""
    return str(spec.label), spec.show(value), ""
