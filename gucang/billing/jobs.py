"""The night's work: each step of dunning that a late receivable has come to, once."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gucang.billing import queries
from gucang.billing.actions import dunning
from gucang.billing.models import Dunning, DunningStep, Receivable
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import NotVisible, Refused

BATCH = 500


@jobs.every_company("billing.dun", label=_("Reminders of late money"), cron="40 6 * * *")
def dun(after: int = 0, steps: list[int] | None = None) -> None:
    """Take the dunning steps that are due, a batch a job; running it twice takes none a second time.

    Of a receivable that has come to several steps at once only the last is taken: nobody is told four times in a night
    of what was entered late.
    """
    left = [step for step in reversed(queries.dunning_steps()) if steps is None or step.pk in steps]
    if not left:
        return
    step = left[0]
    batch = list(reached(step).filter(pk__gt=after)[:BATCH])
    for receivable in batch:
        try:
            dunning.remind(receivable, actor=system(), step=step)
        except (NotVisible, Refused):
            # Somebody was faster: it was paid or cancelled since the batch was read.
            continue
    if len(batch) == BATCH:
        jobs.enqueue("billing.dun", after=batch[-1].pk, steps=[one.pk for one in left])
    elif left[1:]:
        dun(steps=[one.pk for one in left[1:]])


def reached(step: DunningStep) -> QuerySet[Receivable]:
    """The open receivables that have come to this step and to no later one, and about which it was not taken.

    A customer who has promised a day is left alone until that day is over.
    """
    today = clock.today()
    taken = Dunning.objects.filter(receivable_id=OuterRef("pk"))
    same_or_later = Q(step_id=step.pk) | Q(days_after_due__gt=step.days_after_due)
    return (
        Receivable.objects.filter(
            Q(promised_on=None) | Q(promised_on__lt=today),
            open_order__gt=0,
            next_due_on__lte=today - timedelta(days=step.days_after_due),
        )
        .exclude(Exists(taken.filter(same_or_later)))
        .order_by("pk")
    )
