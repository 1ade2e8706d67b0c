"""A record type that the company made itself: the machines it has sold, where they stand and until when it answers."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from gucang.accounts.models import Role
from gucang.customfields import actions as custom_fields
from gucang.customtypes import actions
from gucang.demo.story import cast
from gucang.demo.story.world import World, working_day
from gucang.kernel import clock, records
from gucang.parties.models import Customer

TYPE = {
    "key": "equipment", "name_zh": "设备", "name_en": "machine", "plural_en": "machines", "icon": "tools",
    "number_rule": "SB{yy}{mm}-{seq:03}", "has_owner": True, "of_customer": True, "day_zh": "保修到",
    "day_en": "warranty until", "deadline": True,
}  # fmt: skip
STAGES = """
using | 使用中 | In use | ok
repair | 维修中 | Under repair | warn
scrapped | 报废 | Scrapped | mute | closed
"""
MODELS = ("GC-200", "GC-350", "GC-500", "GC-800")
FIELDS: tuple[dict[str, Any], ...] = (
    {"key": "serial", "label_zh": "序列号", "label_en": "Serial number", "kind": "text", "searchable": True},
    {"key": "model", "label_zh": "型号", "label_en": "Model", "kind": "choice", "options": "\n".join(MODELS)},
    {"key": "site", "label_zh": "安装地点", "label_en": "Site", "kind": "text"},
)
LEVELS = {
    "salesperson": "own",
    "sales_manager": "tree",
    "service": "all",
    "reader": "see",
    "auditor": "see",
    "executive": "see",
}
NAMES = ("伺服压装机", "视觉检测台", "自动锁螺丝机", "点胶机", "搬运机械手", "输送线")
SITES = ("一号车间", "二号车间", "装配线", "包装间", "老厂区", "新厂区三楼")
MOST, MADE_DAYS_AGO = 32, 75
# So that a customer with two machines is the exception.
EVERY_NTH = 3


def begin(world: World) -> None:
    """The administrator makes the type on one afternoon; the sellers write down what stands at their customers."""
    # Dice of its own: what it throws leaves the rest of the story as it is.
    chance = random.Random("machines")
    made = working_day(world.today - timedelta(days=MADE_DAYS_AGO))
    world.once(_at(chance, made, 14), lambda: _make(world))
    for n in range(MOST):
        moment = _at(chance, working_day(made + timedelta(days=1 + 2 * n % (MADE_DAYS_AGO - 6))), 10 + n % 7)
        world.once(moment, lambda n=n: _write_down(world, chance, n))  # type: ignore[misc]
    for _ in range(6):
        moment = _at(chance, world.last_working_day(2 + chance.randint(1, 12)), 9 + chance.randint(0, 8))
        world.once(moment, lambda: _break_down(world, chance))
    world.once(_at(chance, world.last_working_day(2), 16), lambda: _scrap(world, chance))


def _at(chance: random.Random, day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, chance.randrange(60))))


def _make(world: World) -> None:
    admin = world.actor("admin")
    kind = actions.create(actor=admin, values=TYPE).record
    kind = actions.set_stages(kind, actor=admin, stages=STAGES).record
    for field in FIELDS:
        custom_fields.create(actor=admin, values={"record_type": kind.record_name, **field})
    for role in Role.objects.filter(key__in=LEVELS).order_by("pk"):
        actions.give(kind, actor=admin, role=role, level=LEVELS[role.key])
    world.forget_rights()


def _write_down(world: World, chance: random.Random, number: int) -> None:
    """A seller enters a machine that a won deal has put at a customer."""
    staying = [world.members[user].pk for user in cast.STAYING]
    bought = Customer.objects.filter(status="buyer", owner__in=staying).order_by("pk").values_list("pk", "owner")
    if not bought:
        return
    customer, owner = bought[number * EVERY_NTH % len(bought)]
    kind = records.get("own_equipment")
    assert kind.create is not None
    values = {
        "name": f"{chance.choice(NAMES)} {number % 3 + 1} 号", "customer": customer,
        "day": clock.today() + timedelta(days=chance.randint(-30, 540)),
        "extra.serial": f"GC{clock.today():%y}-{chance.randint(1000, 9999)}",
        "extra.model": chance.choice(MODELS), "extra.site": chance.choice(SITES),
    }  # fmt: skip
    kind.create(actor=world.actor(owner), values=values)


def _break_down(world: World, chance: random.Random) -> None:
    _move(world, chance, "using", "repair")


def _scrap(world: World, chance: random.Random) -> None:
    _move(world, chance, "repair", "scrapped")


def _move(world: World, chance: random.Random, before: str, after: str) -> None:
    kind = records.get("own_equipment")
    found = list(kind.model._default_manager.filter(stage=before, owner__isnull=False).order_by("pk"))
    if found:
        machine: Any = chance.choice(found)
        kind.verbs["move"](machine, actor=world.actor(machine.owner_id), stage=after)
