"""Automations that are worth having, ready to be looked at and turned on; business modules say which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from gucang.automation import actions, steps, triggers
from gucang.automation.models import Automation, Trigger
from gucang.automation.steps import Step
from gucang.kernel.actors import Actor


@dataclass(frozen=True)
class Ready:
    """One of them. `texts` are lazy words; a step names one of them by its place."""

    key: str
    label: Any
    record_type: str
    trigger: dict[str, Any]
    steps: tuple[Step, ...]
    texts: Sequence[Any] = field(default=())
    conditions: str = ""


_ready: dict[str, Ready] = {}


def offer(ready: Ready) -> Ready:
    """Let people begin with this one."""
    _ready[ready.key] = ready
    return ready


def offered(actor: Actor) -> list[Ready]:
    """What this actor may begin with: what is about records that they see."""
    if not actor.may(actions.create.name):
        return []
    return [one for one in _ready.values() if triggers.about(one.record_type) and actor.may(f"{one.record_type}.view")]


def draft(ready: Ready, actor: Actor) -> Automation:
    """What it would become for this actor, unsaved: for its sentence."""
    return Automation(
        name=str(ready.label),
        record_type=ready.record_type,
        owner_id=actor.member_id or 0,
        conditions=ready.conditions,
        steps=steps.write(_steps(ready)),
        **({"trigger": Trigger.DONE} | ready.trigger),
    )


def _steps(ready: Ready) -> list[Step]:
    words = [str(text) for text in ready.texts]
    return [
        {
            name: words[value] if name in ("title", "text") and isinstance(value, int) else value
            for name, value in step.items()
        }
        for step in ready.steps
    ]


def begin(key: str, actor: Actor) -> Automation:
    """Make one, off, for its owner to look at. Raises LookupError for an unknown key, and what the actions raise."""
    ready = _ready[key]
    with transaction.atomic():
        made = actions.create(actor=actor, values={"name": str(ready.label), "record_type": ready.record_type}).record
        actions.set_trigger(made, actor=actor, **({"trigger": Trigger.DONE.value} | ready.trigger))
        if ready.conditions:
            actions.set_conditions(made, actor=actor, conditions=ready.conditions)
        return actions.set_steps(made, actor=actor, steps=steps.write(_steps(ready))).record
