"""Verbs of the product and of its category."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.stock import rules
from gucang.stock.models import BundlePart, Product, ProductCategory
from gucang.stock.units import BadUnits, read_units, write_units


def _settle(product: Product, actor: Actor) -> None:
    """Bring the other units into their one spelling, and refuse to keep in stock what is made of others."""
    try:
        product.units = write_units(read_units(product.units, product.unit))
    except BadUnits as problem:
        raise Invalid({"units": [str(problem)]}) from None
    if product.pk is None:
        return
    if not product.stocked and product.on_hand:
        raise Invalid({"stocked": [_t("Some of it lies in a warehouse. Issue that first.")]})
    if product.stocked and BundlePart.objects.filter(bundle=product).exists():
        raise Invalid({"stocked": [_t("It is a bundle: its parts lie in the warehouses. Take them out of it first.")]})


create = creating("product", prepare=_settle)
edit = editing("product", prepare=_settle)
delete = deleting("product")
restore = restoring("product")


@action("product.retire", label=_("Take off offer"), guard=rules.why_not_offered, icon="archive")
def retire(product: Product) -> None:
    """Offer the product no more. What was quoted and sold keeps it."""
    product.active = False


@action(
    "product.bring_back", label=pgettext_lazy("product", "Offer again"), guard=rules.why_offered, icon="arrow-back-up"
)
def bring_back(product: Product) -> None:
    """Offer the product again."""
    product.active = True


def _why_used(category: ProductCategory) -> str | None:
    """Why a category cannot go: something is in it."""
    if ProductCategory.objects.filter(parent=category).exists():
        return _t("There are categories below %(name)s; move them first.") % {"name": category}
    count = Product.objects.filter(category=category).count()
    if not count:
        return None
    return ngettext(
        "%(count)s product is in this category. Move it first.",
        "%(count)s products are in this category. Move them first.",
        count,
    ) % {"count": count}


create_category = creating("product_category")
edit_category = editing("product_category")
delete_category = deleting("product_category", guard=_why_used)
restore_category = restoring("product_category")
