"""The register of invoices (发票) that were issued; the tax bureau's system issues them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing.models.receivables import Receivable
from gucang.billing.tax import BadTaxNumber, check_tax_number
from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.parties.models import Customer


class InvoiceKind(models.TextChoices):
    SPECIAL = "special", _("special VAT invoice")
    ORDINARY = "ordinary", _("ordinary VAT invoice")
    E_SPECIAL = "e_special", _("electronic, special")
    E_ORDINARY = "e_ordinary", _("electronic, ordinary")


class InvoiceState(models.TextChoices):
    VALID = "valid", _("valid")
    REDDENED = "reddened", _("voided by a red one")
    RED = "red", pgettext_lazy("invoice", "red")


class Invoice(Record):
    """An invoice with tax. A red one (红字) has amounts below zero and voids the one it refers to."""

    number = models.CharField(_("invoice number"), max_length=40)
    code = models.CharField(
        _("invoice code"), max_length=12, blank=True, help_text=_("of paper invoices, 10 or 12 digits")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=InvoiceKind, default=InvoiceKind.E_ORDINARY)
    customer = Reference(Customer, verbose_name=_("customer"), related_name="invoices")
    receivable = Reference(Receivable, verbose_name=_("receivable"), null=True, blank=True, related_name="invoices")
    title = models.CharField(
        _("invoice title"), max_length=120, blank=True, help_text=_("whom it is made out to; empty for the customer")
    )
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)
    issued_on = models.DateField(_("issued on"), blank=True, help_text=_("empty for today"))
    amount = MoneyField(_("amount with tax"))
    tax = MoneyField(_("tax"), default=0, blank=True)
    beyond = models.CharField(
        _("why more than the receivable"), max_length=200, blank=True,
        help_text=_("only where the invoices come to more than what is owed"),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=InvoiceState, default=InvoiceState.VALID, editable=False
    )
    red_of = Reference(
        "billing.Invoice", verbose_name=_("voids"), null=True, blank=True, editable=False, related_name="reds"
    )
    amount_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("amount_order",)
    sorts_by = {"amount": "amount_order"}
    customer_id: int
    receivable_id: int | None

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("tax", "invoice")
        verbose_name_plural = pgettext_lazy("tax", "invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code", "number"],
                condition=Q(deleted_at=None),
                name="one_invoice_number",
                violation_error_message=_("This invoice is in the register already."),
            ),
            models.CheckConstraint(
                condition=Q(state="red", amount__lt=0, tax__lte=0) | (~Q(state="red") & Q(amount__gt=0, tax__gte=0)),
                name="invoice_amounts_make_sense",
                violation_error_message=_("An invoice is above zero; a red one is made by voiding."),
            ),
            models.CheckConstraint(
                condition=Q(state="red", red_of__isnull=False) | (~Q(state="red") & Q(red_of=None)),
                name="red_invoice_voids_one",
            ),
            models.UniqueConstraint(
                fields=["company", "red_of"], condition=Q(deleted_at=None, red_of__isnull=False), name="one_red_invoice"
            ),
        ]
        indexes = [
            bin_index("invoice_in_bin"),
            list_index("invoice_by_day", "-issued_on", "-id", carries=["customer"]),
            list_index("invoice_by_customer", "customer", "-issued_on", "-id"),
            models.Index(fields=["company", "receivable"], name="invoice_by_receivable"),
        ]

    def __str__(self) -> str:
        return self.number

    def derive(self) -> None:
        self.amount_order = int(self.amount * 100)

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        if self.amount is not None and self.state != InvoiceState.RED:
            if self.amount <= 0:
                problems["amount"] = _("Write an amount above zero.")
            elif not 0 <= self.tax < self.amount:
                problems["tax"] = _("The tax is part of the amount; write less.")
        try:
            self.tax_number = check_tax_number(self.tax_number) if self.tax_number else ""
        except BadTaxNumber as problem:
            problems["tax_number"] = str(problem)
        if not self.tax_number and self.kind in (InvoiceKind.SPECIAL, InvoiceKind.E_SPECIAL):
            problems["tax_number"] = _("A special invoice needs the buyer's tax number.")
        if problems:
            raise ValidationError(problems)
