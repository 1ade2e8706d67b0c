"""Links by which customers see and answer quotes without signing in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gucang.accounts.models import Member
from gucang.kernel.models import CompanyModel, Reference
from gucang.selling.models.quotes import Quote


class QuoteLink(CompanyModel):
    """A link to one version of a quote; the latest one of a quote is the only one that opens it.

    The key in its address is nowhere kept, only its hash. `opened_at` and `opens` are of the customer's visits; they
    change nothing that anybody decided, so they are written without an action.
    """

    quote = Reference(Quote, models.CASCADE, related_name="links")
    key_hash = models.CharField(max_length=64, editable=False)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, editable=False)
    made_by = Reference(Member, null=True, related_name="+")
    made_at = models.DateTimeField(editable=False)
    expires_on = models.DateField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    opens = models.PositiveIntegerField(default=0, editable=False)
    quote_id: int

    # Only on the link that was made just now.
    key: str

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "key_hash"], name="one_quote_link_key"),
            models.UniqueConstraint(
                fields=["company", "quote"], condition=Q(revoked_at=None), name="one_open_link_of_a_quote"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.made_at:%Y-%m-%d}"
