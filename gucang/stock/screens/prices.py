"""What a product costs whom, on its page; and the way from a price list to all its prices at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from gucang.kernel import clock
from gucang.kernel.currency import own_currency
from gucang.kernel.records import RecordType
from gucang.parties.models import Level
from gucang.stock import prices, queries
from gucang.stock.models import PriceList, Product
from gucang.stock.prices import PriceBook, Priced
from gucang.surface import ui
from gucang.surface.middleware import CompanyRequest


@dataclass(frozen=True)
class PriceRow:
    """One price on the product's page: for whom, from which quantity."""

    who: str
    quantity: str
    priced: Priced


def of_product(request: CompanyRequest, record_type: RecordType, product: Product) -> dict[str, Any] | None:
    """What the product costs customers of each level today, where price lists say more than its list price."""
    if not request.actor.may("price.view"):
        return None
    today, own = clock.today(), own_currency()
    currencies = {one.currency or own for one in queries.price_lists()} - {own}
    rows: list[PriceRow] = []
    for currency in (own, *sorted(currencies)):
        lists = {level: prices.lists_for(level, today, currency) for level in ("", *Level.values)}
        every = {one.pk: one for found in lists.values() for one in found}
        book = PriceBook(list(every.values()), [product])
        usual = _tiers(book, lists[""], product, currency)
        rows += _rows(_t("All customers"), product, usual)
        for level in Level.values:
            special = _tiers(book, lists[level], product, currency)
            if [one.price for one in special] != [one.price for one in usual]:
                rows += _rows(_t("Level %(level)s") % {"level": level}, product, special)
    if not any(row.priced.price_list for row in rows):
        return None
    return {"rows": rows, "base": request.base, "said": _said(rows)}


def _tiers(book: PriceBook, lists: list[PriceList], product: Product, currency: str) -> list[Priced]:
    return [one for one in book.tiers(product, currency, lists) if one.price is not None]


def _rows(who: str, product: Product, tiers: list[Priced]) -> list[PriceRow]:
    return [
        PriceRow(
            who,
            _t("from %(quantity)s %(unit)s") % {"quantity": ui.number(one.quantity, 4), "unit": product.unit}
            if place
            else "",
            one,
        )
        for place, one in enumerate(tiers)
    ]


def _said(rows: list[PriceRow]) -> str:
    """The prices in a sentence: "All customers ¥120, level A from ¥108"."""
    parts: list[str] = []
    for _whose, found in groupby(rows, key=lambda row: (row.who, row.priced.currency)):
        group = list(found)
        lowest = min(row.priced.price for row in group if row.priced.price is not None)
        price = ui.money_text(lowest, group[0].priced.currency)
        words = _t("%(who)s from %(price)s") if len(group) > 1 else _t("%(who)s %(price)s")
        parts.append(words % {"who": group[0].who, "price": price})
    return pgettext("between prices", ", ").join(parts)


def in_grid(request: CompanyRequest, record_type: RecordType, price_list: PriceList) -> dict[str, Any] | None:
    """The way to the list's prices as a spreadsheet, where they are pasted from Excel."""
    if not request.actor.may("price.create") or price_list.deleted_at:
        return None
    return {"url": f"{request.base}/prices/grid?price_list={price_list.pk}"}
