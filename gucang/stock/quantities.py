"""A quantity as somebody enters it, in the product's own unit; or a sentence about what is wrong with it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.stock.models import Product
from gucang.stock.units import BadUnits, in_base

PLACES = Decimal("0.0001")
MOST = Decimal(10) ** 12


def counted(quantity: Decimal, unit: str, product: Product, *, nothing: bool = False) -> Decimal:
    """`quantity` of `unit` ("" is the product's own) in the product's own unit, exactly. Raises Invalid.

    Nothing at all is refused, except where `nothing` is a finding (a stock count).
    """
    if quantity < 0 or (quantity == 0 and not nothing):
        raise Invalid({"quantity": [_t("Write more than nothing.")]})
    try:
        base = quantity if unit in ("", product.unit) else in_base(quantity, unit, product.unit, product.holds())
    except (KeyError, BadUnits):
        units = "、".join([product.unit, *_other_units(product)])
        sentence = _t("“%(product)s” is not counted in “%(unit)s”. Choose one of: %(units)s.")
        raise Invalid({"unit": [sentence % {"product": product, "unit": unit[:20], "units": units}]}) from None
    if base != base.quantize(PLACES):
        sentence = _t("In “%(unit)s” this has more than four decimals. Write a rounder quantity.")
        raise Invalid({"quantity": [sentence % {"unit": product.unit}]})
    if base >= MOST:
        raise Invalid({"quantity": [_t("This number is too large.")]})
    return base.quantize(PLACES)


def _other_units(product: Product) -> list[str]:
    try:
        return list(product.holds())
    except BadUnits:
        return []
