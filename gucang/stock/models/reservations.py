"""What is promised to documents, and what is on its way here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import Record, Reference, bin_index, list_index
from gucang.stock.models.places import Warehouse
from gucang.stock.models.products import NONE, NOT_NEGATIVE, Product, quantity_field

_UNIT_HELP = _("Empty is the product's own; or one of its other units.")


class Reservation(Record):
    """A quantity of a product in a warehouse that is kept for a document, in the product's own unit.

    `left` is what of it is still kept: neither issued nor released. The document is named by type and id, for those
    above who call by program, and by its number, for people.
    """

    product = Reference(Product, verbose_name=_("product"), related_name="reservations")
    warehouse = Reference(Warehouse, verbose_name=_("warehouse"), related_name="reservations")
    quantity = quantity_field(_("quantity"), validators=[NOT_NEGATIVE])
    document = models.CharField(_("document"), max_length=60, blank=True, help_text=_("For which order or customer."))
    document_type = models.CharField(max_length=40, blank=True, editable=False)
    document_id = models.BigIntegerField(null=True, blank=True, editable=False)
    # Which line of the document; 0 where it has none.
    line = models.BigIntegerField(default=0, editable=False)
    issued = quantity_field(pgettext_lazy("reservation", "issued"), default=NONE, editable=False)
    released = quantity_field(pgettext_lazy("reservation", "released"), default=NONE, editable=False)
    left = quantity_field(_("still reserved"), default=NONE, editable=False)
    product_id: int
    warehouse_id: int

    class Meta(Record.Meta):
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, issued__gte=0, released__gte=0, left__gte=0)
                & Q(left=F("quantity") - F("issued") - F("released")),
                name="reservation_adds_up",
                violation_error_message=_("More than is reserved can be neither issued nor released."),
            )
        ]
        indexes = [
            models.Index(fields=["company", "document_type", "document_id"], name="reservation_by_document"),
            models.Index(fields=["company", "product", "warehouse"], name="reservation_open", condition=Q(left__gt=0)),
            models.Index(fields=["company", "-id"], name="reservation_newest"),
        ]

    def __str__(self) -> str:
        return self.document or f"{self.quantity}"


class ExpectedReceipt(Record):
    """A quantity that should come into a warehouse on a day. `arrive` makes stock of it, in parts or whole."""

    product = Reference(Product, verbose_name=_("product"), related_name="expected")
    warehouse = Reference(Warehouse, verbose_name=_("warehouse"), related_name="expected")
    quantity = quantity_field(_("quantity"), validators=[NOT_NEGATIVE])
    unit = models.CharField(_("unit"), max_length=20, blank=True, help_text=_UNIT_HELP)
    on = models.DateField(pgettext_lazy("expected receipt", "expected on"))
    document = models.CharField(_("document"), max_length=60, blank=True, help_text=_("The purchase order."))
    supplier = models.CharField(_("supplier"), max_length=100, blank=True)
    note = models.TextField(_("note"), blank=True)
    # In the product's own unit; what of it is still to come, 0 once it is called off.
    received = quantity_field(pgettext_lazy("expected receipt", "received"), default=NONE, editable=False)
    left = quantity_field(_("still to come"), default=NONE, editable=False)
    called_off = models.BooleanField(_("called off"), default=False, editable=False)
    product_id: int
    warehouse_id: int

    class Meta(Record.Meta):
        verbose_name = _("expected receipt")
        verbose_name_plural = _("expected receipts")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, received__gte=0, left__gte=0), name="expected_adds_up")
        ]
        indexes = [
            list_index("expected_by_day", "on", "id"),
            models.Index(
                fields=["company", "product", "on"], name="expected_open", condition=Q(left__gt=0, deleted_at=None)
            ),
            bin_index("expected_in_bin"),
        ]

    def __str__(self) -> str:
        return self.document or f"{self.on:%Y-%m-%d}"
