"""送货单: the paper that goes along with the goods and comes back signed. Prices stand there if the company says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _t

from gucang.accounts import letterhead
from gucang.delivering.models import Delivery, DeliveryLine
from gucang.documents import money
from gucang.documents.settling import terms
from gucang.kernel import events, lines, records
from gucang.kernel.actors import Actor
from gucang.papers import filling
from gucang.papers.declared import Paper, register
from gucang.papers.filling import Reader
from gucang.papers.sheet import Cell, Column, Pairs, Party, Sheet

Rows = list[list[str | Cell]]


def note(paper: Paper, actor: Actor, delivery: Delivery) -> Sheet:
    """The sheet of a delivery, or of the return of one."""
    reader, head = Reader(actor, delivery), letterhead.of_company()
    currency = delivery.currency or terms()[0]
    order = _order(actor, delivery)
    columns: list[Column] = []
    rows: Rows = []
    sums: Pairs = ()
    if reader.may(lines.NAME):
        columns, rows = filling.table_of(paper, actor, delivery, currency)
        sums = _counted(delivery)
        if head.delivery_prices and reader.may("total"):
            _price(columns, rows, delivery, currency)
            sums = [*sums, *filling.sums_of(reader, currency)]
    given, taken = _t("Handed over by"), _t("Received by the customer")
    if delivery.is_return:
        given, taken = _t("Returned by the customer"), _t("Taken back by")
    return Sheet(
        language=get_language() or settings.LANGUAGE_CODE,
        title=str(pgettext_lazy("paper", "Return note") if delivery.is_return else paper.title),
        number=delivery.number,
        sender=filling.sender_of(head),
        receiver=_receiver(actor, delivery, order),
        facts=_facts(paper, actor, delivery, order),
        columns=columns,
        rows=rows,
        sums=sums,
        signatures=[given, taken],
        signed=filling.signed_words(),
        page=filling.page_words(),
        made=filling.made_words(),
    )


def _order(actor: Actor, delivery: Delivery) -> Any:
    """The order of a delivery, for those who see orders."""
    orders = records.get("sales_order")
    if not actor.may("sales_order.view"):
        return None
    return events.with_bin(orders).filter(orders.visible(actor), pk=delivery.order_id).first()


def _facts(paper: Paper, actor: Actor, delivery: Delivery, order: Any) -> Pairs:
    labels = {"confirmed_on": pgettext("paper", "Came back on")} if delivery.is_return else {}
    found = Reader(actor, delivery).pairs(paper.facts, labels)
    return [*found, *(Reader(actor, order).pairs(("customer_number",)) if order is not None else ())]


def _receiver(actor: Actor, delivery: Delivery, order: Any) -> Party:
    """Whoever takes the goods, where the delivery says; the warehouse sees no more of the customer than that."""
    reader = Reader(actor, delivery)
    contact = filling.contact_line(actor, order) if order is not None else ""
    label = pgettext("paper", "Returned by") if delivery.is_return else pgettext("paper", "Deliver to")
    return Party(reader.read("receiver") or "—", [one for one in (contact, reader.read("address")) if one], label)


def _counted(delivery: Delivery) -> Pairs:
    """How many pieces in all, where they are counted alike."""
    found: list[DeliveryLine] = lines.of(delivery)
    units = {line.unit for line in found}
    if len(units) != 1 or len(found) < 2:
        return []
    total = sum((line.quantity for line in found), Decimal(0)).normalize()
    return [(_t("Quantity in all"), f"{total:,f} {units.pop()}".strip())]


def _price(columns: list[Column], rows: Rows, delivery: Delivery, currency: str) -> None:
    """Put to each row what one piece and all of it cost with tax, whatever discounts the order gave."""
    columns += [Column(_t("Price with tax"), "number"), Column(_t("Amount with tax"), "number")]
    places = money.places_of(currency)
    for row, line in zip(rows, lines.of(delivery), strict=True):
        each = (abs(line.gross) / line.quantity).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
        row += [f"{each:,.{max(places, filling.places_of(each))}f}", f"{line.gross:,.{places}f}"]


register(
    Paper(
        "delivery", pgettext_lazy("paper", "Delivery note"),
        facts=("order_number", "returns", "due_on", "confirmed_on", "carrier", "tracking"),
        columns=("product", "quantity", "unit"), fill=note,
    )
)  # fmt: skip
