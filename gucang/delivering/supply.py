"""What is kept in stock for an order, and how goods leave for it and come back.

Stock moves by the program's hand: whoever approves an order or confirms a delivery need not have the right to move
stock by itself. Call these with the order's row locked (`hold`); then the products are locked, all at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t

from gucang.delivering import counting
from gucang.delivering.models import ZERO, Delivery, DeliveryLine
from gucang.kernel import lines
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import system
from gucang.kernel.errors import Refused
from gucang.ordering.actions import orders
from gucang.ordering.models import Delivered, OrderState, SalesOrder
from gucang.stock import ledger, reserving
from gucang.stock.actions import moves
from gucang.stock.bundles import Parts, parts_of
from gucang.stock.models import MoveKind, Product, Reservation, StockMove, Warehouse
from gucang.stock.reserving import Document, Line
from gucang.stock.units import amount_text

# By the key of the order's line and the product: a bundle needs several.
Need = tuple[int, int]
MOST_TOLD = 5


def document_of(order: SalesOrder) -> Document:
    """The order as stock knows it."""
    return Document("sales_order", order.pk, order.number)


def hold(order_id: int) -> SalesOrder:
    """The order as it is now, which nobody else changes until the end of the transaction."""
    found: SalesOrder = SalesOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    return found


def keep_up(order: SalesOrder, *, moved: bool = True) -> None:
    """Keep in stock exactly what the order still wants, as far as it is there; and note how far the order is.

    What it wants no more is let go. Asked twice it does nothing the second time. `moved` is whether goods may have
    left or come back since it was noted last how far the order is.
    """
    counts = counting.of_order(order) if moved or order.delivered != Delivered.NONE else {}
    delivered = counting.progress(order, counts)
    if order.state == OrderState.CHANGING:
        # What was approved holds, but the lines say already what may come.
        _note(order, delivered, order.lacking)
        return
    needs, products = _needs(order, counts) if order.state == OrderState.APPROVED else ({}, {})
    with reserving.held(document_of(order), products) as kept:
        have = _let_go(kept, needs)
        wanted = [
            Line(products[product], amount - have[line, product], key=line)
            for (line, product), amount in needs.items()
            if amount > have[line, product]
        ]
        short = reserving.reserve(document_of(order), wanted, actor=system(), partial=True).short if wanted else []
    _note(order, delivered, bool(short))


def _note(order: SalesOrder, delivered: Delivered, lacking: bool) -> None:
    if (order.delivered, order.lacking) != (delivered, lacking):
        orders.progress(order.pk, actor=system(), delivered=delivered.value, lacking=lacking)


def serve(ids: list[int]) -> None:
    """`keep_up` for several orders, those first that are wanted soonest.

    All rows are locked before anything is done, in the order in which everybody locks: orders, reservations, products.
    """
    lock_rows(SalesOrder, sorted(ids))
    found = list(SalesOrder.objects.filter(pk__in=ids, lacking=True).order_by("deliver_by", "id"))
    lines.load(found)
    products = {line.product_id for order in found for line in lines.of(order)}
    parts = parts_of(Product.with_bin.filter(pk__in=products))
    lock_rows(
        Reservation,
        list(
            Reservation.objects.filter(
                document_type="sales_order", document_id__in=[one.pk for one in found], left__gt=0
            )
            .values_list("pk", flat=True)
            .order_by("pk")
        ),
    )
    ledger.lock([*products, *(part.pk for many in parts.values() for part, _each in many)])
    for order in found:
        keep_up(order)


def let_go(order: SalesOrder) -> None:
    """Keep nothing more for the order."""
    reserving.release(document_of(order), actor=system())
    _note(order, Delivered(order.delivered), False)


def _needs(order: SalesOrder, counts: counting.Counts) -> tuple[dict[Need, Decimal], dict[int, Product]]:
    """What the order still wants of products that lie in warehouses, in their own units."""
    found = [(line, amount) for line in lines.of(order) if (amount := counting.left(line, counts)) > 0]
    goods = Product.with_bin.in_bulk({line.product_id for line, _amount in found})
    parts = parts_of(goods.values())
    needs: dict[Need, Decimal] = defaultdict(lambda: ZERO)
    products: dict[int, Product] = {}
    for line, left in found:
        for part, amount in _pieces(goods[line.product_id], left, parts):
            needs[line.key, part.pk] += amount
            products[part.pk] = part
    return needs, products


def _pieces(product: Product, amount: Decimal, parts: Parts) -> Iterable[tuple[Product, Decimal]]:
    """The products in stock that so much of a product needs: of a bundle its parts, of a service none."""
    for part, each in parts.get(product.pk, [(product, Decimal(1))]):
        if part.stocked and part.deleted_at is None and amount > 0:
            yield part, amount * each


def _let_go(kept: Iterable[Reservation], needs: dict[Need, Decimal]) -> dict[Need, Decimal]:
    """Release what is kept beyond the needs; what is kept then."""
    have: dict[Need, Decimal] = defaultdict(lambda: ZERO)
    beyond: list[tuple[Reservation, Decimal]] = []
    for one in kept:
        need = (one.line, one.product_id)
        wanted = max(ZERO, needs.get(need, ZERO) - have[need])
        if one.left > wanted:
            beyond.append((one, one.left - wanted))
        have[need] += min(one.left, wanted)
    reserving.let_go(beyond, actor=system())
    return have


# ---- out ------------------------------------------------------------------------------------------------------------


def send(delivery: Delivery, order: SalesOrder, found: list[DeliveryLine], day: date) -> int:
    """Let the goods of these lines leave: first what is kept for the order, then what is free. Returns how many moves.

    Raises Refused with what is lacking; then nothing has moved.
    """
    parts = parts_of(line.product for line in found)
    wanted = [(line, *piece) for line in found for piece in _pieces(line.product, line.base_quantity, parts)]
    document = document_of(order)
    with reserving.held(document, {product.pk for _line, product, _amount in wanted}) as kept:
        lacking: list[reserving.Short] = []
        takes: list[tuple[Reservation, Decimal]] = []
        for line, product, amount in wanted:
            mine = [one for one in kept if (one.line, one.product_id) == (line.item, product.pk)]
            here = [one for one in mine if delivery.warehouse_id in (None, one.warehouse_id)]
            missing = _take(here, amount, takes)
            if missing > 0:
                _free([one for one in mine if one not in here], missing)
                more = Line(product, missing, key=line.item, warehouse=delivery.warehouse)
                reserved = reserving.reserve(document, [more], actor=system(), partial=True)
                lacking += reserved.short
                takes += [(one, one.left) for one in reserved.reservations]
        if lacking:
            raise Refused(_said(lacking, delivery.warehouse))
        return len(reserving.use(takes, Document("delivery", delivery.pk, delivery.number), on=day, actor=system()))


def _take(kept: list[Reservation], amount: Decimal, takes: list[tuple[Reservation, Decimal]]) -> Decimal:
    """Take so much of what is kept; returns what is missing."""
    for one in kept:
        some = min(amount, one.left)
        if some > 0:
            takes.append((one, some))
            amount -= some
    return amount


def _free(kept: list[Reservation], amount: Decimal) -> None:
    """Let go so much that is kept elsewhere: the goods leave from another warehouse."""
    freed: list[tuple[Reservation, Decimal]] = []
    _take(kept, amount, freed)
    reserving.let_go(freed, actor=system())


def _said(lacking: Iterable[reserving.Short], warehouse: Warehouse | None) -> str:
    told = _t("; ").join(
        _t("“%(product)s”: %(missing)s")
        % {"product": one.product, "missing": amount_text(one.wanted - one.free, one.product.unit)}
        for one in [*lacking][:MOST_TOLD]
    )
    if warehouse is not None:
        sentence = _t("In “%(warehouse)s” there is not enough. Missing: %(told)s. Deliver less, or from elsewhere.")
        return sentence % {"warehouse": warehouse, "told": told}
    return _t("There is not enough of everything. Missing: %(told)s. Deliver less, or wait for what comes.") % {
        "told": told
    }


# ---- back -----------------------------------------------------------------------------------------------------------


def take_in(delivery: Delivery, found: list[DeliveryLine], day: date) -> int:
    """Let the goods of these lines come in: into the return's warehouse, or where they left. Returns how many moves."""
    parts = parts_of(line.product for line in found)
    wanted = [piece for line in found for piece in _pieces(line.product, line.base_quantity, parts)]
    places = _left_from(delivery)
    if delivery.warehouse is None and any(product.pk not in places for product, _amount in wanted):
        raise Refused(_t("Say into which warehouse the goods come back."), field="warehouse")
    with ledger.together({product.pk for product, _amount in wanted}):
        moves.enter_many(system(), [
            {
                "kind": MoveKind.RECEIVE, "product": product, "quantity": amount, "on": day, "reason": _t("Return"),
                "warehouse": delivery.warehouse or places[product.pk], "document": delivery.number,
                "document_type": "delivery", "document_id": delivery.pk,
            }
            for product, amount in wanted
        ])  # fmt: skip
    return len(wanted)


def _left_from(delivery: Delivery) -> dict[int, Warehouse]:
    """From which warehouse each product of the returned delivery left."""
    found = StockMove.objects.filter(document_type="delivery", document_id=delivery.returns_id)
    return {one.product_id: one.warehouse for one in found.select_related("warehouse").order_by("-id")}


__all__ = ["document_of", "hold", "keep_up", "let_go", "send", "serve", "take_in"]
