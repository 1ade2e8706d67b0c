"""What may be done with receivables, payments, invoices and their set-up."""

from gucang.billing.actions import dunning, invoices, payments, receivables, setup

__all__ = ["dunning", "invoices", "payments", "receivables", "setup"]
