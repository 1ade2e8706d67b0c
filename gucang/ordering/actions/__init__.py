"""What may be done with sales orders."""

from gucang.ordering.actions import orders

__all__ = ["orders"]
