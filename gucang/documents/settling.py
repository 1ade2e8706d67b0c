"""From what people typed into the lines of a document to all that follows: units, prices, tax, amounts, discounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from gucang.documents import money
from gucang.documents.models import Document, ProductLine
from gucang.kernel import clock, lines
from gucang.kernel.models import Company, Rounding
from gucang.kernel.scope import active_company_id
from gucang.kernel.setup import kept
from gucang.stock.models import Product
from gucang.stock.prices import prices_for
from gucang.stock.units import BadUnits

_LIMITS = (("price", None), ("discount", Decimal(100)), ("tax_rate", Decimal(100)))
# A change of these makes it another line, whose price is that of today.
_PRICED_BY = ("product_id", "unit", "quantity")
Problems = dict[tuple[int, str], str]


def terms() -> tuple[str, Rounding]:
    """The active company's currency, and its rule of rounding."""
    return kept("document terms", _read_terms)


def _read_terms() -> tuple[str, Rounding]:
    company = Company.objects.get(pk=active_company_id())
    return company.currency, Rounding(company.settings.get("rounding") or Rounding.LINE)


def settle(document: Document) -> None:
    """Fill in what the lines of `document` leave open, and work out what they and it come to.

    A unit or a tax rate that is not given is the product's, a price that of the price lists for the customer, the day,
    the currency and the quantity. Raises Invalid with a sentence for each line that does not make sense.
    """
    found = lines.of(document)
    problems: Problems = {}
    own, rounding = terms()
    currency = document.currency or own
    _have_products(found)
    if not _is_history(document):
        _check_offered(found, problems)
    written = [
        (place, line, factor)
        for place, line in enumerate(found)
        if line.product_id is not None
        and line.quantity is not None
        and (factor := _count(place, line, problems)) is not None
        and _is_written(line)
    ]
    _price(document, currency, own, [(line, factor) for _place, line, factor in written])
    for place, line in enumerate(found):
        _check(place, line, currency, problems)
    if problems:
        raise lines.refused(problems)
    _work_out(document, found, currency == own, rounding, money.places_of(currency))


def _have_products(found: list[ProductLine]) -> None:
    """Read the products that are not at hand, in one query; also those that lie in the bin by now."""
    missing = [line for line in found if line.product_id is not None and "product" not in line._state.fields_cache]
    products = Product.with_bin.in_bulk({line.product_id for line in missing}) if missing else {}
    for line in missing:
        line.product = products[line.product_id]


def _is_history(document: Document) -> bool:
    """Whether an import brings it in as it was: in a state that nothing begins with."""
    return document.pk is None and getattr(document, "state", "draft") != "draft"


def _check_offered(found: list[ProductLine], problems: Problems) -> None:
    for place, line in enumerate(found):
        if line.product_id is None or line.product.active:
            continue
        if line.__dict__.get("_was", {}).get("product_id") != line.product_id:
            sentence = _t("“%(product)s” is not on offer any more. Choose another product.")
            problems[place, "product"] = sentence % {"product": line.product}


def _count(place: int, line: ProductLine, problems: Problems) -> Decimal | None:
    """Fill in the unit and count the line in the product's own; how many of that one unit holds, None if it cannot."""
    product = line.product
    line.unit = line.unit or product.unit
    factor = _factor(product, line.unit)
    if factor is None:
        problems[place, "unit"] = _t("“%(product)s” is not counted in “%(unit)s”. Its units are: %(units)s.") % {
            "product": product, "unit": line.unit, "units": "、".join(units_of(product))
        }  # fmt: skip
        return None
    line.base_quantity = money.rounded(line.quantity * factor, 6)
    if line.discount is None:
        line.discount = money.ZERO
    if line.tax_rate is None:
        line.tax_rate = product.tax_rate
    return factor


def _is_written(line: ProductLine) -> bool:
    """Whether the line is new or for something else than before, so that its price is looked up; else it stays."""
    was = line.__dict__.get("_was", {})
    return line.price is None or any(was.get(name) != getattr(line, name) for name in _PRICED_BY)


