"""What money does when something happens, and who is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_noop

from gucang.billing import credit, delivered, kept, promised
from gucang.billing.actions import payments
from gucang.billing.allocation import write_allocation
from gucang.billing.models import Does, Instalment, Payment, PaymentState, Receivable
from gucang.kernel.actions import Action, gate
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears


@reaction("payment.create")
def settle_what_it_pays(event: Event, payment: Payment, actor: Actor) -> None:
    """A payment for a receivable is allocated to it at once, as far as it goes; what is over stays as credit."""
    if payment.pays_id is None or not actor.may(payments.allocate.name):
        return
    pays = Receivable.objects.select_for_update(no_key=True).filter(pk=payment.pays_id)
    number, owed = pays.values_list("number", "open_amount").first() or ("", Decimal(0))
    part = min(owed, payment.amount)
    if part > 0:
        payments.allocate(payment, actor=actor, to=write_allocation({(number, None): part}))


@gate
def keep_customers_with_money(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """A customer does not go to the bin while money is owed or free."""
    if verb.name != "customer.delete":
        return
    if Instalment.objects.filter(customer=record, is_open=True).exists():
        raise Refused(_t("“%(customer)s” owes money. Settle or cancel the receivables first.") % {"customer": record})
    free = Payment.objects.filter(customer=record, state__in=(PaymentState.FREE, PaymentState.PARTLY))
    if free.exists():
        sentence = _t("“%(customer)s” has credit. Allocate, refund or reverse the payments first.")
        raise Refused(sentence % {"customer": record})


@hears("receivable.remind", kind=kinds.OVERDUE)
def tell_of_late_money(event: Event) -> Iterable[Told]:
    """Whom a step of dunning names hears of it, where it makes no task."""
    if event.facts.get("does") != Does.MESSAGE:
        return
    for member_id in event.facts.get("told", ()):
        yield Told(
            member_id,
            gettext_noop("%(step)s: %(receivable)s is late."),
            {"step": event.facts.get("text") or event.facts["step"], "receivable": event.subject_label},
        )


__all__ = [
    "credit", "delivered", "keep_customers_with_money", "kept", "promised", "settle_what_it_pays", "tell_of_late_money",
]  # fmt: skip
