"""What people see of this module, declared once."""

from gucang.stock.records import prices, products

__all__ = ["prices", "products"]
