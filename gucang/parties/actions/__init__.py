"""What may be done with customers and contacts."""

from gucang.parties.actions import contacts, customers, pool

__all__ = ["contacts", "customers", "pool"]
