"""The tables of this module: what is sold, and for how much."""

from gucang.stock.models.prices import Price, PriceList, StockSettings
from gucang.stock.models.products import Product, ProductCategory

__all__ = ["Price", "PriceList", "Product", "ProductCategory", "StockSettings"]
