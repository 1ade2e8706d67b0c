"""Deliveries, as people see them; and what the built-in roles may do with them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.delivering import models, rules
from gucang.delivering.actions import deliveries
from gucang.delivering.settling import settle
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.lines import Lines
from gucang.kernel.records import Exchange, Layout, RecordType, register

delivery = register(
    RecordType(
        name="delivery",
        model=models.Delivery,
        plural="deliveries",
        number="CH{yy}{mm}-{seq:04}",
        icon="truck-delivery",
        owner="order__owner_id",
        concerns=("order", "customer", "returns"),
        brief=("number", "state", "due_on", "confirmed_on", "order_number"),
        visible=rules.visible_deliveries,
        columns=("number", "receiver", "order_number", "state", "due_on", "confirmed_on", "total", "updated_at"),
        filters=(
            "state", "customer", "order", "returns", "again", "warehouse", "due_on", "confirmed_on", "total", "carrier",
            "tracking", "order_number", "receiver",
        ),
        form=Layout(
            (_("Delivery"), "order", "receiver", "address", "due_on", "warehouse", "again"),
            (_("On the way"), "carrier", "tracking", "note"),
            first=("order", "due_on"),
            lines=Lines(
                model=models.DeliveryLine, to="delivery", fields=("product", "quantity", "unit", "note"),
                found_by=("barcode",), totals=("total",), measured={"quantity": "unit"}, settle=settle,
            ),
        ),
        create=deliveries.create,
        edit=deliveries.edit,
        actions=(deliveries.confirm, deliveries.take_back, deliveries.delete, deliveries.restore),
        # Who sees no orders writes no deliveries, and changes those that are there.
        withheld=lambda actor: () if actor.may("sales_order.view") else ("order",),
        order="-updated_at",
        search={"number": "A", "tracking": "A", "order_number": "A", "receiver": "B"},
        exchange=Exchange(key="number", also=("number", "state", "confirmed_on", "returns")),
    )
)  # fmt: skip

subjects.allow("delivery")

_EVERY = tuple(f"delivery.{verb}" for verb in ("view", *delivery.verbs))
_WRITTEN = tuple(f"delivery.{verb}" for verb in ("view", "create", "edit", "delete", "take_back"))
roles.grant("salesperson", dict.fromkeys(_WRITTEN, Reach.OWN))
roles.grant("sales_manager", dict.fromkeys((*_EVERY, "delivery.export", "delivery.import"), Reach.TREE))
_KEPT = tuple(one for one in _EVERY if one != "delivery.create")
roles.grant("warehouse", dict.fromkeys((*_KEPT, "delivery.export"), Reach.COMPANY))
for _key in ("service", "finance"):
    roles.grant(_key, {"delivery.view": Reach.COMPANY})
roles.grant("finance", {"delivery.export": Reach.COMPANY})
# Who packs the goods need not know what they are sold for.
roles.restrict("warehouse", dict.fromkeys(("delivery.total", "delivery.net", "delivery.tax"), FieldRule(Access.HIDDEN)))
