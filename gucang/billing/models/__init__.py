"""What customers owe, what they have paid, and the ledger between the two."""

from gucang.billing.models.credit import CreditTerms
from gucang.billing.models.invoices import Invoice, InvoiceKind, InvoiceState
from gucang.billing.models.ledger import Entry, EntryKind
from gucang.billing.models.payments import Method, Payment, PaymentState
from gucang.billing.models.receivables import OPEN_STATES, Instalment, Receivable, ReceivableState
from gucang.billing.models.setup import Does, Dunning, DunningStep, PaymentTerms, Tells

__all__ = [
    "OPEN_STATES", "CreditTerms", "Does", "Dunning", "DunningStep", "Entry", "EntryKind", "Instalment", "Invoice",
    "InvoiceKind", "InvoiceState", "Method", "Payment", "PaymentState", "PaymentTerms", "Receivable", "ReceivableState",
    "Tells",
]  # fmt: skip
