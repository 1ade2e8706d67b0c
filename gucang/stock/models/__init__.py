"""The tables of this module: what is sold, for how much, and where it lies."""

from gucang.stock.models.alerts import ReorderPoint
from gucang.stock.models.bundles import BundlePart
from gucang.stock.models.places import MoveKind, StockLevel, StockMove, Warehouse
from gucang.stock.models.prices import Price, PriceList, StockSettings
from gucang.stock.models.products import Product, ProductCategory
from gucang.stock.models.reservations import ExpectedReceipt, Reservation

__all__ = [
    "BundlePart",
    "ExpectedReceipt",
    "MoveKind",
    "Price",
    "PriceList",
    "Product",
    "ProductCategory",
    "ReorderPoint",
    "Reservation",
    "StockLevel",
    "StockMove",
    "StockSettings",
    "Warehouse",
]
