"""Verbs of the expected receipt: it comes, in parts or whole, or it does not come at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.stock import rules
from gucang.stock.actions import moves
from gucang.stock.models import ExpectedReceipt, MoveKind
from gucang.stock.models.products import NONE
from gucang.stock.quantities import counted


def _settle(receipt: ExpectedReceipt, actor: Actor) -> None:
    """Work out what is still to come, in the product's own unit."""
    if sentence := rules.why_not_stocked(receipt.product):
        raise Invalid({"product": [sentence]})
    whole = counted(receipt.quantity, receipt.unit, receipt.product)
    receipt.unit = receipt.unit or receipt.product.unit
    if whole < receipt.received:
        raise Invalid({"quantity": [_t("More than that has come already.")]})
    receipt.left = NONE if receipt.called_off else whole - receipt.received


def _why_received(receipt: ExpectedReceipt) -> str | None:
    """Why it cannot be deleted: something came of it, and the ledger speaks of it."""
    return _t("Something of it has come. Call off the rest instead.") if receipt.received else None


create = creating("expected_receipt", prepare=_settle)
edit = editing("expected_receipt", prepare=_settle, guard=rules.why_not_expected)
delete = deleting("expected_receipt", guard=_why_received)
restore = restoring("expected_receipt")


@action(
    "expected_receipt.arrive", label=_("It has come"), guard=rules.why_not_expected, icon="package-import",
    tone="primary", labels={"quantity": _("Quantity"), "unit": _("Unit")},
)  # fmt: skip
def arrive(
    receipt: ExpectedReceipt, *, quantity: Decimal | None = None, unit: str = "", actor: Actor
) -> dict[str, Any]:
    """Receive it into its warehouse: what is said, or all that is still to come; more than expected may come, too."""
    product = receipt.product
    some = receipt.left if quantity is None else counted(quantity, unit, product)
    move = moves.enter(
        actor, MoveKind.RECEIVE, product, some, warehouse=receipt.warehouse, document=receipt.document,
        document_type="expected_receipt", document_id=receipt.pk,
    )  # fmt: skip
    receipt.received += some
    receipt.left = max(NONE, receipt.left - some)
    return {"move": move.number, "quantity": some}


@action(
    "expected_receipt.call_off", label=pgettext_lazy("expected receipt", "Call off"), guard=rules.why_not_expected,
    icon="ban",
)  # fmt: skip
def call_off(receipt: ExpectedReceipt) -> None:
    """What has not come is not coming."""
    receipt.called_off, receipt.left = True, NONE
