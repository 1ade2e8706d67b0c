"""The clock: reminds those whose turn it is, and does what a policy says of a step that is late."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.approvals import clocks, deeds
from gucang.approvals.actions.clocks import run_late
from gucang.approvals.kinds import WAITS
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.messages.hearing import notify

log = structlog.get_logger(__name__)
BATCH = 200
# The longest that a step can run, in days of the year: beyond it nothing can be near its end.
LOOK_AHEAD = timedelta(days=120)


@jobs.every_company("approvals.clock", label=_("Deadlines of approvals"), cron="*/10 * * * *")
def look_at_the_clock() -> None:
    """What is late first, a few hundred a turn; then remind of what will be."""
    late = ApprovalRequest.objects.filter(state=State.WAITING, acts_at__lte=clock.now()).order_by("acts_at", "pk")
    for request in late[:BATCH]:
        try:
            run_late(request.pk, actor=system())
        except Problem as problem:
            log.info("a late request stays", request=request.pk, why=str(problem))
    remind()


def remind() -> None:
    """Tell those whose turn it is, as often before the end as the policy says."""
    now = clock.now()
    rows = ApprovalTask.objects.filter(
        open=True, request__state=State.WAITING, request__due_at__gt=now, request__due_at__lte=now + LOOK_AHEAD
    ).select_related("request__submitter", "request__policy_version")
    sentence = gettext_noop("Until %(due_at)s: %(who)s waits for your decision about %(action)s · %(subject)s")
    for row in rows.order_by("request__due_at", "pk")[:BATCH]:
        request = row.request
        reminders = request.policy_version.read().steps[row.step].reminders
        number = clocks.reminded(row.opened_at or request.since, request.due_at, reminders, now)
        if row.member_id is None or not number:
            continue
        params = {
            "due_at": request.due_at.isoformat(), "who": request.submitter.name,
            "action": deeds.label_of(request.action), "subject": request.subject or request.number,
        }  # fmt: skip
        about = ("approval_request", request.pk)
        notify(
            row.member_id, WAITS, sentence, params, about=about, key=f"approval:{request.pk}:{row.number}:due{number}"
        )
