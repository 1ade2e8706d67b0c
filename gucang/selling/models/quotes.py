"""Quotes with their lines and versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.documents.models import Document, ProductLine, line_rules
from gucang.kernel.models import Reference, bin_index, list_index
from gucang.selling.models.deals import Opportunity

if TYPE_CHECKING:
    from gucang.selling.models.links import QuoteLink


class QuoteState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("quote", "draft")
    SENT = "sent", pgettext_lazy("quote", "sent")
    ACCEPTED = "accepted", pgettext_lazy("quote", "accepted")
    DECLINED = "declined", pgettext_lazy("quote", "declined")
    EXPIRED = "expired", pgettext_lazy("quote", "expired")
    SUPERSEDED = "superseded", pgettext_lazy("quote", "superseded")


class Quote(Document):
    """An offer to a customer. A later version is a quote of its own beside the one that it `revises`.

    Versions share their `root`, the first of them; `ordered` once an order was made of it.
    """

    opportunity = Reference(Opportunity, verbose_name=_("opportunity"), null=True, blank=True, related_name="quotes")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=QuoteState, default=QuoteState.DRAFT, editable=False)
    revision = models.PositiveSmallIntegerField(pgettext_lazy("quote", "version"), default=1, editable=False)
    root = Reference("selling.Quote", null=True, editable=False, related_name="versions")
    revises = Reference(
        "selling.Quote", verbose_name=_("new version of"), null=True, editable=False, related_name="revisions"
    )
    sent_on = models.DateField(_("sent on"), null=True, editable=False)
    answered_on = models.DateField(_("answered on"), null=True, editable=False)
    declined_for = models.CharField(_("why it was declined"), max_length=200, blank=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=60, blank=True, editable=False)
    customer_number = models.CharField(_("customer's order number"), max_length=60, blank=True, editable=False)
    ordered = models.BooleanField(_("ordered"), default=False, editable=False)

    # Only on the record that `quote.give_link` returns.
    link: QuoteLink

    class Meta(Document.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_quote_number"),
            models.UniqueConstraint(
                fields=["company", "revises"],
                condition=Q(deleted_at=None, revises__isnull=False),
                name="one_new_version",
                violation_error_message=_("There is a new version of this quote already. Go on with that one."),
            ),
            models.CheckConstraint(
                condition=Q(ordered=False) | Q(state="accepted"),
                name="only_accepted_quotes_are_ordered",
            ),
        ]
        indexes = [
            bin_index("quote_bin"),
            list_index("quote_by_change", "-updated_at", "-id", carries=["owner"]),
            list_index("quote_by_owner", "owner", "-updated_at", "-id"),
            list_index("quote_by_state", "state", "-updated_at", "-id", carries=["owner"]),
            list_index("quote_by_total", "-total_order", "-id", carries=["owner"]),
            models.Index(fields=["company", "customer", "-id"], name="quote_by_customer"),
            models.Index(fields=["company", "opportunity", "-id"], name="quote_by_opportunity"),
            models.Index(fields=["company", "root", "revision"], name="quote_by_root"),
            models.Index(fields=["company", "valid_until", "id"], condition=Q(state="sent"), name="quote_by_validity"),
        ]


class QuoteLine(ProductLine):
    """A line of a quote."""

    quote = Reference(Quote, models.CASCADE, related_name="+")

    class Meta(ProductLine.Meta):
        verbose_name = _("line of a quote")
        constraints = line_rules("quote_line", "quote")
        indexes = [
            models.Index(fields=["company", "quote", "position"], name="quote_line_by_place"),
            models.Index(fields=["company", "product", "quote"], name="quote_line_by_product"),
        ]
