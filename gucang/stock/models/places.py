"""Where things lie: warehouses, how much of what is in them, and the ledger of everything that moved."""

from __future__ import annotations

from datetime import datetime, time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import clock
from gucang.kernel.models import Record, Reference, list_index
from gucang.stock.models.products import NONE, NOT_NEGATIVE, Product, quantity_field


class Warehouse(Record):
    """A place where products lie."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    address = models.CharField(_("address"), max_length=200, blank=True)
    keeper = Reference("accounts.Member", verbose_name=_("keeper"), null=True, blank=True, related_name="+")
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_warehouse_name",
                violation_error_message=_("There is already a warehouse with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(Record):
    """How much of a product is in a warehouse, in its own unit. Kept in step with the ledger by `ledger`, by it alone.

    The database itself refuses what is not there: nothing goes below zero, nor below what is reserved.
    """

    warehouse = Reference(Warehouse, verbose_name=_("warehouse"), related_name="levels")
    product = Reference(Product, verbose_name=_("product"), related_name="levels")
    on_hand = quantity_field(_("on hand"), default=NONE, editable=False)
    reserved = quantity_field(_("reserved"), default=NONE, editable=False)
    free = quantity_field(pgettext_lazy("stock", "free"), default=NONE, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["company", "product", "warehouse"], name="one_stock_level"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, free__gte=0, free=F("on_hand") - F("reserved")),
                name="never_oversold",
                violation_error_message=_("There is not so much of it."),
            ),
        ]
        indexes = [list_index("stock_level_by_warehouse", "warehouse", "product", carries=["on_hand", "free"])]

    product_id: int
    warehouse_id: int

    def __str__(self) -> str:
        return f"{self.on_hand}"


class MoveKind(models.TextChoices):
    RECEIVE = "receive", pgettext_lazy("stock", "receive")
    ISSUE = "issue", pgettext_lazy("stock", "issue")
    TRANSFER = "transfer", pgettext_lazy("stock", "transfer")
    COUNT = "count", pgettext_lazy("stock", "count")
    REVERSE = "reverse", pgettext_lazy("stock", "reverse")


class StockMove(Record):
    """One line of the ledger of stock. Nothing changes or deletes it, neither a verb nor, by a trigger, any statement.

    `quantity` of `unit` is what was entered (of a count, what was found); `change` is what it did to `warehouse`, in
    the product's own unit; a transfer does the opposite to `to_warehouse`. `balance` is what `warehouse` had then.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=MoveKind, default=MoveKind.RECEIVE)
    product = Reference(Product, verbose_name=_("product"), related_name="moves")
    warehouse = Reference(Warehouse, verbose_name=_("warehouse"), related_name="moves")
    to_warehouse = Reference(
        Warehouse, verbose_name=_("to warehouse"), null=True, blank=True, related_name="moves_here"
    )
    quantity = quantity_field(
        _("quantity"), validators=[NOT_NEGATIVE], help_text=_("Of a stock count: how many are really there.")
    )
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, help_text=_("Empty is the product's own; or one of its other units.")
    )
    on = models.DateField(pgettext_lazy("stock", "on"), blank=True, help_text=_("Empty is today."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    document = models.CharField(
        _("document"), max_length=60, blank=True, help_text=_("The number of the delivery note, the order, the count.")
    )
    # The record behind the document, for modules above that move stock by program.
    document_type = models.CharField(max_length=40, blank=True, editable=False)
    document_id = models.BigIntegerField(null=True, blank=True, editable=False)
    change = quantity_field(_("change"), default=NONE, editable=False)
    balance = quantity_field(_("on hand afterwards"), default=NONE, editable=False)
    reverses = Reference(
        "stock.StockMove", verbose_name=_("reverses"), null=True, blank=True, editable=False, related_name="reversed_by"
    )

    class Meta(Record.Meta):
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_stock_move_number"),
            models.UniqueConstraint(
                fields=["company", "reverses"],
                condition=Q(reverses__isnull=False),
                name="reversed_once",
                violation_error_message=_("This move has been reversed already."),
            ),
            models.CheckConstraint(
                condition=Q(kind=MoveKind.RECEIVE, change__gt=0)
                | Q(kind__in=(MoveKind.ISSUE, MoveKind.TRANSFER), change__lt=0)
                | Q(kind=MoveKind.COUNT)
                | Q(kind=MoveKind.REVERSE, reverses__isnull=False),
                name="stock_move_has_a_direction",
            ),
            models.CheckConstraint(
                condition=(Q(kind=MoveKind.TRANSFER, to_warehouse__isnull=False) & ~Q(to_warehouse=F("warehouse")))
                | Q(kind=MoveKind.REVERSE)
                | Q(kind__in=(MoveKind.RECEIVE, MoveKind.ISSUE, MoveKind.COUNT), to_warehouse=None),
                name="only_transfers_arrive",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0, deleted_at=None), name="moved_for_good"),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="stock_move_newest"),
            models.Index(fields=["company", "product", "-id"], name="stock_move_by_product"),
            models.Index(fields=["company", "warehouse", "product", "on"], name="stock_move_by_place"),
            models.Index(
                fields=["company", "to_warehouse", "product", "on"], name="stock_move_by_target",
                condition=Q(to_warehouse__isnull=False),
            ),
            models.Index(
                fields=["company", "document_type", "document_id"], name="stock_move_by_document",
                condition=~Q(document_type=""),
            ),
        ]  # fmt: skip

    for_good = True
    product_id: int
    warehouse_id: int
    to_warehouse_id: int | None

    def __str__(self) -> str:
        return self.number

    @property
    def happened_at(self) -> datetime | None:
        """When it really happened, of what is entered on a later day: noon of that day; the log knows it as late."""
        if self.on is None or self.on >= clock.today():
            return None
        return timezone.make_aware(datetime.combine(self.on, time(12)))
