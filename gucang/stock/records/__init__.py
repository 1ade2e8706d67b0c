"""What people see of this module, declared once."""

from gucang.stock.records import alerts, bundles, places, prices, products, reservations

__all__ = ["alerts", "bundles", "places", "prices", "products", "reservations"]
