"""Where the frame leads to products, prices and stock, and what stands on their pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.records import RecordType
from gucang.stock.screens import cards, prices, stock
from gucang.surface import columns, controls, home, nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import View


def _ways(*ways: tuple[Any, str, str, str]) -> panels.PanelContext:
    """Links beside a list's title, as (words, icon, address, right), for those who have the right."""

    def shown(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
        found = [(words, icon, f"{request.base}{url}") for words, icon, url, right in ways if request.actor.may(right)]
        return {"ways": found} if found else None

    return shown


nav.add(_("Products"), "box", "/products/", "product.view", order=35)
nav.add(
    pgettext_lazy("place", "Stock"),
    "building-warehouse",
    "/stock-levels/",
    "stock_move.view",
    order=36,
    homes=("service", "finance"),
)
nav.setting(
    _("Product categories"), "folder", "/product-categories/", "product_category.edit", 45,
    topic="goods", about=_("The tree that products stand in"),
)  # fmt: skip
nav.setting(
    _("Price lists"), "tag", "/price-lists/", "price_list.edit", 46,
    topic="goods", about=_("Who pays which price, from when"),
)  # fmt: skip
nav.setting(
    _("Warehouses"), "building-warehouse", "/warehouses/", "warehouse.edit", 47,
    topic="goods", about=_("Where products lie"),
)  # fmt: skip
nav.setting(
    _("Stock settings"), "settings", "/stock-settings/", "stock_settings.edit", 48,
    topic="goods", about=_("How far below the list price one may go, who buys, from when the books are open"),
)  # fmt: skip
nav.quick_create("product", order=70)
nav.quick_create("stock_move", order=75)
nav.quick_create("expected_receipt", order=76)
panels.add_view("product", View("offered", _("On offer"), lambda actor: Q(active=True)))
panels.add_view("product", View("retired", _("Off offer"), lambda actor: Q(active=False)))
panels.begin_with("product", "offered")
panels.add_view("stock_level", View("there", _("In stock"), lambda actor: ~Q(on_hand=0)))
panels.begin_with("stock_level", "there")
panels.add_view("reservation", View("open", _("Still reserved"), lambda actor: Q(left__gt=0)))
panels.begin_with("reservation", "open")
panels.add_view("expected_receipt", View("open", _("Still to come"), lambda actor: Q(left__gt=0)))
panels.begin_with("expected_receipt", "open")
panels.add_view("reorder_point", View("low", _("Runs low"), lambda actor: Q(low_since__isnull=False)))
panels.when_empty("price_list", _("Prices agreed with customers of a level, in a currency, for a time."))
panels.when_empty("stock_level", _("Enter what is received; an import brings in what lies there today."))
panels.when_empty("reservation", _("What is kept for an order stands here until it is issued or released."))
panels.when_empty("expected_receipt", _("What should come, and when: whoever quotes sees it beside the stock."))
panels.when_empty("reorder_point", _("Say of how much there should always be some, and who buys is told in time."))
panels.when_empty("stock_move", _("Everything that comes, goes or is counted stands here for good."))
panels.add("product", "main", "stock/levels.html", stock.of_product, order=10)
panels.add("product", "main", "stock/bundle.html", stock.of_bundle, order=10)
panels.add("product", "main", "stock/prices.html", prices.of_product, order=20)
panels.add("price_list", "actions", "stock/price_grid.html", prices.in_grid)
panels.add("warehouse", "actions", "stock/deeds.html", stock.of_warehouse)
panels.add("product", "head", "stock/ways.html", _ways((_("Price lists"), "tag", "/price-lists/", "price_list.edit")))
panels.add(
    "stock_level", "head", "stock/ways.html",
    _ways(
        (_("Stock moves"), "arrows-exchange", "/stock-moves/", "stock_move.view"),
        (_("Reservations"), "lock", "/reservations/", "stock_move.view"),
        (_("Expected receipts"), "truck-delivery", "/expected-receipts/", "stock_move.view"),
        (_("Reorder points"), "gauge", "/reorder-points/", "stock_move.view"),
        (_("Warehouses"), "building-warehouse", "/warehouses/", "warehouse.edit"),
    ),
)  # fmt: skip
controls.register("stock_move", "kind", controls.Control(stock.read_kind, stock.draw_kind))
columns.tones("stock_move.kind", {"receive": "ok", "issue": "wait", "transfer": "", "count": "", "reverse": "warn"})
home.card("low-stock", template="stock/low.html", context=cards.low, homes=("warehouse",), order=10)
home.card("arrivals", template="stock/arrivals.html", context=cards.arrivals, homes=("warehouse",), order=20)
home.card("low-of-mine", template="stock/low.html", context=cards.low_of_mine, homes=("sales", "manager"), order=35)
