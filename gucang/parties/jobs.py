"""The night's work: warn of the pool, and put back what nobody cared for. And what takes a while: reading a card."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import NotVisible, Refused
from gucang.parties import queries, rules
from gucang.parties.actions import pool
from gucang.parties.cards.reading import have_read

BATCH = 500


@jobs.every_company("parties.recycle", label=_("Customers fall back into the pool"), cron="30 2 * * *")
def recycle(after: int = 0) -> None:
    """Warn owners and recycle customers, a batch a job; running it twice changes nothing the second time."""
    set_by_company, today = queries.pool_rules(), clock.today()
    due = queries.falling(set_by_company, today + timedelta(days=set_by_company.warn_days))
    batch = list(due.filter(pk__gt=after)[:BATCH])
    for customer in batch:
        verb = None
        if rules.may_recycle(customer, set_by_company, today):
            verb = pool.recycle
        elif rules.may_warn(customer, set_by_company, today):
            verb = pool.warn
        if verb is None:
            continue
        try:
            verb(customer, actor=system())
        except (NotVisible, Refused):
            # Its owner was faster: a follow-up, a hand-over or the bin since the batch was read.
            continue
    if len(batch) == BATCH:
        jobs.enqueue("parties.recycle", after=batch[-1].pk)


jobs.job("parties.read_card", label=_("Reading of a business card"), outside=True)(have_read)
