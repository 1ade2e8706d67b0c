"""The ledger between payments and receivables: lines are added and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.billing.models.payments import Payment
from gucang.billing.models.receivables import Instalment, Receivable
from gucang.kernel.models import CompanyModel, MoneyField, Reference


class EntryKind(models.TextChoices):
    PAYMENT = "payment", _("allocation")
    WRITE_OFF = "write_off", _("write-off")
    CANCEL = "cancel", _("cancellation")
    REFUND = "refund", _("refund")
    REVERSAL = "reversal", _("reversal")


class Entry(CompanyModel):
    """One line. `amount` above zero settles (an instalment by a payment, a write-off), below zero takes that back.

    A refund or a reversal takes money out of a payment and settles nothing, so it has no instalment. `on` is the day
    that it counts for, `at` when it was written.
    """

    kind = models.CharField(max_length=10, choices=EntryKind)
    receivable = Reference(Receivable, null=True, related_name="entries")
    instalment = Reference(Instalment, null=True, related_name="entries")
    payment = Reference(Payment, null=True, related_name="entries")
    amount = MoneyField()
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("ledger line")
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0)
                & (
                    Q(kind="payment", receivable__isnull=False, instalment__isnull=False, payment__isnull=False)
                    | Q(
                        kind__in=["write_off", "cancel"],
                        receivable__isnull=False,
                        instalment__isnull=False,
                        payment=None,
                    )
                    | Q(kind__in=["refund", "reversal"], receivable=None, instalment=None, payment__isnull=False)
                ),
                name="ledger_line_says_what_it_is",
            )
        ]
        indexes = [
            models.Index(fields=["company", "receivable", "id"], name="ledger_by_receivable"),
            models.Index(fields=["company", "payment", "id"], name="ledger_by_payment"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
