"""Products that are sold together as one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models import Record, Reference, bin_index
from gucang.stock.models.products import NOT_NEGATIVE, Product, quantity_field


class BundlePart(Record):
    """So much of a product (in its own unit) in one of another, the bundle, of which nothing lies anywhere itself."""

    bundle = Reference(Product, verbose_name=_("bundle"), related_name="parts")
    part = Reference(Product, verbose_name=_("part"), related_name="bundles")
    quantity = quantity_field(
        _("quantity"), validators=[NOT_NEGATIVE], help_text=_("How many of the part are in one bundle.")
    )
    bundle_id: int
    part_id: int

    class Meta(Record.Meta):
        verbose_name = _("part of a bundle")
        verbose_name_plural = _("parts of bundles")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "bundle", "part"],
                condition=Q(deleted_at=None),
                name="one_part_once",
                violation_error_message=_("This part is in the bundle already. Change its quantity there."),
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0) & ~Q(part=F("bundle")), name="bundle_of_others"),
        ]
        indexes = [models.Index(fields=["company", "part"], name="bundle_by_part"), bin_index("bundle_part_in_bin")]

    def __str__(self) -> str:
        return f"{self.quantity}"

    def clean(self) -> None:
        """Refuse nothing at all, and what would hold itself."""
        if self.quantity is not None and self.quantity <= 0:
            raise ValidationError({"quantity": _("Write more than nothing.")})
        if self.bundle_id == self.part_id:
            raise ValidationError({"part": _("A bundle is made of others. Choose another product.")})
