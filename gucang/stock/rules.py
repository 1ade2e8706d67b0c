"""Who may see and do what in this module, and why something is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING

if TYPE_CHECKING:
    from gucang.stock.models import ExpectedReceipt, Product, Reservation


def visible_products(actor: Actor) -> Q:
    """What the company sells, for whoever may see products at all; what it costs is a rule of its own."""
    return Q() if actor.may("product.view") else NOTHING


def visible_categories(actor: Actor) -> Q:
    return Q() if actor.may("product_category.view") else NOTHING


def visible_price_lists(actor: Actor) -> Q:
    return Q() if actor.may("price_list.view") else NOTHING


def visible_prices(actor: Actor) -> Q:
    """What customers pay, for whoever may see prices: policy is no secret among those who sell."""
    return Q() if actor.may("price.view") else NOTHING


def visible_settings(actor: Actor) -> Q:
    return Q() if actor.may("stock_settings.view") else NOTHING


def visible_warehouses(actor: Actor) -> Q:
    return Q() if actor.may("warehouse.view") else NOTHING


def visible_levels(actor: Actor) -> Q:
    return Q() if actor.may("stock_level.view") else NOTHING


def visible_moves(actor: Actor) -> Q:
    return Q() if actor.may("stock_move.view") else NOTHING


def visible_reservations(actor: Actor) -> Q:
    return Q() if actor.may("reservation.view") else NOTHING


def visible_expected(actor: Actor) -> Q:
    return Q() if actor.may("expected_receipt.view") else NOTHING


def visible_points(actor: Actor) -> Q:
    return Q() if actor.may("reorder_point.view") else NOTHING


def visible_parts(actor: Actor) -> Q:
    return Q() if actor.may("bundle_part.view") else NOTHING


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
