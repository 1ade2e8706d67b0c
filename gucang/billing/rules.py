"""Who may see and do what with money, and what stands in the way. Pure: no queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q

if TYPE_CHECKING:
    from gucang.billing.models import Invoice, Payment, Receivable


def visible_money(permission: str) -> Callable[[Actor], Q]:
    """What concerns the customers within reach or shared: their money is seen by who sees them."""

    def visible(actor: Actor) -> Q:
        return reach_q(actor, permission, owner="customer__owner_id", shared="customer", shared_path="customer_id")

    return visible


def visible_credit(actor: Actor) -> Q:
    """The terms of the customers within reach, and those that hold for everybody."""
    within = visible_money("credit_terms.view")(actor)
    # An empty filter is "all", and would vanish in an OR.
    return within | Q(customer=None) if within and actor.may("credit_terms.view") else within


def why_cancelled(receivable: Receivable) -> str | None:
    """It is cancelled: nothing is owed."""
    if receivable.state == "cancelled":
        return _t("“%(receivable)s” is cancelled; nothing is owed.") % {"receivable": receivable}
    return None


def why_not_open(receivable: Receivable) -> str | None:
    """Nothing of it is open."""
    if receivable.open_amount > 0:
        return None
    return why_cancelled(receivable) or _t("Nothing of “%(receivable)s” is open any more.") % {"receivable": receivable}


def why_not_untouched(receivable: Receivable) -> str | None:
    """Something has been booked against it, which a cancellation would hide."""
    if sentence := why_cancelled(receivable):
        return sentence
    if receivable.paid_amount:
        return _t("Part of “%(receivable)s” is paid. Take the allocation back first, on the payment.") % {
            "receivable": receivable
        }
    if receivable.written_off:
        return _t("Part of “%(receivable)s” is written off. Take that back first.") % {"receivable": receivable}
    return None


def why_not_written_off(receivable: Receivable) -> str | None:
    """Nothing of it is written off."""
    if receivable.written_off > 0:
        return None
    return _t("Nothing of “%(receivable)s” is written off.") % {"receivable": receivable}


def why_accepted(receivable: Receivable) -> str | None:
    """Its acceptance is known, or it is not waited for."""
    return why_cancelled(receivable) or (
        _t("The acceptance of “%(receivable)s” is entered already.") % {"receivable": receivable}
        if receivable.accepted_on is not None
        else None
    )


def why_reversed(payment: Payment) -> str | None:
    """It is reversed."""
    if payment.state != "reversed":
        return None
    return _t("Payment %(payment)s is reversed; nothing of it is left.") % {"payment": payment}


def why_not_free(payment: Payment) -> str | None:
    """Nothing of it is free."""
    if sentence := why_reversed(payment):
        return sentence
    if payment.free_amount > 0:
        return None
    return _t("All of payment %(payment)s is allocated. Take an allocation back first.") % {"payment": payment}


def why_not_allocated(payment: Payment) -> str | None:
    """Nothing of it is allocated."""
    if sentence := why_reversed(payment):
        return sentence
    if payment.amount - payment.refunded_amount > payment.free_amount:
        return None
    return _t("Nothing of payment %(payment)s is allocated.") % {"payment": payment}


def why_not_valid(invoice: Invoice) -> str | None:
    """It is voided, or a red one itself."""
    if invoice.state == "red":
        return _t("Invoice %(invoice)s is a red one and voids another.") % {"invoice": invoice}
    if invoice.state == "reddened":
        return _t("Invoice %(invoice)s is voided already.") % {"invoice": invoice}
    return None
