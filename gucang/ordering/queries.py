"""Reads of orders that are used in two places or more."""

from __future__ import annotations

from typing import Any

from gucang.documents import comparing
from gucang.kernel import lines, records
from gucang.kernel.fields import to_json
from gucang.ordering.models import OrderVersion, SalesOrder

# What a version keeps of an order besides its lines.
HEAD = ("customer", "contact", "currency", "discount", "deliver_by", "address", "customer_number", "note", "terms")


def content_of(order: SalesOrder) -> dict[str, Any]:
    """What an order says now, as a version keeps it."""
    declared = records.get("sales_order").lines
    assert declared is not None
    head = comparing.head_of(records.get("sales_order"), order, HEAD)
    return {"head": head, "lines": lines.as_json(declared, lines.of(order)), "total": to_json(order.total)}


def versions_of(order: SalesOrder) -> list[OrderVersion]:
    """The approved versions of an order, the latest first."""
    return list(OrderVersion.objects.filter(order=order).select_related("approved_by").order_by("-number"))
