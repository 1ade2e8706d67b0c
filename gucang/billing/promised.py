"""What was promised gets into the books: a rebate as a credit note, a payment term as terms that hold from now on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.billing import queries
from gucang.billing.actions import credit, payments, setup
from gucang.billing.models import CreditTerms, Instalment, Method, Payment, PaymentState, PaymentTerms, Receivable
from gucang.billing.terms import BadTerms, read_terms
from gucang.kernel.actions import Action, gate
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.models import Event, Record
from gucang.kernel.reactions import reaction
from gucang.promises import bookings
from gucang.promises.bookings import Booked, Booking
from gucang.promises.kinds import Kind
from gucang.promises.models import Promise, State
from gucang.surface import ui

# Promised with one of these it holds for that business, else for the customer.
ONE_BUSINESS = ("sales_order", "quote", "opportunity")


def rebate(promise: Promise, actor: Actor, amount: Decimal | None, ref: str) -> Booked:
    """A credit note for the customer, against the receivable that was named, the one it was promised with, or the
    oldest that is open; what is over stays as credit. Any other number is that of a document kept elsewhere.
    """
    owed = _named(promise, ref)
    if ref and owed is None:
        return Booked(ref, amount)
    if not amount:
        raise Invalid({"amount": [_t("Write how much this is worth; an estimate will do.")]})
    values = {
        "customer": promise.customer_id, "amount": amount, "method": Method.CREDIT, "pays": owed or _oldest(promise),
        "note": promise.what, "promise": promise,
    }  # fmt: skip
    # As the program: who may book promises need not have the right to enter payments.
    made: Payment = payments.create(actor=system(), values=values, also=("promise",)).record
    return Booked(made.number, made.amount, made)


def _named(promise: Promise, ref: str) -> Receivable | None:
    mine = Receivable.objects.filter(customer_id=promise.customer_id, currency="")
    if ref:
        return mine.filter(number=ref).first()
    if promise.about_type == "receivable":
        return mine.filter(pk=promise.about_id, open_order__gt=0).first()
    return None


def _oldest(promise: Promise) -> Receivable | None:
    rows = Instalment.objects.filter(customer_id=promise.customer_id, currency="", is_open=True)
    first = rows.select_related("receivable").order_by("due_on", "pk").first()
    return first.receivable if first is not None else None


def payment_term(promise: Promise, actor: Actor, amount: Decimal | None, ref: str) -> Booked:
    """The terms in `ref` or in the promise's own words: for the order, quote or deal that it was promised with, else in
    the customer's credit terms. Any other text is the number of a document kept elsewhere.
    """
    terms = _terms(ref or promise.what)
    if terms is None and ref:
        return Booked(ref)
    if terms is None:
        sentence = _t("Write the terms, such as “month end 60”, or the number of the document that says them.")
        raise Invalid({"ref": [sentence]})
    if promise.about_type in ONE_BUSINESS:
        return Booked(terms.name, record=terms)
    return Booked(terms.name, record=_hold_for_customer(promise, terms))


def _terms(text: str) -> PaymentTerms | None:
    """The company's terms that are called or written like this; new ones where they make sense."""
    for found in PaymentTerms.objects.order_by("pk"):
        if text in (found.name, found.plan):
            return found
    if not _is_plan(text):
        return None
    values = {"name": text[:60], "plan": text}
    made: PaymentTerms = setup.create_terms(actor=system(), values=values).record
    return made


def _hold_for_customer(promise: Promise, terms: PaymentTerms) -> Record:
    mine = CreditTerms.objects.filter(customer_id=promise.customer_id).first()
    if mine is not None:
        return credit.edit(mine, actor=system(), values={"terms": terms}).record
    # What held for everybody holds for this customer too, but for when it pays.
    every = CreditTerms.objects.filter(customer=None).first()
    values: dict[str, Any] = {"customer": promise.customer_id, "terms": terms}
    if every is not None:
        values |= {"limit": every.limit, "late_days": every.late_days}
    return credit.create(actor=system(), values=values).record


def _foretell_credit(promise: Promise, actor: Actor) -> str:
    """Which credit note booking a rebate makes, and against what."""
    if not queries.sees_amounts(actor, "receivable"):
        return ""
    owed = _named(promise, "") or _oldest(promise)
    if owed is None:
        return _t("A credit note is made. Nothing is owed, so it stays as the customer's credit.")
    words = {"receivable": owed, "open": ui.money_text(owed.open_amount, owed.currency)}
    sentence = _t("A credit note is made against “%(receivable)s”, %(open)s open. For another one write its number.")
    return sentence % words


def _foretell_terms(promise: Promise, actor: Actor) -> str:
    """By which terms who pays once a payment term is booked."""
    found = PaymentTerms.objects.filter(Q(name=promise.what) | Q(plan=promise.what)).exists()
    if not found and not _is_plan(promise.what):
        return _t("Write the terms, such as “month end 60”, or the number of the document that says them.")
    words = {"customer": promise.customer, "terms": promise.what}
    if promise.about_type in ONE_BUSINESS:
        return _t("This business is paid by “%(terms)s”. Write other terms where they differ.") % words
    return _t("From now on “%(customer)s” pays by “%(terms)s”. Write other terms where they differ.") % words


def _is_plan(text: str) -> bool:
    try:
        read_terms(text)
    except BadTerms:
        return False
    return True


bookings.register(
    Booking(str(Kind.REBATE), _("a credit note, set against what is owed"), rebate, foretell=_foretell_credit)
)
bookings.register(
    Booking(str(Kind.PAYMENT_TERM), _("the terms that hold from now on"), payment_term, foretell=_foretell_terms)
)


# --- and out of them again -------------------------------------------------------------------------------------------


@reaction("promise.send_back")
def take_the_credit_back(event: Event, promise: Promise, actor: Actor) -> None:
    """A booking that is not right is taken back: its credit note counts no more."""
    for one in Payment.objects.filter(promise=promise).exclude(state=PaymentState.REVERSED):
        payments.reverse(one, actor=system(), reason=str(event.facts.get("why") or promise.what)[:200])


@gate
def keep_credits_of_promises(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """What stands in the books for a promise goes by sending the booking back, never behind its back."""
    if verb.name == "promise.break":
        standing = Payment.objects.filter(promise=record).exclude(state=PaymentState.REVERSED)
        if standing.exists():
            sentence = _t("“%(promise)s” is booked as %(ref)s. Send the booking back first.")
            raise Refused(sentence % {"promise": record, "ref": record.booked_ref})
    kept = verb.name == "payment.reverse" and record.promise_id is not None
    if kept and record.promise.state in (State.BOOKED, State.KEPT):
        sentence = _t("%(payment)s keeps the promise “%(promise)s”. Open that and send its booking back.")
        raise Refused(sentence % {"payment": record, "promise": record.promise})
