"""A step of dunning about one receivable: somebody is told that its money is late."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.activity.actions import tasks
from gucang.billing import people, rules
from gucang.billing.models import Does, Dunning, DunningStep, Receivable
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import system
from gucang.kernel.errors import Refused
from gucang.kernel.permissions import is_the_system


@action(
    "receivable.remind", label=_("Remind of late money"), allow=is_the_system, guard=rules.why_not_open,
    internal=True, always=True, icon="bell",
)  # fmt: skip
def remind(receivable: Receivable, *, step: DunningStep) -> dict[str, Any]:
    """Take one step of dunning, once: a message follows from the event, a task is made here. By the clock only."""
    if Dunning.objects.filter(receivable_id=receivable.pk, step_id=step.pk).exists():
        raise Refused(_t("This step was taken already."))
    Dunning(receivable=receivable, step=step, days_after_due=step.days_after_due, at=clock.now()).save()
    receivable.reminded_on = clock.today()
    told = people.told_by(step, receivable.customer.owner)
    if step.does == Does.TASK:
        for member_id in told:
            _make_task(receivable, step, member_id)
    return {"step": step.name, "does": step.does, "told": told, "text": step.text}


def _make_task(receivable: Receivable, step: DunningStep, member_id: int) -> None:
    title = _t("%(step)s: %(customer)s, %(number)s") % {
        "step": step.text or step.name, "customer": receivable.customer, "number": receivable.number,
    }  # fmt: skip
    values = {
        "title": title[:200], "assignee": member_id, "due_on": clock.today(), "about_type": "receivable",
        "about_id": receivable.pk,
    }  # fmt: skip
    tasks.create(actor=system(), values=values)
