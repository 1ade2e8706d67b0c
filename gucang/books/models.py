"""What all that is booked shares: until when the books are closed, and what other currencies are worth."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.accounts.rules import CURRENCIES
from gucang.kernel.models import Record

CURRENCY_CHOICES = [(code, code) for code in CURRENCIES]
# Rates are for what is not the company's own, which is most often the yuan.
_FOREIGN_FIRST = sorted(CURRENCY_CHOICES, key=lambda one: one[0] == "CNY")


class BookRules(Record):
    """The company's rules for its books; one row. Without it nothing is closed."""

    setup = True

    closed_until = models.DateField(
        _("closed until"), blank=True, help_text=_("Nothing is booked on this day or before it any more.")
    )

    class Meta(Record.Meta):
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                name="one_set_of_book_rules",
                violation_error_message=_("The company has its closed period; change that one."),
            )
        ]

    def __str__(self) -> str:
        return str(_("Closed period"))


class ExchangeRate(Record):
    """From a day on, what one unit of a currency is worth in the company's own."""

    setup = True

    currency = models.CharField(_("currency"), max_length=3, choices=_FOREIGN_FIRST)
    on = models.DateField(_("from"))
    rate = models.DecimalField(
        _("worth in the company's currency"), max_digits=18, decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001"), _("A rate is above zero."))],
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "currency", "on"],
                condition=models.Q(deleted_at=None),
                name="one_rate_a_day",
                violation_error_message=_("There is a rate for this currency and day already. Change that one."),
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate.normalize():f}"
