"""The register of invoices: entered as they were issued, voided by a red one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.billing import rules
from gucang.billing.actions.days import booked
from gucang.billing.models import Invoice, InvoiceState, Receivable
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.surface import ui

ZERO = Decimal(0)


def _entered(invoice: Invoice, actor: Actor) -> None:
    """Title and tax number are the customer's unless others are written; the invoices of a receivable add up to it."""
    invoice.issued_on = booked(invoice.issued_on, "issued_on")
    if not invoice.title:
        invoice.title = invoice.customer.name
        invoice.tax_number = invoice.tax_number or invoice.customer.credit_code
    _within(invoice)


def _within(invoice: Invoice) -> None:
    """Refuse invoices that come to more than their receivable, unless it is said why."""
    receivable = invoice.receivable
    if receivable is None:
        return
    if receivable.customer_id != invoice.customer_id:
        raise Invalid({"receivable": [_t("“%(what)s” is another customer's.") % {"what": receivable}]})
    # Two invoices at once wait for each other here, so that the second counts the first.
    lock_rows(Receivable, [receivable.pk])
    others = Invoice.objects.filter(receivable=receivable, state=InvoiceState.VALID).exclude(pk=invoice.pk)
    total = (others.aggregate(total=Sum("amount"))["total"] or ZERO) + (invoice.amount or ZERO)
    if total > receivable.amount and not invoice.beyond:
        sentence = _t("With this one the invoices come to %(total)s, and “%(what)s” to %(amount)s. Say below why.")
        words = {
            "total": ui.money_text(total, receivable.currency), "what": receivable,
            "amount": ui.money_text(receivable.amount, receivable.currency),
        }  # fmt: skip
        raise Invalid({"amount": [sentence % words], "beyond": [_t("Write why, or correct the amount.")]})


create = creating("invoice", prepare=_entered)
edit = editing("invoice", prepare=_entered, guard=rules.why_not_valid)
delete = deleting("invoice", guard=rules.why_not_valid)
restore = restoring("invoice")


@action("invoice.make_red", label=_("Make a red invoice"), creates=True, internal=True, icon="receipt-refund")
def make_red(red: Invoice, *, of: Invoice, number: Annotated[str, Text(max_length=40)], on: date) -> dict[str, Any]:
    """The counterpart of an invoice, with amounts below zero."""
    for name in ("code", "kind", "customer_id", "receivable_id", "title", "tax_number"):
        setattr(red, name, getattr(of, name))
    red.number, red.issued_on = number, on
    red.amount, red.tax = -of.amount, -of.tax
    red.state, red.red_of = InvoiceState.RED, of
    return {"voids": of.pk}


@action(
    "invoice.void", label=_("Void by a red invoice"), guard=rules.why_not_valid, icon="ban", tone="danger",
    says=_("A red invoice with the same amounts below zero is entered for “%(record)s”."),
    labels={"number": _("Number of the red invoice"), "on": _("Issued on"), "reason": _("Reason")},
)  # fmt: skip
def void(
    invoice: Invoice,
    *,
    number: Annotated[str, Text(max_length=40)],
    reason: Annotated[str, Text(max_length=200)],
    on: date | None = None,
) -> dict[str, Any]:
    """Enter the red invoice that takes this one back."""
    day = booked(on)
    if day < invoice.issued_on:
        raise Invalid({"on": [_t("It was issued later than that. Write the day of the red invoice.")]})
    red = make_red(actor=system(), of=invoice, number=number, on=day).record
    invoice.state = InvoiceState.REDDENED
    return {"red": red.pk, "reason": reason}


__all__ = ["create", "delete", "edit", "make_red", "restore", "void"]
