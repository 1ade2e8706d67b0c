"""Who may see and do what with deliveries, and what stands in the way. Pure: no queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q

if TYPE_CHECKING:
    from gucang.delivering.models import Delivery
    from gucang.ordering.models import SalesOrder


def visible_deliveries(actor: Actor) -> Q:
    """Those of orders within reach or shared."""
    return reach_q(actor, "delivery.view", owner="order__owner_id", shared="sales_order", shared_path="order_id")


def why_not_draft(delivery: Delivery) -> str | None:
    """The goods have moved."""
    if delivery.state == "draft":
        return None
    sentence = _t("%(delivery)s is confirmed and stays as it is. Take goods back by a return.")
    return sentence % {"delivery": delivery}


def why_not_returnable(delivery: Delivery) -> str | None:
    """Nothing can come back by it."""
    if delivery.is_return:
        return _t("%(delivery)s is a return itself. Deliver anew from the order.") % {"delivery": delivery}
    if delivery.state == "draft":
        return _t("%(delivery)s has not left yet. Change it, or delete it.") % {"delivery": delivery}
    return None


def why_not_deliverable(order: SalesOrder) -> str | None:
    """The order does not hold as it is written now."""
    if order.state == "approved":
        return None
    words = {"order": order, "state": order.get_state_display()}
    return _t("%(order)s is %(state)s. Only of an approved order goods are delivered.") % words
