"""Who may see and do what. Who sees a record sees what was written about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.activity import subjects
from gucang.activity.policy import policy
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING, about_q, reach_q
from gucang.surface import ui

SEE_CONTRACTS = "attachment.view_contract"


def visible_follow_ups(actor: Actor) -> Q:
    return about_q(actor, subjects.types()) if actor.may("follow_up.view") else NOTHING


def visible_tasks(actor: Actor) -> Q:
    """Those within reach by their assignee, those one gave to others, and those about what one sees."""
    if not actor.may("task.view"):
        return NOTHING
    within = reach_q(actor, "task.view", owner="assignee_id")
    if not within:  # an empty filter is "all", and would vanish in an OR
        return within
    given = Q(created_by_id=actor.member_id) if actor.member_id else NOTHING
    return within | given | about_q(actor, subjects.types())


def visible_coaching(actor: Actor) -> Q:
    return about_q(actor, subjects.types(subjects.COACHED)) if actor.may("coaching.view") else NOTHING


def visible_attachments(actor: Actor) -> Q:
    """Files about what one sees; contracts only where one may see these."""
    if not actor.may("attachment.view"):
        return NOTHING
    return about_q(actor, subjects.types(subjects.ATTACHED)) & visible_kinds(actor)


def visible_kinds(actor: Actor) -> Q:
    """The files of a record that one sees anyway."""
    return Q() if actor.may(SEE_CONTRACTS) else ~Q(kind="contract")


def may_escalate(actor: Actor, task: Any) -> bool:
    """Nobody tells on a colleague by hand: the clock does."""
    return actor.kind == "system"


def why_settled(entry: Any) -> str | None:
    """Why what was written stays as it is: after some days it is what others have relied on."""
    days = policy().edit_days
    if clock.now() - entry.created_at <= timedelta(days=days):
        return None
    return _t(
        "This was written more than %(days)s days ago and stays as it is. Add a new entry that puts it right."
    ) % {"days": days}


def why_not_open(task: Any) -> str | None:
    """Why an open task's verb cannot be done: it is done already."""
    if task.done_at is None:
        return None
    return _t("“%(task)s” was done %(when)s. Reopen it first.") % {
        "task": task, "when": ui.moment_text(task.done_at)
    }  # fmt: skip


def why_not_done(task: Any) -> str | None:
    """Why a task cannot be reopened: it is open."""
    return None if task.done_at else _t("“%(task)s” is still open.") % {"task": task}
