"""What the clock does: reminders, the word to the manager, and cleaning up after broken uploads.

Each stands being run twice: a reminder has a key per task and due date, an escalation marks its task.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.activity import files
from gucang.activity.actions import tasks
from gucang.activity.models import Attachment, Task
from gucang.activity.policy import policy
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.messages import kinds
from gucang.messages.hearing import notify

# A task that has been late for longer than this is not brought up again by the clock.
LOOK_BACK = timedelta(days=60)


@jobs.every_company("activity.remind", label=_("Reminders"), cron="*/10 * * * *")
def remind() -> None:
    """Once it is morning in the company: what is due today, what is late, and the manager's turn."""
    rule = policy()
    if timezone.localtime(clock.now()).time() < rule.remind_time:
        return
    today = clock.today()
    for task in _open(today, today):
        _tell(task, f"due:{task.pk}:{task.due_on}", kinds.DUE, gettext_noop("Due on %(due_on)s: %(task)s"))
    if rule.remind_again_days:
        for task in _open(today - LOOK_BACK, today - timedelta(days=rule.remind_again_days)):
            _tell(
                task, f"overdue:{task.pk}:{task.due_on}", kinds.OVERDUE, gettext_noop("Due since %(due_on)s: %(task)s")
            )
    if rule.tell_manager_days:
        for task in _open(today - LOOK_BACK, today - timedelta(days=rule.tell_manager_days), escalated_at=None):
            _escalate(task, today)


def _open(first: date, last: date, **only: object) -> list[Task]:
    query = Task.objects.filter(done_at=None, due_on__gte=first, due_on__lte=last, assignee__isnull=False, **only)
    return list(query.select_related("assignee", "assignee__manager", "assignee__department").order_by("pk"))


def _tell(task: Task, key: str, kind: kinds.Kind, sentence: str) -> None:
    assert task.assignee_id is not None
    assert task.due_on is not None
    params = {"task": task.title, "due_on": task.due_on.isoformat()}
    notify(task.assignee_id, kind, sentence, params, about=("task", task.pk), key=key)


def _escalate(task: Task, today: date) -> None:
    assert task.assignee is not None
    assert task.due_on is not None
    manager_id = manager_of(task.assignee)
    if manager_id is not None:
        tasks.escalate(task, actor=system(), manager=manager_id, days=(today - task.due_on).days)


def manager_of(member: Member) -> int | None:
    """Who hears when a member is late: the manager, else the head of the department; never the member."""
    head = member.department.head_id if member.department is not None else None
    return next((pk for pk in (member.manager_id, head) if pk is not None and pk != member.pk), None)


@jobs.every_company("activity.sweep_files", label=_("Old files go"), cron="20 3 * * *")
def sweep_files() -> None:
    """Delete files that no attachment knows, a day after they came."""
    files.sweep(set(Attachment.with_bin.values_list("file", flat=True)))
