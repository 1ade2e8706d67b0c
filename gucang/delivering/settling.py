"""From what people typed into the lines of a delivery to what follows: which lines of the order they are, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from gucang.delivering import counting
from gucang.delivering.counting import Counted, Counts
from gucang.delivering.models import ZERO, Delivery, DeliveryLine
from gucang.documents import money, settling
from gucang.documents.models import ProductLine
from gucang.kernel import lines
from gucang.kernel.errors import Invalid
from gucang.stock.models import Product
from gucang.stock.quantities import counted
from gucang.stock.units import amount_text

Problems = dict[tuple[int, str], str]


def others_of(delivery: Delivery) -> Counts:
    """What of the lines of its order all other deliveries are about. One query."""
    return counting.of_order(delivery.order, but=delivery.pk)


def settle(delivery: Delivery, others: Counts | None = None) -> None:
    """Find for each line of `delivery` the line of its order, count it, and work out what it all comes to.

    `others` is what `others_of` says, where that is at hand. Raises Invalid with a sentence for each line of which the
    order has not so much, or (of a return) the customer.
    """
    found = lines.of(delivery)
    if delivery.order_id is None:
        return
    Settling(delivery, found, others_of(delivery) if others is None else others).run()


class Settling:
    """One use of `settle`: the order's lines, and what of them was delivered by others."""

    def __init__(self, delivery: Delivery, found: list[DeliveryLine], others: Counts) -> None:
        self.delivery, self.found, self.counts = delivery, found, others
        self.ordered: dict[int, ProductLine] = {line.key: line for line in lines.of(delivery.order)}
        self.most = self._most()
        self.problems: Problems = {}

    def _most(self) -> dict[int, Decimal]:
        """At most so much by line of the order: what is left to deliver, or what may come back of one delivery."""
        if self.delivery.returns is None:
            return {key: counting.left(line, self.counts) for key, line in self.ordered.items()}
        gone = counting.come_back(self.delivery.returns)
        return {
            line.item: line.base_quantity - gone.get(line.item, ZERO)
            for line in lines.of(self.delivery.returns)
            if line.item in self.ordered
        }

    def run(self) -> None:
        _have_products(self.found)
        taken: set[int] = set()
        for place, line in enumerate(self.found):
            if line.product_id is None or line.quantity is None:
                continue
            self._match(place, line, taken)
            taken.add(line.item)
            if line.item:
                self._count(place, line)
        if self.problems:
            raise lines.refused(self.problems)
        self._work_out()

    def _match(self, place: int, line: DeliveryLine, taken: set[int]) -> None:
        """Which line of the order it is: the one that it was, or the first of this product that is not here yet."""
        known = self.ordered.get(line.item)
        fits = known is not None and known.product_id == line.product_id and line.item in self.most
        if fits and line.item not in taken:
            return
        same = [key for key, one in self.ordered.items() if one.product_id == line.product_id and key in self.most]
        line.item = next((key for key in same if key not in taken and self.most[key] > 0), 0)
        if line.item:
            return
        words = {"product": line.product, "document": self.delivery.returns or self.delivery.order}
        if any(key in taken for key in same):
            said = _t("“%(product)s” stands here already. Write all of it into one line.")
        elif same:
            said = _t("Nothing of “%(product)s” is left in %(document)s.")
        else:
            said = _t("“%(product)s” is not in %(document)s. Choose a product that is.")
        self.problems[place, "product"] = said % words

    def _count(self, place: int, line: DeliveryLine) -> None:
        line.unit = line.unit or self.ordered[line.item].unit
        try:
            line.base_quantity = counted(line.quantity, line.unit, line.product)
        except Invalid as problem:
            for name, sentences in problem.fields.items():
                self.problems[place, name] = str(sentences[0])
            return
        most = self.most[line.item]
        if line.base_quantity > most:
            words = {"most": amount_text(most, line.product.unit)}
            if self.delivery.returns is not None:
                self.problems[place, "quantity"] = _t("At most %(most)s can come back.") % words
            else:
                self.problems[place, "quantity"] = _t("Only %(most)s are left to deliver.") % words

    def _work_out(self) -> None:
        delivery = self.delivery
        own, _rounding = settling.terms()
        places = money.places_of(delivery.order.currency or own)
        sign = -1 if delivery.is_return else 1
        net = tax = ZERO
        for line in self.found:
            before = self.counts.get(line.item, Counted()).with_customer
            line.net, line.tax = counting.share(self.ordered[line.item], before, sign * line.base_quantity, places)
            line.gross = line.net + line.tax
            net, tax = net + line.net, tax + line.tax
        delivery.net, delivery.tax, delivery.total = net, tax, net + tax


def _have_products(found: Sequence[DeliveryLine | ProductLine]) -> None:
    """Read the products that are not at hand, in one query; also those that lie in the bin by now."""
    missing = [line for line in found if line.product_id is not None and "product" not in line._state.fields_cache]
    products = Product.with_bin.in_bulk({line.product_id for line in missing}) if missing else {}
    for line in missing:
        line.product = products[line.product_id]


def all_that_is_left(delivery: Delivery, others: Counts) -> list[dict[str, Any]]:
    """Lines for everything that the order still wants and no draft holds; of a return, for all that may come back."""
    if delivery.returns is not None:
        gone = counting.come_back(delivery.returns)
        given: list[tuple[Any, Decimal]] = [
            (line, line.base_quantity - gone.get(line.item, ZERO)) for line in lines.of(delivery.returns)
        ]
    else:
        given = [
            (line, counting.left(line, others) - others.get(line.key, Counted()).drafted)
            for line in lines.of(delivery.order)
        ]
    _have_products([line for line, _amount in given])
    return [_as_row(line, amount) for line, amount in given if amount > 0]


def _as_row(line: ProductLine | DeliveryLine, amount: Decimal) -> dict[str, Any]:
    """A row of the form: in the unit of the line it is of, or in the product's own where that gives no round number."""
    if amount == line.base_quantity:
        return {"product": line.product, "quantity": line.quantity, "unit": line.unit}
    each = line.base_quantity / line.quantity
    if (found := amount / each) == found.quantize(Decimal("0.0001")):
        return {"product": line.product, "quantity": found.quantize(Decimal("0.0001")), "unit": line.unit}
    return {"product": line.product, "quantity": amount, "unit": ""}
