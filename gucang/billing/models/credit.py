"""On what terms customers buy: when they pay, how much they may owe, how late they may be."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.billing.models.setup import PaymentTerms
from gucang.billing.terms import MOST_DAYS
from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.parties.models import Customer


class CreditTerms(Record):
    """What holds for one customer; the row without a customer is for all who have none of their own.

    `limit` is in the company's currency, for what is owed and what is ordered together. What is empty is not asked.
    """

    customer = Reference(
        Customer, verbose_name=_("customer"), null=True, blank=True, related_name="credit_terms",
        help_text=_("empty for every customer without terms of its own"),
    )  # fmt: skip
    terms = Reference(PaymentTerms, verbose_name=_("payment terms"), null=True, blank=True, related_name="+")
    limit = MoneyField(
        _("credit limit"), null=True, blank=True, validators=[MinValueValidator(0, _("Write nothing below zero."))],
        help_text=_("what is owed and ordered together; empty for no limit"),
    )  # fmt: skip
    late_days = models.PositiveSmallIntegerField(
        _("days late that are put up with"), null=True, blank=True,
        validators=[MaxValueValidator(MOST_DAYS, _("At most %(limit_value)s."))],
        help_text=_("Who is later orders nothing more by themselves; empty where nobody asks."),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)
    customer_id: int | None
    terms_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("credit terms")
        verbose_name_plural = _("credit terms")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "customer"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="one_set_of_credit_terms",
                violation_error_message=_("There are credit terms for this already. Change those."),
            ),
            models.CheckConstraint(
                condition=Q(limit=None) | Q(limit__gte=0),
                name="credit_limit_not_below_zero",
                violation_error_message=_("Write nothing below zero."),
            ),
        ]
        indexes = [
            bin_index("credit_terms_in_bin"),
            list_index("credit_terms_by_change", "-updated_at", "-id", carries=["customer"]),
        ]

    def __str__(self) -> str:
        return str(self.customer) if self.customer_id is not None else str(_("All other customers"))

    def clean(self) -> None:
        if self.terms_id is None and self.limit is None and self.late_days is None:
            sentence = _("Write a limit, days or payment terms: without any this says nothing.")
            raise ValidationError({"limit": sentence})
