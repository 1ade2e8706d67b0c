"""What may be done with an automation. What it does is its owner's alone to decide; others may stop it or take over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.automation import conditions, queries, rules, steps, triggers, webhooks
from gucang.automation.models import Automation, Secret, Trigger
from gucang.kernel import clock, jobs
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.kernel.records import RecordType


def _begin(automation: Automation, actor: Actor) -> None:
    """A new one acts as whoever made it, is off, and waits for new records until something else is chosen."""
    if actor.member_id is None:
        raise Refused(_t("An automation acts as a member. Sign in as one."))
    automation.owner_id = actor.member_id
    triggers.type_of(automation)


def _edited(automation: Automation, actor: Actor) -> None:
    was = Automation.with_bin.values_list("record_type", flat=True).get(pk=automation.pk)
    if was != automation.record_type:
        sentence = _t("What it is about stays: its conditions and steps name fields of that. Make a new one.")
        raise Invalid({"record_type": [sentence]})


def _deleted(automation: Automation) -> str | None:
    return _t("“%(name)s” is on. Turn it off first.") % {"name": automation} if automation.active else None


create = creating("automation", prepare=_begin, label=_("New automation"))
edit = editing("automation", prepare=_edited, allow=rules.is_the_owner)
delete = deleting("automation", guard=_deleted)
restore = restoring("automation")


@action(
    "automation.set_trigger", label=_("Set when it starts"), allow=rules.is_the_owner, icon="bolt",
    labels={
        "trigger": _("starts when"), "verb": _("what is done"), "field": _("field"), "old": _("from"), "new": _("to"),
        "days": _("days after the date"), "at_time": _("time of day"),
    },
)  # fmt: skip
def set_trigger(
    automation: Automation,
    *,
    actor: Actor,
    trigger: Trigger,
    verb: str = "",
    field: str = "",
    old: str = "",
    new: str = "",
    days: int = 0,
    at_time: str = "09:00",
) -> None:
    """Say what starts it: `verb` was done, `field` changed from `old` to `new`, or its date lies `days` back."""
    given = {
        "trigger": trigger, "verb": verb, "field": field, "old": old, "new": new, "days": days, "at_time": at_time,
    }  # fmt: skip
    for name, value in triggers.check(given, triggers.type_of(automation), actor).items():
        setattr(automation, name, value)


@action(
    "automation.set_conditions", label=_("Set its conditions"), allow=rules.is_the_owner, icon="filter",
    labels={"conditions": _("conditions")},
)  # fmt: skip
def set_conditions(automation: Automation, *, actor: Actor, conditions: Annotated[str, Text(long=True)] = "") -> None:
    """Say for which records: lines of list parameters, of which one must hold whole."""
    automation.conditions = checked_conditions(conditions, automation, actor)


def checked_conditions(text: str, automation: Automation, actor: Actor) -> str:
    """Conditions as they are kept. Raises Invalid."""
    return conditions.check(text, triggers.type_of(automation), actor)


@action(
    "automation.set_steps", label=_("Set its steps"), allow=rules.is_the_owner, icon="list-check",
    labels={"steps": _("steps")},
)  # fmt: skip
def set_steps(automation: Automation, *, actor: Actor, steps: Annotated[str, Text(long=True)] = "[]") -> None:
    """Say what it does, as a JSON list."""
    automation.steps = checked_steps(steps, automation, actor)
    if '"webhook"' in automation.steps and not Secret.objects.filter(automation=automation).exists():
        Secret.objects.create(automation=automation, value=webhooks.new_secret(), created_at=clock.now())


def checked_steps(text: str, automation: Automation, actor: Actor) -> str:
    """Steps as they are kept. Raises Invalid."""
    return steps.write(steps.check(steps.read(text), triggers.type_of(automation), actor))


@action(
    "automation.turn_on", label=_("Turn on"), allow=rules.is_the_owner, guard=rules.why_on, icon="player-play",
    tone="primary",
)  # fmt: skip
def turn_on(automation: Automation, *, actor: Actor) -> None:
    """Let it run from now on; everything in it is looked at once more, with the rights that its owner has today."""
    check_ready(automation, actor)
    automation.active, automation.on_since, automation.paused_because = True, clock.now(), ""


def check_ready(automation: Automation, actor: Actor) -> None:
    """Raise Refused with what is missing before it can run."""
    if found := missing(automation, actor):
        raise Refused(next(iter(found.values())))


def missing(automation: Automation, actor: Actor) -> dict[str, str]:
    """What is missing or wrong before it can run, by the part where it is mended: "when", "if", "then"."""
    names = ("trigger", "verb", "field", "old", "new", "days", "at_time")
    checks: dict[str, Callable[[RecordType], Any]] = {
        "when": lambda about: triggers.check({name: getattr(automation, name) for name in names}, about, actor),
        "if": lambda about: conditions.check(automation.conditions, about, actor) if automation.conditions else "",
        "then": lambda about: steps.check(automation.step_list(), about, actor),
    }
    found: dict[str, str] = {}
    for part, check in checks.items():
        try:
            if not check(triggers.type_of(automation)) and part == "then":
                found[part] = _t("It does nothing yet. Add a step first.")
        except Invalid as problem:
            found[part] = str(problem)
    return found


@action("automation.turn_off", label=_("Turn off"), guard=rules.why_off, icon="player-pause")
def turn_off(automation: Automation) -> None:
    """Let it rest; its log stays."""
    automation.active, automation.paused_because = False, ""


@action(
    "automation.catch_up", label=_("Catch up"), allow=rules.is_the_owner, guard=rules.why_not_catch_up, always=True,
    icon="player-track-next",
)  # fmt: skip
def catch_up(automation: Automation) -> dict[str, Any]:
    """Do what was held back, in the background and no faster than anything else it does. Raises Refused for nothing."""
    last = queries.held(automation).last()
    if last is None:
        raise Refused(_t("Nothing of it is held back."))
    jobs.enqueue("automation.catch_up", automation_id=automation.pk, until=last.pk)
    return {"count": queries.held(automation).count()}


@action("automation.take_over", label=_("Take over"), icon="user-check", hands_over=True)
def take_over(automation: Automation, *, actor: Actor) -> dict[str, Any]:
    """Let it act as oneself. It is off until its new owner has looked at it and turns it on."""
    if actor.member_id is None:
        raise Refused(_t("An automation acts as a member. Sign in as one."))
    former = automation.owner_id
    if former == actor.member_id:
        raise Refused(_t("It acts as you already."))
    automation.owner_id, automation.active = actor.member_id, False
    return {"former_owner": former}


@action(
    "automation.new_secret", label=_("New secret"), allow=rules.is_the_owner, always=True, icon="key",
    says=_("Webhooks are signed with the new secret from now on. The receiver has to be told of it."),
)  # fmt: skip
def new_secret(automation: Automation, *, actor: Actor) -> None:
    """Sign webhooks with a new secret from now on; the old one is worth nothing any more."""
    value = {"value": webhooks.new_secret(), "created_at": clock.now()}
    Secret.objects.update_or_create(automation=automation, defaults=value)


@action(
    "automation.pause", label=_("Pause"), allow=is_the_system, guard=rules.why_off, internal=True,
    icon="player-pause",
)  # fmt: skip
def pause(automation: Automation, *, reason: Annotated[str, Text(max_length=300)]) -> dict[str, Any]:
    """The program stops an automation that only gets refused or runs in a circle."""
    automation.active, automation.paused_because = False, reason
    return {"reason": reason}
