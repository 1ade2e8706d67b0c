"""Verbs of the task."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member, Status
from gucang.activity import entries, rules
from gucang.activity.models import FollowUp, Task
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Among, Text


def _working(actor: Actor) -> Q:
    return ~Q(status=Status.LEFT)


def _set_due(task: Task) -> None:
    if task.due_at is not None:
        task.due_on = timezone.localdate(task.due_at)


def _planned(task: Task, actor: Actor) -> None:
    task.about_type = task.about_type or ""
    if task.about_type:
        entries.set_subject(task, actor)
    elif task.about_id is not None:
        raise Invalid({"about_type": [_t("Say what kind of record this number means.")]})
    task.created_by_id = actor.member_id
    if task.assignee_id is None:
        task.assignee_id = actor.member_id
    _set_due(task)


def _changed(task: Task, actor: Actor) -> None:
    task.about_type = task.about_type or ""
    entries.keep_subject(task)
    _set_due(task)
    _forget_warning(task)


def _forget_warning(task: Task) -> None:
    """A task that is not late any more may be told on again when it is."""
    if task.due_on is None or task.due_on >= clock.today():
        task.escalated_at = None


create = creating("task", prepare=_planned, label=_("New task"))
edit = editing("task", prepare=_changed, guard=rules.why_not_open, hands_over=True)
delete = deleting("task")
restore = restoring("task")


@action("task.plan", label=_("Plan the next step"), creates=True, internal=True, icon="calendar-event")
def plan(task: Task, *, actor: Actor, follow_up: FollowUp) -> None:
    """Make the next step of a follow-up a task of its author."""
    task.set_about(follow_up.get_about())
    task.follow_up = follow_up
    task.created_by_id = actor.member_id
    task.assignee_id = follow_up.author_id
    _take_step(task, follow_up)


@action("task.replan", label=_("Plan anew"), guard=rules.why_not_open, internal=True, icon="calendar-event")
def replan(task: Task, *, actor: Actor) -> None:
    """Bring the task in line with the follow-up whose next step it is."""
    if task.follow_up is not None:
        _take_step(task, task.follow_up)
        _forget_warning(task)


def _take_step(task: Task, follow_up: FollowUp) -> None:
    step = follow_up.next_step or _t("Follow up with %(name)s") % {"name": follow_up.get_about()}
    task.title, task.due_on, task.due_at = step[:200], follow_up.next_on, None


@action("task.complete", label=_("Done"), guard=rules.why_not_open, icon="check", tone="primary")
def complete(task: Task, *, actor: Actor) -> None:
    """Tick the task off."""
    task.done_at = clock.now()


@action("task.reopen", label=_("Reopen"), guard=rules.why_not_done, icon="arrow-back-up")
def reopen(task: Task, *, actor: Actor) -> None:
    """It was not done after all."""
    task.done_at = None


@action(
    "task.assign",
    label=_("Give to"),
    guard=rules.why_not_open,
    hands_over=True,
    unowned=True,
    icon="user-check",
    labels={"to": _("Colleague"), "note": _("note")},
)
def assign(
    task: Task,
    *,
    actor: Actor,
    # The Django plugin of mypy takes what stands beside a model in Annotated for a type.
    to: Annotated[Member, Among(_working)],  # type: ignore[valid-type]
    note: Annotated[str, Text()] = "",
) -> dict[str, Any]:
    """Give the task to a colleague."""
    task.assignee = to
    return {"note": note} if note else {}


@action(
    "task.postpone",
    label=_("Postpone"),
    guard=rules.why_not_open,
    icon="clock",
    labels={"to": _("New date"), "why": _("Reason")},
)
def postpone(task: Task, *, actor: Actor, to: date, why: Annotated[str, Text()] = "") -> dict[str, Any]:
    """Move the due date; a time of day stays."""
    if to < clock.today():
        raise Invalid({"to": [_t("This day is over. Choose today or a later one.")]})
    if task.due_at is not None:
        local = timezone.localtime(task.due_at)
        task.due_at = local.replace(year=to.year, month=to.month, day=to.day)
    task.due_on = to
    _forget_warning(task)
    return {"why": why} if why else {}


@action(
    "task.escalate",
    label=_("Tell the manager"),
    allow=rules.may_escalate,
    guard=rules.why_not_open,
    internal=True,
    icon="flag",
)
def escalate(task: Task, *, actor: Actor, manager: Member, days: int) -> dict[str, Any]:
    """Tell the assignee's manager that the task is `days` days late. Once per due date, by the clock only."""
    task.escalated_at = clock.now()
    return {"manager": manager.pk, "days": days}
