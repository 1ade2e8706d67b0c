"""The tables of this module: what is sold, for how much, and where it lies."""

from gucang.stock.models.places import MoveKind, StockLevel, StockMove, Warehouse
from gucang.stock.models.prices import Price, PriceList, StockSettings
from gucang.stock.models.products import Product, ProductCategory

__all__ = [
    "MoveKind",
    "Price",
    "PriceList",
    "Product",
    "ProductCategory",
    "StockLevel",
    "StockMove",
    "StockSettings",
    "Warehouse",
]
