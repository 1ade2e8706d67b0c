"""What the company sells: products in a tree of categories."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import MoneyField, Record, Reference, bin_index, list_index
from gucang.kernel.text import pinyin_key
from gucang.stock.units import read_units

MAX_DEPTH = 20
UNIT = "件"
VAT = Decimal("13.00")
NONE = Decimal(0)
NOT_NEGATIVE = MinValueValidator(NONE, _("Write nothing below zero."))


def quantity_field(label: Any, *, summed: bool = True, **options: Any) -> models.DecimalField[Any, Any]:
    """An exact quantity: four decimals, up to 10^12; `summed` is whether lists add it up."""
    field: Any = models.DecimalField(label, decimal_places=4, **{"max_digits": 16} | options)
    field.summed = summed
    return field


class ProductCategory(Record):
    """A place in the tree of products."""

    name = models.CharField(_("name"), max_length=60)
    parent = Reference(
        "stock.ProductCategory",
        verbose_name=pgettext_lazy("category", "part of"),
        null=True,
        blank=True,
        related_name="children",
    )

    class Meta(Record.Meta):
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "parent", "name"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="one_product_category_name",
                violation_error_message=_("There is already a category with this name here."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a circle: a category cannot lie below itself."""
        above, steps = self.parent, 0
        while above is not None and self.pk is not None:
            if above.pk == self.pk or steps > MAX_DEPTH:
                raise ValidationError(
                    {"parent": _("%(name)s lies below this category; choose another one.") % {"name": self.parent}}
                )
            above, steps = above.parent, steps + 1


class Product(Record):
    """Something that is sold, counted in `unit`. Prices are in the company's currency, without tax."""

    number = models.CharField(_("code"), max_length=40, editable=False)
    name = models.CharField(pgettext_lazy("product", "name"), max_length=120)
    spec = models.CharField(_("model and specification"), max_length=120, blank=True)
    category = Reference(ProductCategory, verbose_name=_("category"), null=True, blank=True, related_name="products")
    unit = models.CharField(_("unit"), max_length=20, default=UNIT)
    units = models.CharField(
        _("other units"), max_length=200, blank=True,
        help_text=_("How many are in it: box = 24, pallet = 480."),
    )  # fmt: skip
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    list_price = MoneyField(_("list price"), summed=False, null=True, blank=True, validators=[NOT_NEGATIVE])
    cost = MoneyField(_("cost"), summed=False, null=True, blank=True, validators=[NOT_NEGATIVE])
    tax_rate = models.DecimalField(
        _("tax rate, %"), max_digits=5, decimal_places=2, default=VAT,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(100), _("At most 100."))],
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)
    stocked = models.BooleanField(
        _("kept in stock"), default=True, help_text=_("Not for services: nothing of them lies anywhere.")
    )
    # Written by the verbs `retire` and `bring_back`.
    active = models.BooleanField(_("on offer"), default=True, editable=False)
    name_key = models.CharField(max_length=64, blank=True, editable=False)
    # The sums over all warehouses, kept in step by `ledger`, which locks the row; the ledger's lines tell of them.
    # Pieces of one product and metres of another add up to nothing.
    on_hand = quantity_field(_("on hand"), summed=False, max_digits=20, default=NONE, editable=False)
    free = quantity_field(pgettext_lazy("stock", "free"), summed=False, max_digits=20, default=NONE, editable=False)
    category_id: int | None

    derived_fields = ("name_key", "on_hand", "free")
    sorts_by = {"name": "name_key"}

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="one_product_number",
                violation_error_message=_("There is a product with this code already, perhaps in the bin."),
            ),
            models.UniqueConstraint(
                fields=["company", "barcode"],
                condition=~Q(barcode="") & Q(deleted_at=None),
                name="one_barcode",
                violation_error_message=_("There is a product with this barcode already."),
            ),
            models.CheckConstraint(
                condition=(Q(list_price=None) | Q(list_price__gte=0))
                & (Q(cost=None) | Q(cost__gte=0))
                & Q(tax_rate__gte=0, tax_rate__lte=100),
                name="product_amounts_make_sense",
            ),
        ]
        indexes = [
            list_index("product_by_name_key", "name_key", "id", carries=["active"]),
            list_index("product_by_free", "free", "id", carries=["active"]),
            list_index("product_by_category", "category", "name_key", "id"),
            bin_index("product_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.spec}".strip()

    def derive(self) -> None:
        self.name_key = pinyin_key(self.name)

    def holds(self) -> dict[str, Decimal]:
        """How many of the product's unit each of its other units holds."""
        return read_units(self.units, self.unit)
