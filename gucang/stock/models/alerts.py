"""From when on more has to be bought."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models import Record, Reference, bin_index, list_index
from gucang.stock.models.places import Warehouse
from gucang.stock.models.products import NOT_NEGATIVE, Product, quantity_field


class ReorderPoint(Record):
    """Less than `least` of a product free (in one warehouse, or in all together) has to be known to some.

    `low_since` is when it fell below; it is empty again once it has recovered, and only then is the next fall told.
    """

    product = Reference(Product, verbose_name=_("product"), related_name="reorder_points")
    warehouse = Reference(
        Warehouse, verbose_name=_("warehouse"), null=True, blank=True, related_name="reorder_points",
        help_text=_("Empty is all of them together."),
    )  # fmt: skip
    least = quantity_field(
        _("reorder point"),
        validators=[NOT_NEGATIVE],
        help_text=_("When less than this is free, those who buy are told."),
    )
    order_quantity = quantity_field(
        _("usual order"), null=True, blank=True, validators=[NOT_NEGATIVE], help_text=_("How much is bought at a time.")
    )
    low_since = models.DateTimeField(_("low since"), null=True, blank=True, editable=False)
    product_id: int
    warehouse_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("reorder point")
        verbose_name_plural = _("reorder points")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "product", "warehouse"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="one_reorder_point",
                violation_error_message=_("There is a reorder point for this already. Change it there."),
            ),
            models.CheckConstraint(condition=Q(least__gte=0), name="reorder_point_makes_sense"),
        ]
        indexes = [
            models.Index(
                fields=["company", "-low_since", "-id"], name="reorder_point_low",
                condition=Q(low_since__isnull=False, deleted_at=None),
            ),
            list_index("reorder_point_newest", "-updated_at", "-id"),
            bin_index("reorder_point_in_bin"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.least}"
