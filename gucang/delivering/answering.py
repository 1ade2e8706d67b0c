"""What the answer card says of goods: orders of the customer that are not with them yet."""

from __future__ import annotations

from datetime import date

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _t

from gucang.activity.models import Attachment, AttachmentKind
from gucang.activity.rules import SEE_CONTRACTS
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.ordering.models import Delivered, OrderState, SalesOrder
from gucang.parties.models import Customer
from gucang.promises import answers
from gucang.promises.answers import Item, Section
from gucang.surface import ui

MOST = 5


def goods(actor: Actor, customer: Customer) -> Section | None:
    """Approved orders that are not delivered whole, the most urgent first; for who may see it, with their contract.
    One query.
    """
    if not actor.may("sales_order.view"):
        return None
    found = records.get("sales_order").query(actor).filter(customer=customer, state=OrderState.APPROVED)
    open_orders = found.exclude(delivered=Delivered.WHOLE).select_related("owner").order_by("deliver_by", "id")
    if actor.may("attachment.view") and actor.may(SEE_CONTRACTS):
        about = Attachment.objects.filter(about_type="sales_order", about_id=OuterRef("pk"))
        contracts = about.filter(kind=AttachmentKind.CONTRACT).order_by("-pk").values("pk")
        open_orders = open_orders.annotate(contract_id=Subquery(contracts[:1]))
    rows = list(open_orders[: MOST + 1])
    today = clock.today()
    return Section(
        _t("Goods to deliver"),
        "truck-delivery",
        [_item(one, today) for one in rows[:MOST]],
        _t("nothing to deliver"),
        more=len(rows) > MOST,
        path=f"/sales-orders/?customer={customer.pk}&view=open",
    )


def _item(order: SalesOrder, today: date) -> Item:
    words = {"order": order.number, "day": ui.day_text(order.deliver_by)}
    if order.deliver_by is None:
        say = _t("Your order %(order)s is being prepared.") % words
    elif order.delivered == Delivered.PART:
        say = _t("A part of your order %(order)s has left; the rest is due %(day)s.") % words
    else:
        say = _t("Your order %(order)s is due %(day)s.") % words
    contract = getattr(order, "contract_id", None)
    return Item(
        more=((_t("Contract"), f"/files/{contract}?show=1"),) if contract else (),
        what=f"{order.number} {order.get_delivered_display()}",
        holder=str(order.owner or ""),
        until=order.deliver_by,
        say=say,
        path=f"/sales-orders/{order.pk}",
        tone="bad" if order.deliver_by is not None and order.deliver_by < today else "",
    )


answers.give("goods", goods, order=20)
