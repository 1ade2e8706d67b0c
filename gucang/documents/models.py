"""What quotes and orders have in common: for whom, in which currency, lines of products, what they come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.kernel.models import Line, MoneyField, Record, Reference
from gucang.parties.models import Contact, Customer
from gucang.stock.models import Product

_NOT_NEGATIVE = MinValueValidator(Decimal(0), _("Write nothing below zero."))
_AT_MOST_ALL = MaxValueValidator(Decimal(100), _("At most 100."))


class Currency(models.TextChoices):
    """What a document may be in, besides the company's own currency."""

    CNY = "CNY", "CNY"
    USD = "USD", "USD"
    EUR = "EUR", "EUR"
    HKD = "HKD", "HKD"
    JPY = "JPY", "JPY"
    GBP = "GBP", "GBP"


class Document(Record):
    """A document with lines for a customer; `currency` "" is the company's own. All amounts are in that currency.

    Discounts are measured from the prices of the price lists on the day on which the lines were written;
    `over_discount` is by how much a line goes beyond what they leave to salespeople.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    customer = Reference(Customer, verbose_name=_("customer"), related_name="+")
    contact = Reference(Contact, verbose_name=_("contact"), null=True, blank=True, related_name="+")
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency, blank=True, help_text=_("empty for the company's own")
    )
    discount = models.DecimalField(
        _("discount on everything, %"), max_digits=5, decimal_places=2, default=Decimal(0), blank=True,
        validators=[_NOT_NEGATIVE, _AT_MOST_ALL],
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True, help_text=_("for colleagues; on no paper"))
    terms = models.TextField(
        _("terms"), blank=True, help_text=_("on the paper for the customer; empty for the usual ones")
    )
    owner = Reference(Member, verbose_name=_("owner"), null=True, blank=True, editable=False, related_name="+")
    # Worked out from the lines with every change of them.
    net = MoneyField(_("before tax"), default=Decimal(0), editable=False)
    tax = MoneyField(_("tax"), default=Decimal(0), editable=False)
    total = MoneyField(_("total with tax"), default=Decimal(0), editable=False)
    line_discount = models.DecimalField(
        _("greatest discount of a line, %"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )
    total_discount = models.DecimalField(
        _("discount from list prices, %"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )
    over_discount = models.DecimalField(
        _("discount beyond the price list, %"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )
    margin = MoneyField(_("margin"), null=True, blank=True, editable=False)
    margin_rate = models.DecimalField(
        _("margin, %"), max_digits=9, decimal_places=2, null=True, blank=True, editable=False
    )
    # The total in hundredths: whole numbers find their place in an index under row security, decimals do not.
    total_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("total_order",)
    sorts_by = {"total": "total_order"}

    class Meta(Record.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.number

    def derive(self) -> None:
        self.total_order = int(self.total * 100)

    def clean(self) -> None:
        """Refuse a contact of somebody else."""
        if self.contact_id is not None and self.contact is not None and self.contact.customer_id != self.customer_id:
            sentence = _t("%(contact)s is not at this customer. Choose one of its contacts.")
            raise ValidationError({"contact": sentence % {"contact": self.contact}})


class ProductLine(Line):
    """So much of a product: `price` is for one `unit`, before tax. `net`, `tax` and `gross` include all discounts.

    `list_price`, `leeway` (the discount that needs nobody's agreement, in per cent) and `cost` are kept as they were
    when the line was written, for one `unit`; `base_quantity` is in the product's own unit.
    """

    product = Reference(Product, verbose_name=_("product"), related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    price = models.DecimalField(_("price"), max_digits=16, decimal_places=4, blank=True)
    discount = models.DecimalField(pgettext_lazy("line", "discount, %"), max_digits=5, decimal_places=2, blank=True)
    tax_rate = models.DecimalField(_("tax rate, %"), max_digits=5, decimal_places=2, blank=True)
    note = models.CharField(pgettext_lazy("line", "note"), max_length=200, blank=True)
    net = MoneyField(_("before tax"), editable=False)
    tax = MoneyField(_("tax"), editable=False)
    gross = MoneyField(_("with tax"), editable=False)
    base_quantity = models.DecimalField(max_digits=20, decimal_places=6, editable=False)
    list_price = models.DecimalField(max_digits=20, decimal_places=6, null=True, editable=False)
    leeway = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0), editable=False)
    cost = models.DecimalField(max_digits=20, decimal_places=6, null=True, editable=False)

    class Meta(Line.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.key}: {self.product_id} × {self.quantity}"


FILLED = ("product", "quantity", "unit", "price", "discount", "tax_rate", "note")
SHOWN = ("net", "tax", "gross")


def line_rules(table: str, owner: str) -> list[Any]:
    """The constraints of a table of product lines, named after it."""
    return [
        models.UniqueConstraint(fields=["company", owner, "key"], name=f"one_{table}_key"),
        models.CheckConstraint(
            condition=Q(quantity__gt=0, base_quantity__gt=0, price__gte=0, discount__gte=0, discount__lte=100)
            & Q(tax_rate__gte=0, tax_rate__lte=100, net__gte=0, tax__gte=0),
            name=f"{table}_makes_sense",
        ),
        models.CheckConstraint(condition=Q(gross=models.F("net") + models.F("tax")), name=f"{table}_adds_up"),
    ]
