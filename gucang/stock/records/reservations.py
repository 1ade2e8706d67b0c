"""What people see of what is kept for documents, and of what should come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, register
from gucang.stock import models, rules
from gucang.stock.actions import expected, reservations

reservation = register(
    RecordType(
        name="reservation",
        model=models.Reservation,
        plural="reservations",
        icon="lock",
        visible=rules.visible_reservations,
        columns=("document", "product", "warehouse", "quantity", "issued", "released", "left", "created_at"),
        filters=("product", "warehouse", "document", "left", "created_at"),
        order="-id",
        form=Layout(
            (_("Goods"), "product", "quantity"),
            (_("Grounds"), "warehouse", "document"),
            first=("product", "quantity", "warehouse"),
        ),
        create=reservations.create,
        actions=(reservations.issue, reservations.release),
        search={"document": "B"},
        exchange=Exchange(key=""),
    )
)

expected_receipt = register(
    RecordType(
        name="expected_receipt",
        model=models.ExpectedReceipt,
        plural="expected-receipts",
        icon="truck-delivery",
        visible=rules.visible_expected,
        columns=("on", "product", "warehouse", "quantity", "unit", "left", "document", "supplier"),
        filters=("product", "warehouse", "on", "left", "document", "supplier", "called_off"),
        groups=("supplier",),
        order="on",
        form=Layout(
            (_("Goods"), "product", "quantity", "unit"),
            (_("Grounds"), "warehouse", "on", "document", "supplier"),
            (_("More"), "note"),
            first=("product", "quantity", "on"),
        ),
        create=expected.create,
        edit=expected.edit,
        actions=(expected.arrive, expected.call_off, expected.delete, expected.restore),
        calendar=Calendar(title=("document", "supplier"), on="on", about="product", move="edit", tone="mute"),
        search={"document": "B", "supplier": "B"},
        exchange=Exchange(key=""),
    )
)

# When something comes everybody may say who speaks with customers; for whom it is kept is told further down.
roles.grant_all(dict.fromkeys(("reservation.view", "expected_receipt.view"), Reach.COMPANY))
_KEPT = tuple(
    f"{kind.name}.{verb}" for kind in (reservation, expected_receipt) for verb in ("export", "import", *kind.verbs)
)
roles.grant("warehouse", dict.fromkeys(_KEPT, Reach.COMPANY))
