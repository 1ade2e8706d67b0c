"""What people see of reorder points and of bundles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Exchange, Layout, RecordType, register
from gucang.stock import models, rules
from gucang.stock.actions import alerts

reorder_point = register(
    RecordType(
        name="reorder_point",
        model=models.ReorderPoint,
        plural="reorder-points",
        icon="gauge",
        visible=rules.visible_points,
        columns=("product", "warehouse", "least", "low_since", "order_quantity"),
        filters=("product", "warehouse", "least", "low_since"),
        order="-updated_at",
        form=Layout((_("Reorder point"), "product", "warehouse", "least", "order_quantity")),
        create=alerts.create,
        edit=alerts.edit,
        actions=(alerts.delete, alerts.restore),
        exchange=Exchange(key=""),
    )
)

roles.grant_all({"reorder_point.view": Reach.COMPANY})
_KEPT = tuple(f"reorder_point.{verb}" for verb in ("export", "import", *reorder_point.verbs))
roles.grant("warehouse", dict.fromkeys(_KEPT, Reach.COMPANY))
