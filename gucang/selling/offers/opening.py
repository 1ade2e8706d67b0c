"""Which quote a key opens, and for how long."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from gucang.accounts.models import hash_key
from gucang.kernel import clock
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.selling.models import Quote, QuoteLink, QuoteState

# What a customer is shown; of a version that was superseded only that it was.
SHOWN = (QuoteState.SENT, QuoteState.ACCEPTED, QuoteState.DECLINED, QuoteState.SUPERSEDED)


def address_of(company: Company, key: str) -> str:
    """The whole link. The origin is the configured one, whatever a request says."""
    return f"{settings.PUBLIC_ORIGIN}/{company.slug}/offer/{key}"


def opened_by(key: str, *, held: bool = False) -> QuoteLink | None:
    """The link of this key with its quote, if it opens anything today: not revoked, not over, and not of the bin.

    `held` keeps the quote locked until the transaction ends, so that nobody revokes, answers or supersedes meanwhile.
    """
    found = QuoteLink.objects.filter(key_hash=hash_key(key), revoked_at=None, expires_on__gte=clock.today())
    link = found.first()
    if link is None:
        return None
    if held:
        # In the order in which actions take them: the quote first. Whoever revoked meanwhile has been waited for.
        list(Quote.objects.filter(pk=link.quote_id).select_for_update(no_key=True))
        link = found.first()
        if link is None:
            return None
    quote = Quote.objects.select_related("customer", "owner").filter(pk=link.quote_id).first()
    if quote is None or quote.state not in SHOWN:
        return None
    link.quote = quote
    return link


def open_link(quote: Quote) -> QuoteLink | None:
    """The link that opens a quote today."""
    found = QuoteLink.objects.filter(quote=quote, revoked_at=None, expires_on__gte=clock.today())
    link: QuoteLink | None = found.select_related("made_by").first()
    return link


def note_visit(link: QuoteLink) -> None:
    """Keep when the customer first looked and how often. Two who look at once do not wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE selling_quotelink SET opened_at = COALESCE(opened_at, %s), opens = opens + 1 WHERE id = ("
            "SELECT id FROM selling_quotelink WHERE company_id = %s AND id = %s FOR NO KEY UPDATE SKIP LOCKED)",
            [clock.now(), active_company_id(), link.pk],
        )
