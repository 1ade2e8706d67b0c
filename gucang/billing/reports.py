"""The ageing report: what is owed, by how late it is, for each customer, owner or department. Constant statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from gucang.accounts.models import Department, Member
from gucang.billing.ageing import BUCKETS
from gucang.billing.terms import CENT
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.parties.models import Customer
from gucang.surface.labels import labels_of

ZERO = Decimal(0)
PAGE = 50
WORTH = F("open_amount") * F("rate")
WAITING = "waiting"
# By what rows are put together: the way there from an instalment, and whose names they bear.
GROUPS: dict[str, tuple[str, Any]] = {
    "customer": ("customer_id", Customer),
    "owner": ("customer__owner_id", Member),
    "department": ("customer__owner__department_id", Department),
}


@dataclass
class Row:
    """What one customer, owner or department owes, by bucket, in the company's currency. `key` 0 is nobody."""

    key: int
    name: str
    total: Decimal
    amounts: dict[str, Decimal]


@dataclass
class Ageing:
    """One page of the report, and what all of it comes to. `after` is the place of the next page, "" on the last."""

    rows: list[Row] = field(default_factory=list)
    total: Row | None = None
    after: str = ""
    foreign: bool = False


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: as of which day, put together by what, of which owner or department."""

    by: str
    today: date
    owner: int | None = None
    department: int | None = None

    def query(self, actor: Actor) -> QuerySet[Any]:
        """The open instalments that this actor sees, of whom was asked for."""
        found = records.get("instalment").query(actor).filter(is_open=True).select_related(None).order_by()
        if self.owner is not None:
            found = found.filter(customer__owner_id=self.owner or None)
        if self.department is not None:
            found = found.filter(customer__owner__department_id=self.department or None)
        return found


def _sums(today: date) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for bucket in BUCKETS:
        first, last = bucket.days(today)
        fits = Q(due_on__isnull=False)
        fits &= Q(due_on__gte=first) if first is not None else Q()
        fits &= Q(due_on__lte=last) if last is not None else Q()
        found[bucket.key] = Sum(WORTH, filter=fits)
    return found | {WAITING: Sum(WORTH, filter=Q(due_on=None)), "total": Sum(WORTH)}


def ageing(actor: Actor, asked: Asked, after: str = "", limit: int = PAGE) -> Ageing:
    """One page, the largest first: one statement for the rows, one for the total, one for the names."""
    way, model = GROUPS[asked.by]
    query = asked.query(actor)
    grouped = query.annotate(key=Coalesce(F(way), Value(0))).values("key").annotate(**_sums(asked.today))
    if (place := _place(after)) is not None:
        total, key = place
        grouped = grouped.filter(Q(total__lt=total) | Q(total=total, key__gt=key))
    rows = list(grouped.order_by("-total", "key")[: limit + 1])
    names = labels_of(actor, {model: [one["key"] for one in rows if one["key"]]})
    found = Ageing([_row(one, names.get((model, one["key"]), "")) for one in rows[:limit]])
    if len(rows) > limit:
        found.after = f"{rows[limit - 1]['total']}~{rows[limit - 1]['key']}"
    whole = query.aggregate(**_sums(asked.today), foreign=Sum(WORTH, filter=~Q(currency="")))
    found.total = _row(whole | {"key": 0, "total": whole["total"] or ZERO}, "")
    found.foreign = bool(whole["foreign"])
    return found


def every_row(actor: Actor, asked: Asked) -> Iterator[Row]:
    """All rows of the report, a few hundred a statement; for files."""
    after = ""
    while True:
        page = ageing(actor, asked, after, 500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def _row(one: dict[str, Any], name: str) -> Row:
    keys = [*(bucket.key for bucket in BUCKETS), WAITING]
    return Row(one["key"], name, _cents(one["total"]), {key: _cents(one[key]) for key in keys})


def _cents(amount: Decimal | None) -> Decimal:
    return (amount or ZERO).quantize(CENT, ROUND_HALF_UP)


def _place(after: str) -> tuple[Decimal, int] | None:
    total, mark, key = after.partition("~")
    if not mark or not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    try:
        amount = Decimal(total)
    except ArithmeticError:
        return None
    return (amount, int(key)) if amount.is_finite() and abs(amount) < Decimal(10) ** 24 else None
