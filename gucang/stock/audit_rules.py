"""Audit rules about stock: what lies there agrees with the ledger."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Kind, Severity
from gucang.audits.responsible import first_of_role
from gucang.stock.models import StockLevel, StockMove


@audit_rule(
    "stock.level-off-ledger", on=StockLevel, kind=Kind.RECONCILIATION, severity=Severity.SERIOUS,
    responsible=first_of_role("warehouse"), name=_("Stock and its ledger do not agree"),
    says=_("{product__name} in {warehouse__name}: {on_hand} on hand, and the moves come to {by_moves}."),
)  # fmt: skip
def level_off_ledger(levels: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """What lies in a warehouse is not what its moves come to."""
    nothing = Value(Decimal(0), output_field=DecimalField(max_digits=20, decimal_places=6))
    moves = StockMove.objects.filter(product=OuterRef("product_id")).order_by()
    here = moves.filter(warehouse=OuterRef("warehouse_id")).values("product")
    there = moves.filter(to_warehouse=OuterRef("warehouse_id")).values("product")
    came = Coalesce(Subquery(here.annotate(s=Sum("change")).values("s")), nothing)
    went = Coalesce(Subquery(there.annotate(s=Sum("change")).values("s")), nothing)
    return levels.annotate(by_moves=came - went).exclude(on_hand=F("by_moves"))
