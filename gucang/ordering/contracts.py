"""The contract of a sales order: a file of its own kind, on the order's page for who may see contracts."""

from __future__ import annotations

import secrets
from typing import Any

from gucang.activity import queries, subjects
from gucang.activity.actions import attachments
from gucang.activity.policy import policy_in
from gucang.activity.rules import SEE_CONTRACTS
from gucang.kernel.records import RecordType
from gucang.ordering.models import OrderState, SalesOrder
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest

_HOLDS = (OrderState.APPROVED, OrderState.CHANGING, OrderState.DONE)
subjects.allow_contracts("sales_order")


def slot(request: CompanyRequest, record_type: RecordType, order: SalesOrder) -> dict[str, Any] | None:
    """The contracts of an order, and where to put one; None for who may see none."""
    actor = request.actor
    if not actor.may("attachment.view") or not actor.may(SEE_CONTRACTS):
        return None
    found = queries.contracts_on(actor, record_type.name, order.pk)
    adds = actor.may(attachments.create.name) and order.deleted_at is None and actor.eyes is None
    if not found and not adds:
        return None
    return {
        "rows": found,
        "adds": adds,
        "order": order,
        "missing": not found and order.state in _HOLDS,
        "key": secrets.token_urlsafe(12),
        "most_mb": policy_in(request.company.settings).file_mb,
    }


panels.add("sales_order", "left", "ordering/contract.html", slot, order=12)
