"""What follows from events: who is told of customers given, claimed and about to leave."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.parties import kept
from gucang.parties.models import Customer


@hears("customer.assign", kind=kinds.ASSIGNED)
def tell_new_owner(event: Event) -> Iterable[Told]:
    """Whoever gets a customer hears from whom."""
    yield Told(
        event.changes.get("owner", [None, None])[1],
        gettext_noop("%(by)s gave you the customer %(customer)s."),
        {"by": actor_name(event), "customer": event.subject_label},
        many=gettext_noop("%(by)s gave you %(count)s customers, %(record)s among them."),
    )


@hears("customer.claim", kind=kinds.CLAIMED)
def tell_former_owner(event: Event) -> Iterable[Told]:
    """Whoever brought a customer in hears who looks after it now."""
    customer = Customer.with_bin.filter(pk=event.subject_id).only("originator_id").first()
    if customer is not None:
        yield Told(
            customer.originator_id,
            gettext_noop("%(by)s claimed %(customer)s, which you brought in."),
            {"by": actor_name(event), "customer": event.subject_label},
            about=None,
        )


@hears("customer.warn", kind=kinds.RECYCLING)
def tell_of_the_pool(event: Event) -> Iterable[Told]:
    """The owner hears until when a follow-up keeps the customer."""
    customer = Customer.objects.filter(pk=event.subject_id).first()
    if customer is not None:
        yield Told(
            customer.owner_id,
            gettext_noop("%(customer)s goes back to the pool on %(day_on)s. A follow-up before then keeps it."),
            {"customer": event.subject_label, "day_on": event.changes["warned_for"][1]},
        )


@hears("customer.recycle", kind=kinds.RECYCLING)
def tell_of_the_loss(event: Event) -> Iterable[Told]:
    """The former owner hears that it happened."""
    yield Told(
        event.facts.get("former_owner"),
        gettext_noop("%(customer)s went back to the pool."),
        {"customer": event.subject_label},
        about=None,
    )


__all__ = ["kept", "tell_former_owner", "tell_new_owner", "tell_of_the_loss", "tell_of_the_pool"]
