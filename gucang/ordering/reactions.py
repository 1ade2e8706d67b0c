"""What ordering does when something happens below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop, ngettext

from gucang.documents.models import FILLED
from gucang.kernel import clock, lines
from gucang.kernel.actions import Action, gate
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.ordering.actions import orders
from gucang.ordering.models import OrderLine, OrderState, SalesOrder
from gucang.selling.models import Quote
from gucang.stock import alerts

_OVER = (OrderState.DONE, OrderState.CANCELLED)


@reaction("quote.make_order")
def make_order(event: Event, quote: Quote, actor: Actor) -> None:
    """An accepted quote becomes an order as it is; the quote leads on to it."""
    values = {name: getattr(quote, name) for name in ("customer", "contact", "opportunity", "currency", "discount")}
    values |= {"note": quote.note, "terms": quote.terms, "quote": quote.pk, "owner": quote.owner_id}
    values["customer_number"] = quote.customer_number
    values["lines"] = [{name: getattr(line, name) for name in FILLED} for line in lines.of(quote)]
    quote.made = orders.create(actor=actor, values=values, also=("quote", "owner")).record


@gate
def keep_customers_of_open_orders(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """A customer does not go to the bin while orders of it are open."""
    if verb.name != "customer.delete":
        return
    count = SalesOrder.objects.filter(customer=record).exclude(state__in=_OVER).count()
    if count:
        sentence = ngettext(
            "%(count)s order of “%(customer)s” is open. Finish or cancel it first.",
            "%(count)s orders of “%(customer)s” are open. Finish or cancel them first.",
            count,
        )
        raise Refused(sentence % {"count": count, "customer": record})


@alerts.interested
def who_has_sold(products: Collection[int]) -> Iterable[tuple[int, int | None]]:
    """Who has lately sold what runs low."""
    since = clock.now() - timedelta(days=alerts.LATELY)
    sold = OrderLine.objects.filter(product_id__in=products, order__deleted_at=None, order__created_at__gte=since)
    sold = sold.exclude(order__state=OrderState.CANCELLED)
    return sold.values_list("product_id", "order__owner_id").distinct()


@hears("sales_order.assign", kind=kinds.ASSIGNED)
def tell_new_owner(event: Event) -> Iterable[Told]:
    """Whoever gets an order hears from whom."""
    yield Told(
        event.changes.get("owner", [None, None])[1],
        gettext_noop("%(by)s gave you the order %(order)s."),
        {"by": actor_name(event), "order": event.subject_label},
    )
