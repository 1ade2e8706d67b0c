"""What follows an entry: the next step becomes a task, and those concerned hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_noop

from gucang.activity import queries
from gucang.activity.actions import tasks
from gucang.activity.models import FollowUp, FollowUpKind, Task
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.messages.mentions import mentioned


@reaction("follow_up.create")
def take_the_next_step(event: Event, follow_up: FollowUp, actor: Actor) -> None:
    """A follow-up does the step that was due, and plans the next one. A note is no contact and does nothing."""
    if follow_up.author_id is None:
        return
    if follow_up.kind != FollowUpKind.NOTE:
        steps = queries.open_steps(follow_up.author_id, follow_up.about_type, follow_up.about_id)
        for step in steps:
            if follow_up.next_on or (step.due_on is not None and step.due_on <= clock.today()):
                tasks.complete(step, actor=actor)
    if follow_up.next_on:
        tasks.plan(actor=actor, follow_up=follow_up)


@reaction("follow_up.edit")
def keep_the_next_step(event: Event, follow_up: FollowUp, actor: Actor) -> None:
    """A changed next step changes its task; one that is taken back deletes it."""
    if not {"next_on", "next_step"} & event.changes.keys():
        return
    step = queries.next_step_of(follow_up)
    if step is None:
        if follow_up.next_on and follow_up.author_id is not None:
            tasks.plan(actor=actor, follow_up=follow_up)
    elif follow_up.next_on:
        tasks.replan(step, actor=actor)
    else:
        tasks.delete(step, actor=actor)


@hears("task.create", "task.assign", "task.edit", kind=kinds.ASSIGNED)
def tell_assignee(event: Event) -> Iterator[Told]:
    """Whoever gets a task from somebody else."""
    if "assignee" in event.changes:
        yield Told(
            event.changes["assignee"][1],
            gettext_noop("%(who)s gave you a task: %(task)s"),
            {"who": actor_name(event), "task": event.subject_label},
            many=gettext_noop("%(by)s gave you %(count)s tasks, “%(record)s” among them."),
        )


@hears("task.complete", kind=kinds.DONE)
def tell_giver(event: Event) -> Iterator[Told]:
    """Whoever gave the task to a colleague."""
    task = _task(event)
    if task is not None and task.created_by_id != task.assignee_id:
        yield Told(
            task.created_by_id,
            gettext_noop("%(who)s has done: %(task)s"),
            {"who": actor_name(event), "task": event.subject_label},
        )


@hears("task.escalate", kind=kinds.ESCALATED)
def tell_manager(event: Event) -> Iterator[Told]:
    """The manager of whoever is late."""
    task = _task(event)
    if task is not None and task.assignee is not None:
        yield Told(
            event.facts["manager"],
            gettext_noop("%(who)s is %(days)s days late with: %(task)s"),
            {"who": task.assignee.name, "days": event.facts["days"], "task": event.subject_label},
        )


@hears("follow_up.create", "follow_up.edit", "task.create", "task.edit", kind=kinds.MENTIONED)
def tell_mentioned(event: Event) -> Iterable[Told]:
    """Everybody whom the text names with an @."""
    return _mentioned(event)


@hears("coaching.create", "coaching.edit", kind=kinds.COACHED)
def tell_coached(event: Event) -> Iterator[Told]:
    """The person the advice is for, then whom it mentions besides."""
    if "to" in event.changes:
        yield Told(
            event.changes["to"][1],
            gettext_noop("%(who)s on your work: %(text)s"),
            {"who": actor_name(event), "text": event.subject_label},
        )
    yield from _mentioned(event)


def _mentioned(event: Event) -> Iterator[Told]:
    """Whom the text names now and did not name before."""
    old, new = event.changes.get("text") or event.changes.get("note") or ("", "")
    before = {member.pk for member in mentioned(old or "")}
    for member in mentioned(new or ""):
        if member.pk in before:
            continue
        yield Told(
            member.pk,
            gettext_noop("%(who)s mentions you: %(text)s"),
            {"who": actor_name(event), "text": event.subject_label},
            kind=kinds.MENTIONED,
        )


def _task(event: Event) -> Task | None:
    return Task.objects.filter(pk=event.subject_id).select_related("assignee").first()
