"""The company's own rules and pipelines, made by its administrator on the first day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gucang.accounts.actions import members, roles
from gucang.accounts.models import Role
from gucang.accounts.rights import write_grants
from gucang.customfields import actions as custom_fields
from gucang.demo.story.world import World, working_day
from gucang.kernel.actors import system
from gucang.parties.actions import pool
from gucang.selling.actions import pipelines
from gucang.selling.models import Pipeline, StageKind

PROJECTS: tuple[dict[str, Any], ...] = (
    {"name": "立项沟通", "probability": 5, "max_days": 30, "guidance": "先弄清谁立项、预算批到哪一级、要求哪天投产。"},
    {"name": "方案设计", "probability": 20, "max_days": 40, "required_fields": ["contact"],
     "guidance": "技术部一起去现场，尺寸和节拍当场量，回来三天内出方案。"},
    {"name": "样机试用", "probability": 40, "max_days": 45, "required_fields": ["contact", "amount"],
     "guidance": "样机出门要写归还日期，每周去看一次运行记录。"},
    {"name": "投标报价", "probability": 60, "max_days": 30, "required_fields": ["contact", "amount", "closes_on"],
     "guidance": "标书里的交期先和仓库对过，付款条件先和财务对过。"},
    {"name": "合同评审", "probability": 85, "max_days": 20, "required_fields": ["contact", "amount", "closes_on"],
     "guidance": "验收条款逐条读，答应过的写进合同。"},
    {"name": "成交", "probability": 100, "kind": StageKind.WON, "required_fields": ["amount"]},
    {"name": "未成交", "probability": 0, "kind": StageKind.LOST},
)  # fmt: skip
ASSISTANT = "销售助理"
REASONS = ("价格高于对手", "交期不能满足", "技术参数不合适", "客户改用进口品牌", "集团统一采购")
POOL = {"days_without_contact": 100, "warn_days": 7, "cap": 80, "cool_down_days": 14, "claims_a_day": 5}


FIELDS: tuple[dict[str, Any], ...] = (
    {"record_type": "customer", "key": "size", "label_zh": "客户规模", "label_en": "Size", "kind": "choice",
     "options": "龙头 | Leader | ac\n规上 | Above scale | ok\n中小 | Small and middle\n小微 | Micro | mute"},
    {"record_type": "customer", "key": "machines", "label_zh": "年产设备台数", "label_en": "Machines a year",
     "kind": "decimal", "places": 0, "unit": "台"},
    {"record_type": "customer", "key": "yearly", "label_zh": "年采购额", "label_en": "Buys a year", "kind": "money",
     "help": "同类产品一年买多少，含向别家买的", "help_en": "Of such goods, also from others"},
    {"record_type": "customer", "key": "cycle", "label_zh": "采购周期", "label_en": "Buys every", "kind": "choice",
     "options": "按月 | Month\n按季 | Quarter\n按年 | Year\n按项目 | Project", "show_field": "kind",
     "show_values": ["organisation"]},
    {"record_type": "customer", "key": "needs", "label_zh": "关注点", "label_en": "Cares about", "kind": "choices",
     "options": "价格 | Price\n交期 | Delivery\n质量 | Quality\n售后 | Service", "wide": True},
    {"record_type": "customer", "key": "pays_by", "label_zh": "付款方式", "label_en": "Pays by", "kind": "choice",
     "options": "电汇 | Transfer\n承兑汇票 | Draft\n先款后货 | In advance | ok"},
    {"record_type": "customer", "key": "monthly", "label_zh": "月均采购额", "label_en": "Buys a month",
     "kind": "formula", "formula": "四舍五入([年采购额] / 12, 0)", "places": 0, "unit": "元"},
    {"record_type": "opportunity", "key": "rival", "label_zh": "主要对手", "label_en": "Main rival", "kind": "choice",
     "options": "进口品牌 | Imported\n本地代理 | Local agent\n同城同行 | Neighbour\n原供应商 | Present supplier"},
    {"record_type": "opportunity", "key": "cost", "label_zh": "预计成本", "label_en": "Expected cost", "kind": "money",
     "section": "@0"},
    {"record_type": "opportunity", "key": "margin", "label_zh": "预计毛利率", "label_en": "Expected margin",
     "kind": "formula", "formula": "([amount] - [预计成本]) / [amount] * 100", "places": 1, "unit": "%",
     "section": "@0"},
)  # fmt: skip


# What the assistants' role has other than the salespersons': they see every customer, and give none away.
ASSISTANTS = {"customer.view": "company", "contact.view": "company"}
NOT_FOR_ASSISTANTS = ("customer.claim", "customer.assign", "customer.release", "lead.take", "lead.assign")


def begin(world: World) -> None:
    """A role of the company's own, made like another, set right a week later and given to the new assistant."""
    made, changed = (working_day(world.today - timedelta(days=back)) for back in (22, 8))
    world.once(world.moment(made, 10, 10), lambda: _make_role(world))
    world.once(world.moment(made, 10, 20), lambda: _give_role(world))
    world.once(world.moment(changed, 15, 30), lambda: _set_role(world))


def _make_role(world: World) -> None:
    sales, about = Role.objects.get(key="salesperson"), "协助业务员，看全公司的客户，自己的才改。"
    roles.copy(sales, actor=world.actor("admin"), name=ASSISTANT, description=about)


def _give_role(world: World) -> None:
    helper = world.members["zhou.zihan"]
    members.set_roles(helper, actor=world.actor("admin"), roles=[Role.objects.get(name=ASSISTANT)])


def _set_role(world: World) -> None:
    role = Role.objects.get(name=ASSISTANT)
    kept = {name: reach for name, reach in role.grants.items() if name not in NOT_FOR_ASSISTANTS}
    roles.set_rights(role, actor=world.actor("admin"), grants=write_grants(kept | ASSISTANTS))


def set_up(world: World) -> None:
    """Pool rules, fields of its own, a second pipeline beside the standard one, and more reasons for losing."""
    admin = world.actor("admin")
    for field in FIELDS:
        custom_fields.create(actor=admin, values=field)
    pool.create_rules(actor=admin, values=POOL)
    made: Pipeline = pipelines.create(actor=admin, values={"name": "项目销售", "position": 2}).record
    for position, stage in enumerate(PROJECTS, 1):
        pipelines.create_stage(actor=admin, values={**stage, "pipeline": made, "position": position})
    for position, reason in enumerate(REASONS, 10):
        pipelines.create_reason(actor=system(), values={"name": reason, "position": position})
