"""Where the frame leads to products."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
