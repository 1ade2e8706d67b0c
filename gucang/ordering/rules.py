"""Who may see and do what with sales orders, and what stands in the way. Pure: no queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q

if TYPE_CHECKING:
    from gucang.ordering.models import SalesOrder

WRITTEN = ("draft", "changing")


def visible_orders(actor: Actor) -> Q:
    """Those within reach or shared."""
    return reach_q(actor, "sales_order.view", owner="owner_id", shared="sales_order")


def _stands(order: SalesOrder) -> dict[str, object]:
    return {"order": order, "state": order.get_state_display()}


def why_not_written(order: SalesOrder) -> str | None:
    """Others count on it as it is."""
    if order.state in WRITTEN:
        return None
    if order.state == "approved":
        return _t("%(order)s is approved. Revise it to change it.") % _stands(order)
    return _t("%(order)s is %(state)s and stays as it is.") % _stands(order)


def why_not_approvable(order: SalesOrder) -> str | None:
    """It is approved already, or there is nothing in it yet."""
    if order.state not in WRITTEN:
        return _t("%(order)s is %(state)s already.") % _stands(order)
    if not order.total:
        return _t("%(order)s comes to nothing yet. Write lines with quantity and price first.") % _stands(order)
    return None


def why_not_approved(order: SalesOrder) -> str | None:
    """It is not approved as it stands."""
    return None if order.state == "approved" else _t("%(order)s is %(state)s, not approved.") % _stands(order)


def why_not_changing(order: SalesOrder) -> str | None:
    """No change of it is under way."""
    return None if order.state == "changing" else _t("%(order)s is not being changed.") % _stands(order)


def why_not_cancellable(order: SalesOrder) -> str | None:
    """It is over, or something of it is with the customer."""
    if order.state in ("done", "cancelled"):
        return _t("%(order)s is %(state)s already.") % _stands(order)
    if order.delivered != "none":
        return _t("Something of %(order)s is delivered. Mark it as done, and nothing more is delivered.") % _stands(
            order
        )
    return None


def why_not_deliverable(order: SalesOrder) -> str | None:
    """It does not hold, or nothing of it is left to deliver."""
    if order.state == "changing":
        return _t("%(order)s is being changed. Submit or drop the changes first.") % _stands(order)
    if sentence := why_not_approved(order):
        return sentence
    if order.delivered == "whole":
        return _t("Everything of %(order)s is delivered.") % _stands(order)
    return None


def why_not_done(order: SalesOrder) -> str | None:
    """It goes on."""
    return None if order.state == "done" else _t("%(order)s is not done yet.") % _stands(order)


def why_not_deletable(order: SalesOrder) -> str | None:
    """Somebody counts on it: then it is cancelled, with a reason."""
    if order.state == "draft" and order.quote_id is None:
        return None
    return _t("%(order)s was promised to somebody. Cancel it with a reason instead.") % _stands(order)
