"""What people see of price lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Exchange, Layout, RecordType, Related, register
from gucang.stock import models, rules
from gucang.stock.actions import prices

price_list = register(
    RecordType(
        name="price_list",
        model=models.PriceList,
        plural="price-lists",
        icon="tag",
        visible=rules.visible_price_lists,
        columns=("name", "level", "currency", "starts_on", "ends_on", "leeway"),
        filters=("level", "currency", "starts_on", "ends_on"),
        order="name",
        form=Layout(
            (_("Price list"), "name", "level", "currency"),
            (_("Dates"), "starts_on", "ends_on"),
            (_("Policy"), "leeway"),
            (_("More"), "note"),
            first=("name", "level", "starts_on"),
        ),
        create=prices.create_list,
        edit=prices.edit_list,
        actions=(prices.delete_list, prices.restore_list),
        related=(Related("price", "price_list", ("product", "category", "from_quantity", "price", "percent_off")),),
        search={"name": "A"},
        exchange=Exchange(key="name"),
    )
)

price = register(
    RecordType(
        name="price",
        model=models.Price,
        plural="prices",
        number="JG{seq:06}",
        icon="tag",
        concerns=("price_list",),
        visible=rules.visible_prices,
        columns=("number", "price_list", "product", "category", "from_quantity", "price", "percent_off"),
        filters=("price_list", "product", "category", "price", "percent_off"),
        form=Layout(
            (_("What is priced"), "price_list", "product", "category", "from_quantity"),
            (_("How much"), "price", "percent_off"),
            first=("price_list", "product", "price"),
        ),
        create=prices.create,
        edit=prices.edit,
        actions=(prices.delete, prices.restore),
        exchange=Exchange(key="number", also=("number",)),
    )
)

stock_settings = register(
    RecordType(
        name="stock_settings",
        model=models.StockSettings,
        plural="stock-settings",
        icon="settings",
        visible=rules.visible_settings,
        columns=("leeway", "opens_on", "purchasing_role", "purchasing_department"),
        form=Layout((_("Prices"), "leeway"), (_("Stock"), "opens_on", "purchasing_role", "purchasing_department")),
        only=True,
        create=prices.create_settings,
        edit=prices.edit_settings,
    )
)

roles.grant_all(dict.fromkeys(("price_list.view", "price.view", "stock_settings.view"), Reach.COMPANY))
_KEPT = tuple(f"{kind.name}.{verb}" for kind in (price_list, price) for verb in ("export", "import", *kind.verbs))
roles.grant("finance", dict.fromkeys(_KEPT, Reach.COMPANY))
roles.grant("sales_manager", dict.fromkeys(("price_list.export", "price.export"), Reach.COMPANY))
