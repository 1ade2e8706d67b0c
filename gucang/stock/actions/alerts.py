"""Verbs of the reorder point. That something has fallen below it, or recovered, is a deed of the program."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import clock
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.stock import rules
from gucang.stock.models import ReorderPoint, StockLevel
from gucang.stock.models.products import NONE


def free_at(point: ReorderPoint) -> Decimal:
    """How much is free where the point looks."""
    levels = StockLevel.objects.filter(product_id=point.product_id)
    if point.warehouse_id is not None:
        levels = levels.filter(warehouse_id=point.warehouse_id)
    found: Decimal | None = levels.aggregate(sum=Sum("free"))["sum"]
    return found if found is not None else NONE


def _settle(point: ReorderPoint, actor: Actor) -> None:
    """See at once whether it is low already: whoever sets the point knows, and is told no more."""
    if sentence := rules.why_not_stocked(point.product):
        raise Invalid({"product": [sentence]})
    if free_at(point) >= point.least:
        point.low_since = None
    elif point.low_since is None:
        point.low_since = clock.now()


create = creating("reorder_point", prepare=_settle)
edit = editing("reorder_point", prepare=_settle)
delete = deleting("reorder_point")
restore = restoring("reorder_point")


@action("reorder_point.fall", label=pgettext_lazy("stock", "Falls low"), allow=rules.is_the_program, internal=True)
def fall(point: ReorderPoint, *, free: Decimal) -> dict[str, Any]:
    """Less is free than there should be."""
    point.low_since = clock.now()
    return {"free": free, "least": point.least}


@action("reorder_point.recover", label=_("Recovers"), allow=rules.is_the_program, internal=True)
def recover(point: ReorderPoint, *, free: Decimal) -> dict[str, Any]:
    """Enough is free again; the next fall is told."""
    point.low_since = None
    return {"free": free}