def _price(document: Document, currency: str, own: str, found: list[tuple[ProductLine, Decimal]]) -> None:
    """Note what the price lists say of these lines, and let it be their price where none is given."""
    if not found:
        return
    customer = document.customer if document.customer_id is not None else None
    wanted = [(line.product, line.base_quantity) for line, _factor in found]
    priced = prices_for(wanted, customer, clock.today(), currency)
    for (line, factor), one in zip(found, priced, strict=True):
        cost = line.product.cost
        line.list_price = one.price * factor if one.price is not None else None
        line.leeway = one.most_discount
        line.cost = cost * factor if cost is not None and currency == own else None
        if line.price is None and line.list_price is not None:
            line.price = money.rounded(line.list_price, 4)


def units_of(product: Product) -> list[str]:
    """The units that a product is counted in, its own first."""
    return [product.unit, *_units(product)]


def _units(product: Any) -> dict[str, Decimal]:
    try:
        return dict(product.holds())
    except BadUnits:
        return {}


def _factor(product: Any, unit: str) -> Decimal | None:
    """How many of the product's own unit one `unit` holds; None for a unit that it is not counted in."""
    return Decimal(1) if unit == product.unit else _units(product).get(unit)


def _check(place: int, line: ProductLine, currency: str, problems: Problems) -> None:
    if line.quantity is not None and line.quantity <= 0:
        problems[place, "quantity"] = _t("Write a quantity above zero, or take the line out.")
    elif line.base_quantity is not None and line.base_quantity <= 0:
        problems[place, "quantity"] = _t("This is too little to be counted. Write a larger quantity.")
    if line.price is None and (place, "unit") not in problems:
        problems[place, "price"] = _t("Write the price: the price list has none in %(currency)s.") % {
            "currency": currency
        }
    for name, most in _LIMITS:
        value = getattr(line, name)
        if value is None:
            continue
        if value < 0:
            problems[place, name] = _t("Write nothing below zero.")
        elif most is not None and value > most:
            problems[place, name] = _t("At most 100.")


def _work_out(
    document: Document, found: list[ProductLine], own_currency: bool, rounding: Rounding, places: int
) -> None:
    priced = [money.Priced(line.quantity, line.price, line.discount, line.tax_rate) for line in found]
    each, whole = money.amounts(priced, off=document.discount or money.ZERO, rounding=rounding, places=places)
    kept_each = [value for line in found for value in (line.base_quantity, line.list_price, line.cost) if value]
    if whole.gross >= money.MOST or any(value >= money.MOST for value in kept_each):
        raise lines.refused({(0, "quantity"): _t("This comes to more than fits. Look at quantities and prices again.")})
    for line, amount in zip(found, each, strict=True):
        line.net, line.tax, line.gross = amount.net, amount.tax, amount.gross
    document.net, document.tax, document.total = whole.net, whole.tax, whole.gross
    _measure(document, found, priced, own_currency)


def _measure(document: Document, found: list[ProductLine], priced: list[money.Priced], own_currency: bool) -> None:
    """How far below the list prices the document is, and what is left of it after the cost."""
    off = document.discount or money.ZERO
    full = [(line.list_price if line.list_price is not None else line.price) * line.quantity for line in found]
    paid = [money.exact_net(one, off) for one in priced]
    each = [money.discount_of(mine, whole) for mine, whole in zip(paid, full, strict=True)]
    document.line_discount = max(each, default=money.ZERO)
    over = [mine - line.leeway for mine, line in zip(each, found, strict=True) if line.list_price is not None]
    document.over_discount = max([*over, money.ZERO])
    document.total_discount = money.discount_of(sum(paid, money.ZERO), sum(full, money.ZERO))
    if not own_currency or not found or any(line.cost is None for line in found):
        document.margin = document.margin_rate = None
        return
    spent = sum((line.cost * line.quantity for line in found if line.cost is not None), money.ZERO)
    document.margin = money.rounded(document.net - spent)
    if abs(document.margin) >= money.MOST:
        document.margin = document.margin_rate = None
        return
    document.margin_rate = _bounded(money.share_of(document.margin, document.net))


def _bounded(rate: Decimal | None) -> Decimal | None:
    """A margin below -9,999,999 % says no more than that."""
    return None if rate is None else max(rate, Decimal("-9999999"))
