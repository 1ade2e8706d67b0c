"""What follows when stock moves: what has fallen below its reorder point is noticed, and told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.kernel.actors import Actor, system
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction_to_all
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.stock import alerts
from gucang.stock.actions import alerts as actions
from gucang.stock.models import ReorderPoint
from gucang.stock.units import amount_text

LOW = kinds.declare("low_stock", _("Runs low"), icon="package")


@reaction_to_all("stock_move.create", "reservation.create", "reservation.release")
def watch_the_point(found: Sequence[tuple[Event, Any]], actor: Actor) -> None:
    """In the transaction of what moved it, so that the home page is never behind the stock."""
    for point in ReorderPoint.objects.filter(product_id__in={record.product_id for _event, record in found}):
        free = actions.free_at(point)
        if free < point.least and point.low_since is None:
            actions.fall(point, actor=system(), free=free)
        elif free >= point.least and point.low_since is not None:
            actions.recover(point, actor=system(), free=free)


@hears("reorder_point.fall", kind=LOW)
def tell_who_buys_and_who_sells(event: Event) -> Iterable[Told]:
    """Each of them once for each fall."""
    point = ReorderPoint.with_bin.filter(pk=event.subject_id).select_related("product", "warehouse").first()
    if point is None:
        return
    product = point.product
    words = {
        "product": str(product),
        "free": amount_text(Decimal(event.facts["free"]), product.unit),
        "least": amount_text(point.least, product.unit),
    }
    sellers = alerts.interested_in([product.pk])[product.pk]
    for member in sorted(alerts.buyers() | sellers):
        sentence = gettext_noop("%(product)s runs low: %(free)s are free, %(least)s should be.")
        yield Told(member, sentence, words, about=("product", product.pk))
