"""The night's work: quotes whose last day has passed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import NotVisible, Refused
from gucang.selling.actions import quotes
from gucang.selling.models import Quote, QuoteState

BATCH = 500


@jobs.every_company("selling.expire", label=_("Quotes out of date"), cron="20 0 * * *")
def expire(after: int = 0) -> None:
    """Let quotes expire that nobody answered in time, a batch a job; running it twice changes nothing."""
    late = Quote.objects.filter(state=QuoteState.SENT, valid_until__lt=clock.today(), pk__gt=after).order_by("pk")
    batch = list(late[:BATCH])
    for quote in batch:
        try:
            quotes.expire(quote, actor=system())
        except (NotVisible, Refused):
            continue  # answered since the batch was read
    if len(batch) == BATCH:
        jobs.enqueue("selling.expire", after=batch[-1].pk)
