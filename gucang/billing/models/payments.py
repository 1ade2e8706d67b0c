"""Money received from a customer."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gucang.billing.models.receivables import ABOVE_ZERO, NOTHING, Receivable
from gucang.books.models import CURRENCY_CHOICES
from gucang.delivering.models import Delivery
from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.parties.models import Customer
from gucang.promises.models import Promise


class Method(models.TextChoices):
    TRANSFER = "transfer", _("bank transfer")
    DRAFT = "draft", _("bank draft")
    CHEQUE = "cheque", _("cheque")
    CASH = "cash", _("cash")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    CREDIT = "credit", _("credit note")
    OTHER = "other", _("another way")


class PaymentState(models.TextChoices):
    FREE = "free", _("not allocated")
    PARTLY = "partly", _("partly allocated")
    SETTLED = "settled", _("allocated")
    REVERSED = "reversed", _("reversed")


class Payment(Record):
    """An amount received. What of it is free (allocated to nothing: the customer's credit) retells the ledger."""

    number = models.CharField(_("number"), max_length=40, editable=False)
    customer = Reference(Customer, verbose_name=_("customer"), related_name="payments")
    amount = MoneyField(_("amount"), validators=[ABOVE_ZERO])
    currency = models.CharField(
        _("currency"), max_length=3, choices=CURRENCY_CHOICES, blank=True, help_text=_("empty for the company's own")
    )
    received_on = models.DateField(_("received on"), blank=True, help_text=_("empty for today"))
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.TRANSFER)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    pays = Reference(
        Receivable, verbose_name=_("for the receivable"), null=True, blank=True, related_name="+",
        help_text=_("is allocated to it at once; what is over stays as the customer's credit"),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)
    # What was promised to the customer, where this is how it is kept.
    promise = Reference(
        Promise, verbose_name=_("promise"), null=True, blank=True, editable=False, related_name="credits"
    )
    # The return for which this is the credit.
    returned = Reference(
        Delivery, verbose_name=_("return"), null=True, blank=True, editable=False, related_name="credits"
    )
    commission_settled = models.BooleanField(_("commission settled"), default=False)
    commission_settled_on = models.DateField(_("commission settled on"), null=True, blank=True)

    free_amount = MoneyField(_("free amount"), default=NOTHING, editable=False)
    refunded_amount = MoneyField(_("refunded"), default=NOTHING, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=PaymentState, default=PaymentState.FREE, editable=False)
    reversed_on = models.DateField(_("reversed on"), null=True, blank=True, editable=False)
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=6, default=1, editable=False)
    amount_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("amount_order", "rate")
    sorts_by = {"amount": "amount_order"}
    customer_id: int
    pays_id: int | None
    promise_id: int | None
    loaded: dict[str, Any] = {}

    class Meta(Record.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="one_payment_number",
                violation_error_message=_("There is a payment with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, free_amount__gte=0, refunded_amount__gte=0, rate__gt=0)
                & Q(free_amount__lte=F("amount") - F("refunded_amount")),
                name="payment_amounts_make_sense",
                violation_error_message=_("Never less than nothing and never more than the payment can be allocated."),
            ),
            models.UniqueConstraint(
                fields=["company", "returned"],
                condition=~Q(state="reversed") & Q(returned__isnull=False),
                name="one_credit_of_a_return",
                violation_error_message=_("This return has its credit already."),
            ),
            models.UniqueConstraint(
                fields=["company", "promise"],
                condition=~Q(state="reversed") & Q(promise__isnull=False),
                name="one_credit_of_a_promise",
                violation_error_message=_("This promise has its credit already."),
            ),
            models.CheckConstraint(
                condition=Q(state="reversed", free_amount=0, reversed_on__isnull=False)
                | (~Q(state="reversed") & Q(reversed_on=None)),
                name="payment_reversed_with_a_day",
            ),
        ]
        indexes = [
            bin_index("payment_in_bin"),
            list_index("payment_by_day", "-received_on", "-id", carries=["customer"]),
            list_index("payment_by_change", "-updated_at", "-id", carries=["customer"]),
            list_index("payment_by_customer", "customer", "-received_on", "-id"),
            list_index("payment_by_amount", "-amount_order", "-id", carries=["customer"]),
            models.Index(
                fields=["company", "received_on", "id"],
                include=["customer"],
                condition=Q(state__in=["free", "partly"], deleted_at=None),
                name="payment_free",
            ),
            models.Index(fields=["company", "returned"], condition=Q(returned__isnull=False), name="payment_of_return"),
            models.Index(
                fields=["company", "bank_reference"], condition=~Q(bank_reference=""), name="payment_by_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Payment:
        found: Payment = super().from_db(*args, **options)
        watched = ("customer_id", "amount", "currency", "received_on", "pays_id", "commission_settled")
        found.loaded = {name: found.__dict__[name] for name in watched if name in found.__dict__}
        return found

    def was_changed(self, *names: str) -> bool:
        """Whether any of these watched columns differs from what was read; everything of a new one does."""
        return any(name not in self.loaded or self.loaded[name] != getattr(self, name) for name in names)

    def derive(self) -> None:
        self.amount_order = int(self.amount * 100)
