"""What the sales manager has had happen by itself for some days, and one more that the administrator prepares."""

from __future__ import annotations

from typing import Any

from gucang.automation import actions, jobs
from gucang.automation.steps import Step, write
from gucang.demo.story.cast import MANAGER_OF
from gucang.demo.story.world import DAYS_TOLD, World
from gucang.selling.models import Stage

RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "赢单后回访", "record_type": "opportunity", "trigger": {"trigger": "done", "verb": "win"},
        "conditions": "",
        "steps": ({"kind": "task", "for": "owner", "title": "回访{customer}：{name}是否都按承诺做到了", "days": 3},),
    },
    {
        "name": "三十天没联系，提醒负责人", "record_type": "customer",
        "trigger": {"trigger": "date", "field": "last_contact_at", "days": 30, "at_time": "09:00"},
        "conditions": "level=A,B,C",
        "steps": ({"kind": "task", "for": "owner", "title": "三十天没联系{name}了，打个电话问问近况", "days": 1},),
    },
    {
        "name": "谈到商务就告诉我", "record_type": "opportunity",
        "trigger": {"trigger": "changed", "field": "stage"}, "to": ("商务谈判", "投标报价"), "conditions": "",
        "steps": ({"kind": "notify", "for": "me", "text": "{owner}的{name}到了{stage}，{amount}"},),
    },
    {
        "name": "大单告诉我", "record_type": "opportunity", "trigger": {"trigger": "created"},
        "conditions": "amount__gte=100000",
        "steps": ({"kind": "notify", "for": "me", "text": "{owner}有一个大单：{name}，{amount}"},),
    },
)  # fmt: skip
PREPARED: Step = {"kind": "webhook", "url": "https://erp.example.com/hooks/won"}


def begin(world: World) -> None:
    """Put the beginning and the mornings of the last days on the calendar."""
    first = world.last_working_day(DAYS_TOLD)
    world.once(world.moment(first, 8, 10), lambda: _set_up(world))
    for back in range(DAYS_TOLD + 1):
        day = world.last_working_day(back) if back else world.today
        world.once(world.moment(day, 9, 5), jobs.dates)


def _set_up(world: World) -> None:
    manager = world.actor(MANAGER_OF["li.xiangdong"])
    for rule in RULES:
        made = _make(manager, rule)
        actions.turn_on(made, actor=manager)
    _make(world.actor("admin"), {
        "name": "赢单后通知 ERP", "record_type": "opportunity", "trigger": {"trigger": "done", "verb": "win"},
        "conditions": "", "steps": (PREPARED,),
    })  # fmt: skip


def _make(actor: Any, rule: dict[str, Any]) -> Any:
    made = actions.create(actor=actor, values={name: rule[name] for name in ("name", "record_type")}).record
    trigger = dict(rule["trigger"])
    if "to" in rule:
        trigger["new"] = ",".join(str(stage.pk) for stage in Stage.objects.filter(name__in=rule["to"]).order_by("pk"))
    actions.set_trigger(made, actor=actor, **trigger)
    if rule["conditions"]:
        actions.set_conditions(made, actor=actor, conditions=rule["conditions"])
    return actions.set_steps(made, actor=actor, steps=write(list(rule["steps"]))).record


__all__ = ["begin"]
