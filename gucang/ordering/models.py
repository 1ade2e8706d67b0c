"""Sales orders with their lines, and what each approved version of one said."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.documents.models import Document, ProductLine, line_rules
from gucang.kernel.models import CompanyModel, MoneyField, Reference, bin_index, list_index
from gucang.selling.models import Opportunity, Quote


class OrderState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("order", "draft")
    APPROVED = "approved", pgettext_lazy("order", "approved")
    CHANGING = "changing", pgettext_lazy("order", "being changed")
    DONE = "done", pgettext_lazy("order", "done")
    CANCELLED = "cancelled", pgettext_lazy("order", "cancelled")


class Delivered(models.TextChoices):
    NONE = "none", pgettext_lazy("order", "not delivered")
    PART = "part", pgettext_lazy("order", "partly delivered")
    WHOLE = "whole", pgettext_lazy("order", "delivered")


class SalesOrder(Document):
    """What a customer has ordered. Once approved it stays as it is; a change is a new `revision`, approved again.

    `delivered` and `lacking` (it holds, and the stock does not cover it) are kept by the module that delivers.
    """

    quote = Reference(Quote, verbose_name=_("quote"), null=True, blank=True, editable=False, related_name="orders")
    opportunity = Reference(Opportunity, verbose_name=_("opportunity"), null=True, blank=True, related_name="orders")
    customer_number = models.CharField(_("customer's order number"), max_length=60, blank=True)
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    deliver_by = models.DateField(_("deliver by"), null=True, blank=True)
    address = models.CharField(_("deliver to"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default=OrderState.DRAFT, editable=False)
    revision = models.PositiveSmallIntegerField(pgettext_lazy("order", "version"), default=1, editable=False)
    approved_on = models.DateField(_("approved on"), null=True, editable=False)
    delivered = models.CharField(
        pgettext_lazy("order", "delivery"), max_length=5, choices=Delivered, default=Delivered.NONE, editable=False
    )
    lacking = models.BooleanField(_("waits for goods"), default=False, editable=False)
    cancelled_for = models.CharField(_("why it was cancelled"), max_length=200, blank=True, editable=False)
    # What the customer's credit said when it was submitted, see `credit`.
    over_credit = MoneyField(_("beyond the credit limit"), default=Decimal(0), editable=False, in_own=True)
    late_days = models.PositiveSmallIntegerField(_("customer late, days"), default=0, editable=False)

    class Meta(Document.Meta):
        verbose_name = _("sales order")
        verbose_name_plural = _("sales orders")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_order_number"),
            models.UniqueConstraint(
                fields=["company", "quote"],
                condition=Q(deleted_at=None, quote__isnull=False) & ~Q(state="cancelled"),
                name="one_order_of_a_quote",
                violation_error_message=_("There is an order of this quote already. Go on there."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "changing", "done"]) | Q(approved_on__isnull=False),
                name="approved_with_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancelled_for=""), name="cancelled_with_a_reason"
            ),
        ]
        indexes = [
            bin_index("order_bin"),
            list_index("order_by_change", "-updated_at", "-id", carries=["owner"]),
            list_index("order_by_owner", "owner", "-updated_at", "-id"),
            list_index("order_by_state", "state", "-updated_at", "-id", carries=["owner"]),
            list_index("order_by_total", "-total_order", "-id", carries=["owner"]),
            models.Index(fields=["company", "customer", "-id"], name="order_by_customer"),
            models.Index(fields=["company", "opportunity", "-id"], name="order_by_opportunity"),
            models.Index(
                fields=["company", "deliver_by", "id"],
                condition=Q(state__in=["approved", "changing"]),
                name="order_by_delivery",
            ),
            models.Index(
                fields=["company", "deliver_by", "id"], condition=Q(lacking=True), name="order_waits_for_goods"
            ),
        ]


class OrderLine(ProductLine):
    """A line of a sales order."""

    order = Reference(SalesOrder, models.CASCADE, related_name="+")

    class Meta(ProductLine.Meta):
        verbose_name = _("line of an order")
        constraints = line_rules("order_line", "order")
        indexes = [
            models.Index(fields=["company", "order", "position"], name="order_line_by_place"),
            models.Index(fields=["company", "product", "order"], name="order_line_by_product"),
        ]


class OrderVersion(CompanyModel):
    """What an order said when it was approved: {"head": {field: value}, "lines": {key: line}, "total": amount}."""

    order = Reference(SalesOrder, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    approved_at = models.DateTimeField()
    approved_by = Reference(Member, null=True, related_name="+")
    content = models.JSONField()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("version of an order")
        constraints = [models.UniqueConstraint(fields=["company", "order", "number"], name="one_order_version")]

    def __str__(self) -> str:
        return f"{self.order_id} V{self.number}"
