"""What the clock does: reminds who holds a promise, tells the superior, marks what is overdue, and each night sends
the difference list round. Each stands being run twice.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.messages import kinds as notices
from gucang.messages.hearing import notify
from gucang.promises import differences, people
from gucang.promises.actions import settling
from gucang.promises.models import OPEN, Promise, State

log = structlog.get_logger(__name__)
BATCH = 500
REMIND_BEFORE = timedelta(hours=24)
# What waits for approval has a clock of its own.
CLOCKED = (State.MADE, State.BINDING, State.BOOKED)


@jobs.every_company("promises.clock", label=_("Deadlines of promises"), cron="*/10 * * * *")
def look_at_the_clock() -> None:
    """What is overdue and late first, a few hundred a turn; then remind of what will be."""
    over = Promise.objects.filter(state__in=OPEN, until__lt=clock.today(), overdue_at=None)
    for promise in over.order_by("until", "pk")[:BATCH]:
        _try(lambda promise=promise: settling.expire(promise.pk, actor=system()), promise)
    late = Promise.objects.filter(state__in=CLOCKED, due_at__lte=clock.now(), escalated_at=None)
    for promise in late.select_related("holder__manager", "holder__department__head").order_by("due_at", "pk")[:BATCH]:
        above = people.superior(promise.holder) if promise.holder is not None else None
        _try(
            lambda promise=promise, above=above: settling.escalate(promise.pk, actor=system(), superior=above),
            promise,
        )
    remind()


def _try(deed: object, promise: Promise) -> None:
    assert callable(deed)
    try:
        deed()
    except Problem as problem:
        log.info("a promise stays as it is", promise=promise.pk, why=str(problem))


def remind() -> None:
    """Tell who holds a promise, once for each deadline, when a day is left."""
    now = clock.now()
    soon = Promise.objects.filter(state__in=CLOCKED, due_at__gt=now, due_at__lte=now + REMIND_BEFORE)
    sentence = gettext_noop("Until %(due_at)s: %(promise)s, promised to %(customer)s")
    for promise in soon.filter(holder__isnull=False).select_related("customer").order_by("due_at", "pk")[:BATCH]:
        assert promise.holder_id is not None
        params = {"due_at": promise.due_at.isoformat(), "promise": promise.what, "customer": promise.customer.name}
        key = f"promise:{promise.pk}:{promise.due_at.isoformat()}"
        notify(promise.holder_id, notices.DUE, sentence, params, about=("promise", promise.pk), key=key)


@jobs.every_company("promises.differences", label=_("Difference list of promises"), cron="40 4 * * *")
def send_the_list_round() -> None:
    """Who holds what does not agree hears of it once, whoever looks at the list or not."""
    for check in differences.every():
        for row in check.find(system(), BATCH):
            if row.holder_id is None:
                continue
            params = {"what": row.title, "customer": row.customer, "check": str(check.name)}
            notify(
                row.holder_id,
                notices.OVERDUE,
                gettext_noop("On the difference list: %(what)s, promised to %(customer)s"),
                params,
                about=row.about,
                key=f"difference:{check.key}:{row.about[0]}:{row.about[1]}",
            )
