"""What people see of this module, declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.records import Exchange, Layout, RecordType, Related, register
from gucang.stock import models, rules
from gucang.stock.actions import products

product_category = register(
    RecordType(
        name="product_category",
        model=models.ProductCategory,
        plural="product-categories",
        icon="folder",
        visible=rules.visible_categories,
        columns=("name", "parent"),
        filters=("parent",),
        order="name",
        form=Layout((_("Category"), "parent", "name"), first=("name", "parent")),
        create=products.create_category,
        edit=products.edit_category,
        actions=(products.delete_category, products.restore_category),
        related=(
            Related("product_category", "parent", ("name",)),
            Related("product", "category", ("name", "spec", "number", "list_price")),
        ),
        search={"name": "B"},
        exchange=Exchange(key="name"),
    )
)

product = register(
    RecordType(
        name="product",
        model=models.Product,
        plural="products",
        number="CP-{seq:05}",
        icon="box",
        visible=rules.visible_products,
        columns=("name", "spec", "number", "category", "unit", "list_price", "free", "cost", "active"),
        filters=("category", "active", "list_price", "unit", "free", "on_hand", "stocked", "tax_rate", "updated_at"),
        groups=("unit",),
        order="name_key",
        form=Layout(
            (_("Product"), "name", "spec", "category", "barcode"),
            (_("Units"), "unit", "units", "stocked"),
            (_("Price"), "list_price", "tax_rate", "cost"),
            (_("More"), "note"),
            first=("name", "spec", "unit", "list_price"),
        ),
        create=products.create,
        edit=products.edit,
        actions=(products.retire, products.bring_back, products.delete, products.restore),
        search={"name": "A", "number": "A", "spec": "A", "barcode": "B"},
        related=(Related("stock_move", "product", ("number", "on", "kind", "warehouse", "change", "balance")),),
        exchange=Exchange(key="number", also=("number", "active")),
    )
)

roles.grant_all(dict.fromkeys(("product.view", "product_category.view"), Reach.COMPANY))
# Finance keeps the catalogue; with purchasing a role of its own may take it over.
_KEPT = tuple(
    f"{kind.name}.{verb}" for kind in (product, product_category) for verb in ("export", "import", *kind.verbs)
)
roles.grant("finance", dict.fromkeys(_KEPT, Reach.COMPANY))
roles.grant("sales_manager", {"product.export": Reach.COMPANY})
# What the company pays for a thing is nobody's business who bargains about it.
for key in ("salesperson", "service", "reader", "warehouse"):
    roles.restrict(key, {"product.cost": FieldRule(Access.HIDDEN)})
roles.restrict("sales_manager", {"product.cost": FieldRule(Access.READ)})
