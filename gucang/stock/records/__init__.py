"""What people see of this module, declared once."""

from gucang.stock.records import places, prices, products

__all__ = ["places", "prices", "products"]
