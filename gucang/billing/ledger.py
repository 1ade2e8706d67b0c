"""The one place that moves money between payments and receivables: lines are added, and the amounts follow at once.

Whoever posts holds the lock of the receivable, and of the payment if there is one: two payments on one receivable wait
for each other here, and the second sees what the first has left. Locks are taken payment first, then receivables by
their ids, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _t

from gucang.billing.models import (
    Entry,
    EntryKind,
    Instalment,
    Payment,
    PaymentState,
    Receivable,
    ReceivableState,
)
from gucang.kernel import clock
from gucang.kernel.errors import Refused
from gucang.surface import ui

ZERO = Decimal(0)


def instalments_of(receivable: Receivable) -> list[Instalment]:
    """Its instalments in their order, as they are now."""
    return list(Instalment.objects.filter(receivable_id=receivable.pk).order_by("position"))


def post(
    receivable: Receivable,
    kind: EntryKind,
    shares: Mapping[int, Decimal],
    *,
    on: date,
    payment: Payment | None = None,
) -> Decimal:
    """Write lines of `kind` over the instalments of one receivable, {position: amount}; returns what they come to.

    Below zero takes back. The receivable is changed and not saved: that is its action's to do. Raises Refused, with
    nothing written, where an instalment would be settled by more than is open of it, or taken back by more than was.
    """
    rows = {one.position: one for one in instalments_of(receivable)}
    for position, amount in shares.items():
        if position not in rows:
            raise Refused(_t("“%(receivable)s” has no instalment %(n)s.") % {"receivable": receivable, "n": position})
        _check(receivable, rows[position], amount)
    now = clock.now()
    moved = {position: amount for position, amount in shares.items() if amount}
    for position, amount in moved.items():
        row = rows[position]
        row.open_amount -= amount
        row.is_open = row.open_amount > 0
    Instalment.objects.bulk_update([rows[position] for position in sorted(moved)], ["open_amount", "is_open"])
    Entry.objects.bulk_create(
        Entry(
            company_id=receivable.company_id, kind=kind, receivable=receivable, instalment=rows[position],
            payment=payment, amount=amount, on=on, at=now,
        )
        for position, amount in sorted(moved.items())
    )  # fmt: skip
    total = sum(moved.values(), ZERO)
    _retell(receivable, kind, total, rows)
    return total


def _check(receivable: Receivable, row: Instalment, amount: Decimal) -> None:
    if amount > row.open_amount:
        raise Refused(
            _t("Only %(open)s of %(what)s is open. Allocate less; the rest stays as the customer's credit.")
            % {"open": ui.money_text(row.open_amount, receivable.currency), "what": _called(receivable, row)}
        )
    if -amount > row.amount - row.open_amount:
        raise Refused(_t("Not as much of %(what)s is settled. Look again.") % {"what": _called(receivable, row)})


def _called(receivable: Receivable, row: Instalment) -> str:
    return f"{receivable.number}/{row.position}"


def _retell(receivable: Receivable, kind: EntryKind, total: Decimal, rows: Mapping[int, Instalment]) -> None:
    """Bring the receivable's own columns in line with its lines."""
    receivable.open_amount -= total
    if kind == EntryKind.PAYMENT:
        receivable.paid_amount += total
    elif kind == EntryKind.WRITE_OFF:
        receivable.written_off += total
    receivable.state = state_of(receivable, cancelled=kind == EntryKind.CANCEL and total > 0)
    days = [row.due_on for row in rows.values() if row.is_open and row.due_on is not None]
    receivable.next_due_on = min(days, default=None)


def state_of(receivable: Receivable, *, cancelled: bool = False) -> ReceivableState:
    """The state that follows from its amounts."""
    if cancelled:
        return ReceivableState.CANCELLED
    if receivable.open_amount == 0:
        return ReceivableState.PAID if receivable.paid_amount else ReceivableState.WRITTEN_OFF
    return ReceivableState.PARTLY if receivable.open_amount < receivable.amount else ReceivableState.OPEN


def take_out(payment: Payment, kind: EntryKind, amount: Decimal, on: date) -> None:
    """Write that money left a payment (a refund, a reversal): no more than what is free of it."""
    if amount > payment.free_amount:
        raise Refused(
            _t("Only %(free)s of payment %(payment)s is free. Take an allocation back first.")
            % {"free": ui.money_text(payment.free_amount, payment.currency or "CNY"), "payment": payment},
            field="amount",
        )
    Entry(kind=kind, payment=payment, amount=amount, on=on, at=clock.now()).save()
    payment.free_amount -= amount


def standing(payment: Payment) -> PaymentState:
    """The state that follows from a payment's amounts."""
    if payment.reversed_on is not None:
        return PaymentState.REVERSED
    used = payment.amount - payment.refunded_amount - payment.free_amount
    if payment.free_amount == 0:
        return PaymentState.SETTLED
    return PaymentState.PARTLY if used else PaymentState.FREE


def allocated(payment: Payment) -> dict[tuple[int, int], Decimal]:
    """What a payment settles now: {(receivable id, position): amount above zero}. One query."""
    lines = (
        Entry.objects.filter(payment_id=payment.pk, kind=EntryKind.PAYMENT)
        .values("receivable_id", "instalment__position")
        .annotate(total=Sum("amount"))
    )
    return {(one["receivable_id"], one["instalment__position"]): one["total"] for one in lines if one["total"]}


def settled_by(receivable: Receivable, kind: EntryKind) -> dict[int, Decimal]:
    """What lines of `kind` settle of a receivable now: {position: amount above zero}. One query."""
    lines = (
        Entry.objects.filter(receivable_id=receivable.pk, kind=kind)
        .values("instalment__position")
        .annotate(total=Sum("amount"))
    )
    return {one["instalment__position"]: one["total"] for one in lines if one["total"]}


def oldest_first(amount: Decimal, rows: list[Instalment]) -> dict[int, Decimal]:
    """How far `amount` settles these open instalments, in the order given: {instalment id: amount}."""
    found: dict[int, Decimal] = {}
    for row in rows:
        if amount <= 0:
            break
        part = min(amount, row.open_amount)
        if part > 0:
            found[row.pk] = part
            amount -= part
    return found
