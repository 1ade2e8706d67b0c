"""Reads of prices and stock that are used in two places or more."""

from __future__ import annotations

from collections.abc import Iterable

from gucang.kernel.setup import kept
from gucang.stock.models import PriceList, ProductCategory, StockSettings
from gucang.stock.models.products import MAX_DEPTH

Ancestors = dict[int, list[int]]


def settings() -> StockSettings:
    """The company's rules about prices and stock, or the defaults."""
    return kept("stock settings", lambda: StockSettings.objects.first() or StockSettings())


def price_lists() -> list[PriceList]:
    """Every price list that is not in the bin."""
    return kept("price lists", lambda: list(PriceList.objects.order_by("id")))


def ancestors(categories: Iterable[int]) -> Ancestors:
    """Each of these categories with those above it, the nearest first and itself before them. At most one query."""
    wanted = set(categories)
    if not wanted:
        return {}
    above = dict(ProductCategory.objects.values_list("pk", "parent_id"))
    found: Ancestors = {}
    for start in wanted:
        chain: list[int] = []
        here: int | None = start
        while here is not None and len(chain) <= MAX_DEPTH:
            chain.append(here)
            here = above.get(here)
        found[start] = chain
    return found
