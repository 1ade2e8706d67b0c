"""What a customer owes, whole and by instalments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing import terms as plans
from gucang.billing.models.setup import PaymentTerms
from gucang.books.models import CURRENCY_CHOICES
from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer

ABOVE_ZERO = MinValueValidator(Decimal("0.01"), _("Write an amount above zero."))
NOTHING = Decimal(0)


class ReceivableState(models.TextChoices):
    OPEN = "open", pgettext_lazy("money", "open")
    PARTLY = "partly", _("partly paid")
    PAID = "paid", _("paid")
    WRITTEN_OFF = "written_off", _("written off")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (ReceivableState.OPEN, ReceivableState.PARTLY)


class Receivable(Record):
    """What a customer owes for one thing. `currency` "" is the company's own.

    What of it is open, paid and written off retells the ledger (`Entry`), is changed with it in one transaction, and
    only by `billing.ledger.post`.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    name = models.CharField(_("for what"), max_length=120)
    customer = Reference(Customer, verbose_name=_("customer"), related_name="receivables")
    amount = MoneyField(_("amount"), validators=[ABOVE_ZERO])
    currency = models.CharField(
        _("currency"), max_length=3, choices=CURRENCY_CHOICES, blank=True, help_text=_("empty for the company's own")
    )
    billed_on = models.DateField(_("date"), blank=True, help_text=_("empty for today"))
    terms = Reference(PaymentTerms, verbose_name=_("payment terms"), null=True, blank=True, related_name="+")
    due_on = models.DateField(
        _("due on"), null=True, blank=True, help_text=_("by the payment terms, where there are any")
    )
    source_label = models.CharField(
        _("source document"), max_length=80, blank=True, help_text=_("number of the delivery or contract")
    )
    order = Reference(
        SalesOrder, verbose_name=_("sales order"), null=True, blank=True, editable=False, related_name="receivables"
    )
    # The record that it was made from, where one was: its type's name and id.
    source_type = models.CharField(max_length=40, blank=True, editable=False)
    source_id = models.BigIntegerField(null=True, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    accepted_on = models.DateField(_("accepted on"), null=True, blank=True, editable=False)
    promised_on = models.DateField(_("promised to pay on"), null=True, blank=True, editable=False)
    reminded_on = models.DateField(_("last reminder"), null=True, blank=True, editable=False)
    open_amount = MoneyField(_("owed"), default=NOTHING, editable=False)
    paid_amount = MoneyField(_("received"), default=NOTHING, editable=False)
    written_off = MoneyField(_("amount written off"), default=NOTHING, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=ReceivableState, default=ReceivableState.OPEN, editable=False
    )
    next_due_on = models.DateField(_("next due on"), null=True, blank=True, editable=False)
    # What one unit of the currency was worth in the company's own on the day of the receivable.
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=6, default=1, editable=False)
    # The same amounts in hundredths: whole numbers find their place in an index under row security.
    amount_order = models.BigIntegerField(default=0, editable=False)
    open_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("amount_order", "open_order", "next_due_on", "rate")
    sorts_by = {"amount": "amount_order", "open_amount": "open_order"}
    customer_id: int
    order_id: int | None
    # What it was when it was read, for what must be asked only of a change.
    loaded: dict[str, Any] = {}

    class Meta(Record.Meta):
        verbose_name = _("receivable")
        verbose_name_plural = _("receivables")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="one_receivable_number",
                violation_error_message=_("There is a receivable with this number already."),
            ),
            models.UniqueConstraint(
                fields=["company", "source_type", "source_id"],
                condition=~Q(source_type=""),
                name="one_receivable_of_a_source",
                violation_error_message=_("This document has its receivable already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, paid_amount__gte=0, written_off__gte=0)
                & Q(open_amount__lte=F("amount"), rate__gt=0),
                name="receivable_amounts_make_sense",
                violation_error_message=_("Never less than nothing and never more than the amount can be open."),
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", open_amount=0, paid_amount=0, written_off=0)
                | (~Q(state="cancelled") & Q(open_amount=F("amount") - F("paid_amount") - F("written_off"))),
                name="receivable_adds_up",
                violation_error_message=_("What is open, received and written off must come to the amount."),
            ),
        ]
        indexes = [
            bin_index("receivable_in_bin"),
            list_index("receivable_by_change", "-updated_at", "-id", carries=["customer"]),
            list_index("receivable_by_customer", "customer", "-billed_on", "-id"),
            list_index("receivable_by_day", "-billed_on", "-id", carries=["customer"]),
            list_index("receivable_by_state", "state", "-updated_at", "-id", carries=["customer"]),
            list_index("receivable_by_amount", "-amount_order", "-id", carries=["customer"]),
            models.Index(
                fields=["company", "order", "id"], condition=Q(order__isnull=False), name="receivable_by_order"
            ),
            models.Index(
                fields=["company", "next_due_on", "id"],
                include=["customer"],
                condition=Q(open_order__gt=0, deleted_at=None),
                name="receivable_open_by_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Receivable:
        found: Receivable = super().from_db(*args, **options)
        watched = ("customer_id", "amount", "currency", "billed_on", "terms_id", "due_on")
        found.loaded = {name: found.__dict__[name] for name in watched if name in found.__dict__}
        return found

    def was_changed(self, *names: str) -> bool:
        """Whether any of these watched columns differs from what was read; everything of a new one does."""
        return any(name not in self.loaded or self.loaded[name] != getattr(self, name) for name in names)

    @property
    def is_open(self) -> bool:
        """Whether anything of it can still be paid."""
        return self.state in OPEN_STATES

    @property
    def untouched(self) -> bool:
        """Whether nothing has been booked against it."""
        return self.open_amount == self.amount

    def shares(self) -> list[plans.Share]:
        """The instalments that its terms make of the amount; without terms, one on its due day."""
        if self.terms is None:
            return [plans.Share(self.amount, self.due_on or self.billed_on)]
        return plans.split(self.amount, self.terms.parts(), self.billed_on, self.accepted_on)

    def derive(self) -> None:
        if self.untouched and self.state == ReceivableState.OPEN:
            self.next_due_on = min((s.due_on for s in self.shares() if s.due_on is not None), default=None)
        self.amount_order = int(self.amount * 100)
        self.open_order = int(self.open_amount * 100)


class Instalment(Record):
    """A part of a receivable with a due day of its own; None while it waits for the customer's acceptance."""

    receivable = Reference(Receivable, models.CASCADE, verbose_name=_("receivable"), related_name="instalments")
    customer = Reference(Customer, verbose_name=_("customer"), related_name="+")
    position = models.PositiveSmallIntegerField(_("instalment no."))
    amount = MoneyField(_("amount"))
    open_amount = MoneyField(_("owed"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES, blank=True)
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=6, default=1)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    awaits = models.CharField(max_length=10, blank=True, editable=False)
    is_open = models.BooleanField(pgettext_lazy("money", "open"), default=True)
    receivable_id: int

    class Meta(Record.Meta):
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(fields=["company", "receivable", "position"], name="one_instalment_position"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount")),
                name="instalment_amounts_make_sense",
                violation_error_message=_("Never less than nothing and never more than the amount can be open."),
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, open_amount__gt=0) | Q(is_open=False, open_amount=0),
                name="instalment_open_or_not",
            ),
        ]
        indexes = [
            bin_index("instalment_in_bin"),
            list_index("instalment_by_customer", "customer", "due_on", "id"),
            list_index("instalment_by_id", "-id", carries=["customer"]),
            models.Index(
                fields=["company", "customer", "due_on", "id"],
                include=["open_amount", "rate", "currency"],
                condition=Q(is_open=True, deleted_at=None),
                name="instalment_open",
            ),
            models.Index(
                fields=["company", "due_on", "id"],
                include=["customer"],
                condition=Q(is_open=True, deleted_at=None),
                name="instalment_open_by_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receivable.number}/{self.position}"

    def late_on(self, today: date) -> bool:
        """Whether it is past due."""
        return self.is_open and self.due_on is not None and self.due_on < today
