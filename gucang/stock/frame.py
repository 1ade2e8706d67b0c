"""Where the frame leads to products and stock, and what stands on their pages."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.stock.screens import prices
from gucang.surface import nav, panels
from gucang.surface.panels import View

nav.add(_("Products"), "box", "/products/", "product.view", order=35)
nav.setting(
    _("Product categories"), "folder", "/product-categories/", "product_category.edit", 45,
    about=_("The tree that products stand in"),
)  # fmt: skip
nav.quick_create("product", order=70)
panels.add_view("product", View("offered", _("On offer"), lambda actor: Q(active=True)))
panels.add_view("product", View("retired", _("Off offer"), lambda actor: Q(active=False)))
panels.begin_with("product", "offered")

panels.add("product", "main", "stock/prices.html", prices.of_product, order=20)
panels.add("price_list", "actions", "stock/price_grid.html", prices.in_grid)
panels.when_empty("price_list", _("Prices agreed with customers of a level, in a currency, for a time."))
nav.setting(_("Price lists"), "tag", "/price-lists/", "price_list.edit", 46, about=_("Who pays which price, from when"))
nav.setting(
    _("Stock settings"), "building-warehouse", "/stock-settings/", "stock_settings.edit", 47,
    about=_("How far below the list price one may go"),
)  # fmt: skip
