"""Who may see and do what in this module, and why something is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import whoever_may

if TYPE_CHECKING:
    from gucang.stock.models import ExpectedReceipt, Product, Reservation


# What the company sells, for whoever may see products at all; what it costs is a rule of its own.
visible_products = whoever_may("product.view")
visible_categories = whoever_may("product_category.view")
visible_price_lists = whoever_may("price_list.view")
# What customers pay, for whoever may see prices: policy is no secret among those who sell.
visible_prices = whoever_may("price.view")
visible_settings = whoever_may("stock_settings.view")
visible_warehouses = whoever_may("warehouse.view")
visible_levels = whoever_may("stock_level.view")
visible_moves = whoever_may("stock_move.view")
visible_reservations = whoever_may("reservation.view")
visible_expected = whoever_may("expected_receipt.view")
visible_points = whoever_may("reorder_point.view")
visible_parts = whoever_may("bundle_part.view")


def is_the_program(actor: Actor, record: object) -> bool:
    """Only the program itself notices that something runs low."""
    return actor.kind == "system"


def why_not_offered(product: Product) -> str | None:
    return None if product.active else _t("“%(product)s” is not on offer already.") % {"product": product}


def why_offered(product: Product) -> str | None:
    return _t("“%(product)s” is on offer.") % {"product": product} if product.active else None


def why_not_stocked(product: Product) -> str | None:
    """Why nothing of a product can lie in a warehouse."""
    words = {"product": product}
    if product.deleted_at is not None:
        return _t("“%(product)s” is in the bin. Restore it first.") % words
    if not product.stocked:
        return _t("“%(product)s” is not kept in stock. Change that on its page, or choose another one.") % words
    return None


def why_nothing_left(reservation: Reservation) -> str | None:
    return None if reservation.left else _t("Nothing of this is reserved any more.")


def why_not_expected(receipt: ExpectedReceipt) -> str | None:
    if receipt.called_off:
        return _t("This was called off. Enter a new one.")
    return None if receipt.left else _t("All of it has come.")
