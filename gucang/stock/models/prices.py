"""What customers pay: price lists by level, currency and date, the prices in them, and the company's rule of thumb."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.rules import CURRENCIES
from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.parties.models import Level
from gucang.stock.models.products import NONE, NOT_NEGATIVE, Product, ProductCategory, quantity_field

AT_MOST_ALL = MaxValueValidator(Decimal(100), _("At most 100."))


def _percent(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(label, max_digits=5, decimal_places=2, validators=[NOT_NEGATIVE, AT_MOST_ALL], **options)


class PriceList(Record):
    """Prices agreed with customers of one level (of all, where it is empty), in one currency, for a time."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(
        _("customer level"), max_length=1, choices=Level, blank=True, help_text=_("Empty is for all customers.")
    )
    currency = models.CharField(
        _("currency"), max_length=3, choices=[(code, code) for code in CURRENCIES], blank=True,
        help_text=_("Empty is the company's."),
    )  # fmt: skip
    starts_on = models.DateField(pgettext_lazy("price list", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("price list", "until"), null=True, blank=True)
    leeway = _percent(
        _("may go below, %"), default=NONE,
        help_text=_("How far below these prices a salesperson may go without approval."),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_price_list_name",
                violation_error_message=_("There is already a price list with this name."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="price_list_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first one."),
            ),
            models.CheckConstraint(condition=Q(leeway__gte=0, leeway__lte=100), name="price_list_leeway_makes_sense"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse days that run backwards."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first one.")})


class Price(Record):
    """One line of a price list: a net price before tax, or percent off the list price; of a product, a category or all.

    `from_quantity` is the least quantity that it holds from, in the product's own unit.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    price_list = Reference(PriceList, verbose_name=_("price list"), related_name="prices")
    product = Reference(Product, verbose_name=_("product"), null=True, blank=True, related_name="prices")
    category = Reference(
        ProductCategory, verbose_name=_("category"), null=True, blank=True, related_name="prices",
        help_text=_("Instead of a product: everything in it and below it. Neither is everything."),
    )  # fmt: skip
    from_quantity = quantity_field(
        _("from quantity"), default=NONE, summed=False, validators=[NOT_NEGATIVE],
        help_text=_("In the product's own unit; 0 is any quantity."),
    )  # fmt: skip
    price = MoneyField(_("net price"), summed=False, null=True, blank=True, validators=[NOT_NEGATIVE])
    percent_off = _percent(_("off list price, %"), null=True, blank=True)
    price_list_id: int
    product_id: int | None
    category_id: int | None

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("in a price list", "price")
        verbose_name_plural = pgettext_lazy("in a price list", "prices")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_price_number"),
            models.UniqueConstraint(
                fields=["company", "price_list", "product", "category", "from_quantity"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="one_price_in_a_list",
                violation_error_message=_("The list has a price for that from the same quantity. Change it there."),
            ),
            models.CheckConstraint(
                condition=(Q(price=None) & Q(percent_off__isnull=False))
                | (Q(percent_off=None) & Q(price__isnull=False)),
                name="price_or_percent",
                violation_error_message=_("Write a net price or a percentage, one of the two."),
            ),
            models.CheckConstraint(
                condition=(Q(product=None) | Q(category=None)) & (Q(price=None) | Q(product__isnull=False)),
                name="price_of_one_thing",
                violation_error_message=_("A net price belongs to a product. Choose one, or write a percentage."),
            ),
            models.CheckConstraint(
                condition=(Q(price=None) | Q(price__gte=0))
                & (Q(percent_off=None) | Q(percent_off__gte=0, percent_off__lte=100))
                & Q(from_quantity__gte=0),
                name="price_amounts_make_sense",
            ),
        ]
        indexes = [
            list_index("price_by_product", "product", "price_list", "from_quantity"),
            list_index("price_by_list", "price_list", "-id"),
            bin_index("price_in_bin"),
        ]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        """Refuse what is priced twice, not at all, or for nothing that has a price."""
        if (self.price is None) == (self.percent_off is None):
            raise ValidationError({"price": _("Write a net price or a percentage, one of the two.")})
        if self.product_id is not None and self.category_id is not None:
            raise ValidationError({"category": _("Choose a product or a category, not both.")})
        if self.price is not None and self.product_id is None:
            sentence = _("A net price belongs to a product. Choose one, or write a percentage.")
            raise ValidationError({"product": sentence})


class StockSettings(Record):
    """The company's rules about prices and stock; one row. Without it these defaults hold."""

    setup = True

    leeway = _percent(
        _("below list price, %"), default=NONE,
        help_text=_("How far below the list price a salesperson may go without approval, where no price list says it."),
    )  # fmt: skip

    opens_on = models.DateField(
        _("books are open from"), null=True, blank=True,
        help_text=_("Nothing that moves stock may be dated before this day."),
    )  # fmt: skip

    purchasing_role = Reference(
        "accounts.Role", verbose_name=_("purchasing: role"), null=True, blank=True, related_name="+",
        help_text=_("They are told when something runs low."),
    )  # fmt: skip
    purchasing_department = Reference(
        "accounts.Department", verbose_name=_("purchasing: department"), null=True, blank=True, related_name="+",
        help_text=_("They are told when something runs low."),
    )  # fmt: skip
    purchasing_role_id: int | None
    purchasing_department_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("stock settings")
        verbose_name_plural = _("stock settings")
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                name="one_set_of_stock_settings",
                violation_error_message=_("The company has its stock settings; change those."),
            ),
            models.CheckConstraint(condition=Q(leeway__gte=0, leeway__lte=100), name="stock_leeway_makes_sense"),
        ]

    def __str__(self) -> str:
        return str(_("Stock settings"))
