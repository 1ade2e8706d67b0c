"""What stands below a line while somebody quotes or orders: whether so much is to be had, and from when on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from gucang.documents.models import Document, ProductLine
from gucang.kernel import lines, records
from gucang.kernel.actors import Actor
from gucang.stock import reserving
from gucang.stock.availability import Available, availability
from gucang.stock.units import amount_text
from gucang.surface import ui

Hint = tuple[str, str] | None


def stock_hints(document: Document, actor: Actor) -> Sequence[Hint]:
    """Of each line what is free, and what should come by the day on which an order is to be delivered.

    Lines of the same product share what there is; what is kept for this document already counts as free for it. At
    most five queries, however many lines.
    """
    found: list[ProductLine] = lines.of(document)
    if not actor.may("stock_level.view"):
        return [None] * len(found)
    there = availability([line.product for line in found], getattr(document, "deliver_by", None))
    free = {pk: one.free for pk, one in there.items()}
    for product, kept in _kept(document).items():
        if product in free:
            free[product] += kept
    hints: list[Hint] = []
    for line in found:
        one = there[line.product_id]
        hints.append(_hint(one, free[one.product.pk], line.base_quantity) if one.kept else None)
        free[one.product.pk] = max(Decimal(0), free[one.product.pk] - line.base_quantity)
    return hints


def _kept(document: Document) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    if document.pk is not None:
        name = records.by_model(type(document)).name
        for one in reserving.reservations_of(reserving.Document(name, document.pk)):
            found[one.product_id] += one.left
    return found


def _hint(one: Available, free: Decimal, wanted: Decimal) -> Hint:
    words: dict[str, Any] = {
        "free": amount_text(free, one.product.unit),
        "lacking": amount_text(wanted - free, one.product.unit),
    }
    if free >= wanted:
        return _t("%(free)s free") % words, "ok"
    if one.next_on is None:
        return _t("%(free)s free, %(lacking)s lacking, nothing is on its way") % words, "bad"
    words["day"] = ui.day_text(one.next_on)
    if free + one.expected >= wanted:
        return _t("%(free)s free, %(lacking)s should come from %(day)s on") % words, "warn"
    return _t("%(free)s free, %(lacking)s lacking, some should come on %(day)s") % words, "bad"
