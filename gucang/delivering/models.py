"""Deliveries, and what comes back of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import Line, MoneyField, Record, Reference, bin_index, list_index
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.stock.models import Product, Warehouse

ZERO = Decimal(0)


class DeliveryState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("delivery", "to confirm")
    CONFIRMED = "confirmed", pgettext_lazy("delivery", "confirmed")


class Delivery(Record):
    """Goods of one order on their way to the customer; with `returns`, goods of that delivery on their way back.

    Once confirmed it stays as it is: a mistake is taken back by a return. Amounts are those of the order's lines in
    proportion, in its currency; of a return they are below zero. `again`: what came back is to be delivered anew.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    order = Reference(SalesOrder, verbose_name=_("sales order"), related_name="deliveries")
    returns = Reference(
        "delivering.Delivery", verbose_name=_("return of"), null=True, blank=True, editable=False,
        related_name="came_back",
    )  # fmt: skip
    again = models.BooleanField(
        _("deliver again"), default=False, help_text=_("Of a return: the customer gets the goods once more.")
    )
    customer = Reference(Customer, verbose_name=_("customer"), editable=False, related_name="+")
    # In words, for those who see neither customers nor orders.
    order_number = models.CharField(_("order number"), max_length=40, editable=False)
    receiver = models.CharField(_("receiver"), max_length=200, blank=True)
    address = models.CharField(_("deliver to"), max_length=200, blank=True)
    due_on = models.DateField(_("deliver by"), null=True, blank=True)
    warehouse = Reference(
        Warehouse, verbose_name=_("warehouse"), null=True, blank=True, related_name="+",
        help_text=_("Empty is wherever the goods are reserved."),
    )  # fmt: skip
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState, default=DeliveryState.DRAFT, editable=False
    )
    confirmed_on = models.DateField(_("delivered on"), null=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    net = MoneyField(_("before tax"), default=ZERO, editable=False)
    tax = MoneyField(_("tax"), default=ZERO, editable=False)
    total = MoneyField(_("total with tax"), default=ZERO, editable=False)
    # The total in hundredths: whole numbers find their place in an index under row security, decimals do not.
    total_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("total_order",)
    sorts_by = {"total": "total_order"}
    order_id: int
    returns_id: int | None
    warehouse_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_delivery_number"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(confirmed_on__isnull=False), name="confirmed_with_a_day"
            ),
            models.CheckConstraint(condition=Q(state="draft") | Q(deleted_at=None), name="delivered_for_good"),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="delivery_adds_up"),
        ]
        indexes = [
            bin_index("delivery_bin"),
            list_index("delivery_by_change", "-updated_at", "-id"),
            list_index("delivery_by_state", "state", "-updated_at", "-id"),
            list_index("delivery_by_total", "-total_order", "-id"),
            models.Index(fields=["company", "order", "-id"], name="delivery_by_order"),
            models.Index(fields=["company", "customer", "-id"], name="delivery_by_customer"),
            models.Index(fields=["company", "returns"], name="delivery_by_returned"),
            models.Index(
                fields=["company", "due_on", "id"], condition=Q(state="draft", deleted_at=None), name="delivery_to_send"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_return(self) -> bool:
        """Whether goods come back by it."""
        return self.returns_id is not None

    @property
    def day(self) -> date | None:
        """When it happened, or should."""
        return self.confirmed_on or self.due_on

    def derive(self) -> None:
        self.total_order = int(self.total * 100)


class DeliveryLine(Line):
    """So much of one line of the order: `item` is its key there, the same in all versions of the order."""

    delivery = Reference(Delivery, models.CASCADE, related_name="+")
    item = models.PositiveSmallIntegerField(default=0, editable=False)
    product = Reference(Product, verbose_name=_("product"), related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    note = models.CharField(pgettext_lazy("line", "note"), max_length=200, blank=True)
    # In the product's own unit.
    base_quantity = models.DecimalField(max_digits=20, decimal_places=6, editable=False)
    net = MoneyField(_("before tax"), editable=False)
    tax = MoneyField(_("tax"), editable=False)
    gross = MoneyField(_("with tax"), editable=False)
    product_id: int

    class Meta(Line.Meta):
        verbose_name = _("line of a delivery")
        constraints = [
            models.UniqueConstraint(fields=["company", "delivery", "key"], name="one_delivery_line_key"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, base_quantity__gt=0, item__gt=0), name="delivery_line_makes_sense"
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="delivery_line_adds_up"),
        ]
        indexes = [models.Index(fields=["company", "delivery", "position"], name="delivery_line_by_place")]

    def __str__(self) -> str:
        return f"{self.key}: {self.product_id} × {self.quantity}"
