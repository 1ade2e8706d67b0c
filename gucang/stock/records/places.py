"""What people see of warehouses, of what lies in them, and of the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Exchange, Layout, RecordType, Related, register
from gucang.stock import models, rules
from gucang.stock.actions import moves, warehouses

warehouse = register(
    RecordType(
        name="warehouse",
        model=models.Warehouse,
        plural="warehouses",
        icon="building-warehouse",
        visible=rules.visible_warehouses,
        columns=("name", "keeper", "address"),
        filters=("keeper",),
        order="name",
        form=Layout((_("Warehouse"), "name", "keeper", "address"), (_("More"), "note"), first=("name", "keeper")),
        create=warehouses.create,
        edit=warehouses.edit,
        actions=(warehouses.delete, warehouses.restore),
        related=(
            Related("stock_level", "warehouse", ("product", "on_hand", "reserved", "free")),
            Related("stock_move", "warehouse", ("number", "kind", "product", "change", "balance")),
        ),
        search={"name": "A", "address": "C"},
        exchange=Exchange(key="name"),
    )
)

stock_level = register(
    RecordType(
        name="stock_level",
        model=models.StockLevel,
        plural="stock-levels",
        icon="stack-2",
        visible=rules.visible_levels,
        columns=("product", "warehouse", "on_hand", "reserved", "free", "updated_at"),
        filters=("product", "warehouse", "on_hand", "reserved", "free", "updated_at"),
        order="-updated_at",
        form=Layout((_("Stock"), "product", "warehouse")),
        exchange=Exchange(key=""),
    )
)

stock_move = register(
    RecordType(
        name="stock_move",
        model=models.StockMove,
        plural="stock-moves",
        number="KC{yy}{mm}-{seq:05}",
        icon="arrows-exchange",
        concerns=("product", "warehouse"),
        visible=rules.visible_moves,
        columns=("number", "on", "kind", "product", "warehouse", "to_warehouse", "change", "balance", "document"),
        filters=("kind", "product", "warehouse", "to_warehouse", "on", "document", "reverses"),
        order="-id",
        form=Layout(
            (_("Goods"), "kind", "product", "quantity", "unit"),
            (_("Warehouse"), "warehouse", "to_warehouse"),
            (_("Grounds"), "on", "document", "reason"),
            first=("kind", "product", "quantity", "unit", "warehouse", "to_warehouse"),
            shown_if={"to_warehouse": ("kind", "transfer")},
        ),
        create=moves.create,
        actions=(moves.reverse,),
        search={"number": "A", "document": "B"},
        exchange=Exchange(key="number"),
    )
)

roles.grant_all(dict.fromkeys(("warehouse.view", "stock_level.view"), Reach.COMPANY))
_KEPT = tuple(
    f"{kind.name}.{verb}"
    for kind in (warehouse, stock_level, stock_move)
    for verb in ("view", "export", "import", *kind.verbs)
    if not (kind is stock_level and verb == "import")
)
roles.grant("warehouse", dict.fromkeys(_KEPT, Reach.COMPANY))
_READ = ("stock_move.view", "stock_move.export", "stock_level.export")
for key in ("sales_manager", "finance"):
    roles.grant(key, dict.fromkeys(_READ, Reach.COMPANY))
