"""What a product costs a customer on a day: the most special price that holds, and how far below it one may go.

The most special price wins, in this order: a list for the customer's level before one for all; a list with dates before
one without, the later beginning first; in a list, a price of the product before one of its category, of the nearest
category before one above it, and those before one of everything; of these the one from the largest quantity that is
reached. Where no list has a price, the product's list price holds. Decision 30 says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.db.models import Q

from gucang.kernel.currency import own_currency
from gucang.parties.models import Customer
from gucang.stock import queries
from gucang.stock.bundles import parts_of
from gucang.stock.models import Price, PriceList, Product

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Priced:
    """A price before tax for one of the product's own unit, in `currency`; None where there is no price in it.

    `price_list` is the list that it comes from, `entry` its line there; None for the product's list price.
    `most_discount` is how many percent below `price` a salesperson may go without approval.
    """

    product: Product
    quantity: Decimal
    currency: str
    price: Decimal | None
    most_discount: Decimal
    price_list: PriceList | None = None
    entry: Price | None = None

    @property
    def least(self) -> Decimal | None:
        """The lowest price that needs no approval, in whole cents, rounded up."""
        if self.price is None:
            return None
        return (self.price * (HUNDRED - self.most_discount) / HUNDRED).quantize(CENT, ROUND_CEILING)

    def needs_approval(self, price: Decimal) -> bool:
        """Whether selling at `price` goes further than policy allows. Without a price of ours nothing measures it."""
        return self.least is not None and price < self.least


def price_for(
    product: Product, customer: Customer | None, on: date, quantity: Decimal = Decimal(1), currency: str = ""
) -> Priced:
    """What `quantity` of `product` (in its own unit) costs this customer, each, on that day.

    `currency` is the document's; the company's by default. At most two queries, of a bundle six.
    """
    return prices_for([(product, quantity)], customer, on, currency)[0]


def prices_for(
    wanted: Sequence[tuple[Product, Decimal]], customer: Customer | None, on: date, currency: str = ""
) -> list[Priced]:
    """The same for many products with their quantities, in order. At most two queries, however many.

    A bundle without a price of its own costs what its parts cost; where there are any, four queries more.
    """
    currency = currency or own_currency()
    lists = lists_for(customer.level if customer is not None else "", on, currency)
    book = PriceBook(lists, [product for product, _quantity in wanted])
    found = [book.price(product, quantity, currency, lists) for product, quantity in wanted]
    return _with_bundles(found, lists)


def _with_bundles(found: list[Priced], lists: Sequence[PriceList]) -> list[Priced]:
    """The prices, and of bundles that have none of their own what their parts come to."""
    bare = [one for one in found if one.price is None and not one.product.stocked]
    parts = parts_of(one.product for one in bare)
    if not parts:
        return found
    book = PriceBook(lists, [part for many in parts.values() for part, _each in many])
    return [_bundled(one, parts.get(one.product.pk, ()), book, lists) if one.price is None else one for one in found]


def _bundled(
    bundle: Priced, parts: Sequence[tuple[Product, Decimal]], book: PriceBook, lists: Sequence[PriceList]
) -> Priced:
    """A bundle at the price of its parts, with the least of their discounts; none where a part has no price."""
    priced = [(book.price(part, each * bundle.quantity, bundle.currency, lists), each) for part, each in parts]
    prices = [one.price * each for one, each in priced if one.price is not None]
    if not priced or len(prices) < len(priced):
        return bundle
    whole = sum(prices, Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    return replace(bundle, price=whole, most_discount=min(one.most_discount for one, _each in priced))


def lists_for(level: str, on: date, currency: str) -> list[PriceList]:
    """The price lists that hold for customers of `level` on a day, the most special first."""
    found = [
        one
        for one in queries.price_lists()
        if one.level in ("", level)
        and (one.currency or own_currency()) == currency
        and (one.starts_on is None or one.starts_on <= on)
        and (one.ends_on is None or one.ends_on >= on)
    ]
    return sorted(found, key=lambda one: (bool(one.level), *_dated(one), one.pk), reverse=True)


def _dated(one: PriceList) -> tuple[bool, date]:
    return one.starts_on is not None or one.ends_on is not None, one.starts_on or date.min


class PriceBook:
    """The lines of some price lists that concern some products. Two queries at most."""

    def __init__(self, lists: Sequence[PriceList], products: Iterable[Product]) -> None:
        products = list(products)
        self.above = queries.ancestors({one.category_id for one in products if one.category_id}) if lists else {}
        self._lines: dict[tuple[int, int | None, int | None], list[Price]] = {}
        for line in self._read(products, lists) if lists else ():
            self._lines.setdefault((line.price_list_id, line.product_id, line.category_id), []).append(line)

    def _read(self, products: Sequence[Product], lists: Sequence[PriceList]) -> Iterable[Price]:
        categories = {pk for chain in self.above.values() for pk in chain}
        of_them = Q(product_id__in={one.pk for one in products}) | Q(product=None, category_id__in=categories)
        found = Price.objects.filter(of_them | Q(product=None, category=None))
        return found.filter(price_list_id__in=[one.pk for one in lists]).order_by("-from_quantity")

    def lines(self, price_list: PriceList, product: Product) -> Iterator[Price]:
        """The lines of a list that concern a product, the most special first, of alike ones the largest quantity."""
        above = self.above.get(product.category_id or 0, ())
        for of_product, of_category in ((product.pk, None), *((None, pk) for pk in above), (None, None)):
            yield from self._lines.get((price_list.pk, of_product, of_category), ())

    def price(self, product: Product, quantity: Decimal, currency: str, lists: Sequence[PriceList]) -> Priced:
        """By the first line that reaches down to the quantity, of `lists` with the most special first; else its own."""
        for price_list in lists:
            for line in self.lines(price_list, product):
                price = worked_out(line, product)
                if line.from_quantity <= quantity and price is not None:
                    return Priced(product, quantity, currency, price, price_list.leeway, price_list, line)
        own = product.list_price if currency == own_currency() else None
        return Priced(product, quantity, currency, own, queries.settings().leeway)

    def tiers(self, product: Product, currency: str, lists: Sequence[PriceList]) -> list[Priced]:
        """The price of one, and every other price that a larger quantity brings."""
        froms = {line.from_quantity for one in lists for line in self.lines(one, product)}
        found = [self.price(product, Decimal(1), currency, lists)]
        for quantity in sorted(one for one in froms if one > 1):
            priced = self.price(product, quantity, currency, lists)
            if priced.price != found[-1].price:
                found.append(priced)
        return found


def worked_out(line: Price, product: Product) -> Decimal | None:
    """The net price that a line gives a product, in cents; None for a percentage off a list price that is not there."""
    if line.price is not None:
        return line.price
    if product.list_price is None or line.percent_off is None:
        return None
    return (product.list_price * (HUNDRED - line.percent_off) / HUNDRED).quantize(CENT, ROUND_HALF_UP)
