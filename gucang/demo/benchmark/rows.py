"""The rows of a benchmark company, a few thousand customers at a time with everything that hangs on them.

The lines are made by hand and not by the models, because a million of them must be made in minutes. That they are what
the actions would have left is not taken on trust: `proof` compares them with the models afterwards.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models

from gucang.activity.models import FollowUp
from gucang.demo.names import CompanyName, NameGenerator
from gucang.kernel.fields import to_json
from gucang.kernel.models import SearchEntry
from gucang.kernel.search import key_of
from gucang.kernel.snapshots import changed_between, snapshot
from gucang.kernel.text import document_grams, pinyin_key
from gucang.parties.models import Contact, Customer
from gucang.selling.models import Opportunity, StageChange

STAGING = (
    "recorded_at", "actor_id", "name", "subject_type", "subject_id", "subject_label", "subject_version", "changes",
    "facts", "customer_id", "contact_id", "opportunity_id",
)  # fmt: skip
CONTACTS = 2
_WORDS = (
    "电话问了现场运行情况，{who}说节拍够用，二期还在等预算。",
    "拜访，看了产线，量了安装尺寸，{who}要一份选型计算。",
    "报价已发，{who}说要和另外两家比，周五前回话。",
    "{who}来微信催交期，和仓库确认后回了日期。",
    "回访，设备运行正常，{who}问有没有备件套餐。",
    "{who}不在，前台说下周回来，留了资料。",
)
_PRODUCTS = (
    "伺服电机",
    "变频器",
    "减速机",
    "光电传感器",
    "工业相机",
    "直线模组",
    "电动夹爪",
    "电磁阀",
    "触摸屏",
    "滚珠丝杠",
)
_LEVELS, _SOURCES = ("A", "B", "C", "D", ""), ("referral", "exhibition", "website", "phone", "calling", "old", "other")


@dataclass(frozen=True)
class Setting:
    """What all rows of one company share: ids of members and stages (open ones in order, then won and lost)."""

    company_id: int
    seed: int
    members: tuple[int, ...]
    pipeline: int
    stages: tuple[int, ...]
    won: int
    lost: int
    reasons: tuple[int, ...]
    until: datetime


@dataclass(frozen=True)
class Plan:
    """One customer to make: its ids (contacts follow each other from `contact_id`), numbers, code and day."""

    customer_id: int
    contact_id: int
    opportunity_id: int
    follow_up_id: int
    follow_ups: int
    number: str
    deal_number: str
    code: str
    at: datetime
    company: CompanyName


@dataclass
class Lines:
    """Rows as text for COPY, by table."""

    customer: list[str] = field(default_factory=list)
    contact: list[str] = field(default_factory=list)
    opportunity: list[str] = field(default_factory=list)
    follow_up: list[str] = field(default_factory=list)
    stage_change: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)
    staging: list[str] = field(default_factory=list)


class Table:
    """Turns the values of one model into lines: what is not given is as a new instance has it."""

    def __init__(self, model: type[models.Model], company_id: int) -> None:
        self.model = model
        self.fields = [f for f in model._meta.concrete_fields if not f.generated and f.name != "id"]
        self.columns: tuple[str, ...] = ("id", *(str(f.column) for f in self.fields))
        sample = model(company_id=company_id)
        self._names = [f.attname for f in self.fields]
        self._base = {f.attname: _text(getattr(sample, f.attname)) for f in self.fields}
        self._logged = changed_between(None, snapshot(sample)) if hasattr(sample, "version") else {}

    def line(self, pk: int, values: dict[str, Any]) -> str:
        row = self._base | {name: _text(value) for name, value in values.items()}
        return f"{pk}\t" + "\t".join([row[name] for name in self._names])

    def changes(self, values: dict[str, Any]) -> str:
        """The `changes` of the event that creates a record with these values, by field name."""
        made = {name: [None, to_json(value)] for name, value in values.items() if value not in (None, "", [], {})}
        return json.dumps(self._logged | made, ensure_ascii=False)


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


class Maker:
    """Makes the lines of plans; one for each process."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        made = setting.company_id
        self.customers, self.contacts = Table(Customer, made), Table(Contact, made)
        self.deals, self.notes = Table(Opportunity, made), Table(FollowUp, made)
        self.moves, self.entries = Table(StageChange, made), Table(SearchEntry, made)

    def make(self, plans: Sequence[Plan]) -> Lines:
        lines = Lines()
        chance = random.Random(f"{self.setting.seed} {plans[0].customer_id}")
        names = NameGenerator(chance.randrange(10**9))
        for plan in plans:
            _Family(self, plan, chance, names, lines).write()
        return lines


class _Family:
    """One customer with its contacts, deal, follow-ups, and the events of all of them."""

    def __init__(self, maker: Maker, plan: Plan, chance: random.Random, names: NameGenerator, lines: Lines) -> None:
        self.maker, self.plan, self.chance, self.names, self.lines = maker, plan, chance, names, lines
        self.owner = chance.choice(maker.setting.members)
        self.name = plan.company.name

    def write(self) -> None:
        people = [self._contact(number) for number in range(CONTACTS)]
        closed_on = self._deal(people[0])
        last_contact = self._follow_ups(people[0])
        self._customer(closed_on, last_contact)

    def _event(
        self, at: datetime, name: str, pk: int, label: str, version: int, changes: str, *,
        facts: str = "{}", contact: int | None = None, deal: int | None = None,
    ) -> None:  # fmt: skip
        kind = name.partition(".")[0]
        row = (
            at,
            self.owner,
            name,
            kind,
            pk,
            label[:200],
            version,
            changes,
            facts,
            self.plan.customer_id,
            contact,
            deal,
        )
        self.lines.staging.append("\t".join(map(_copied, row)))

    def _entry(self, kind: str, pk: int, title: str, detail: str, text: str, grams: set[str]) -> None:
        front = key_of(self.maker.setting.company_id, kind, "")
        words = ",".join([f'"{front}{gram}"' for gram in grams])
        row = (
            self.maker.setting.company_id,
            kind,
            pk,
            self.owner,
            title,
            detail,
            text.replace("\n", "\\n"),
            "{" + words + "}",
        )
        self.lines.search.append("\t".join(map(str, row)))

    def _customer(self, closed_on: Any, last_contact: datetime | None) -> None:
        plan, company, chance = self.plan, self.plan.company, self.chance
        phone = f"+86512555{chance.randrange(100_000):05}"
        code = plan.code
        logged = {
            "number": plan.number, "name": company.name, "short_name": company.short_name, "credit_code": code,
            "phone": phone, "province": company.province, "city": company.city, "district": company.district,
            "industry": company.industry, "level": chance.choice(_LEVELS), "source": chance.choice(_SOURCES),
            "owner": self.owner, "originator": self.owner,
        }  # fmt: skip
        bought = closed_on is not None
        values = {
            ("owner_id" if n == "owner" else "originator_id" if n == "originator" else n): v for n, v in logged.items()
        }
        values |= {
            "name_key": pinyin_key(company.name), "owned_since": plan.at, "version": 2 if bought else 1,
            "created_at": plan.at, "updated_at": self.closed_at or plan.at, "last_contact_at": last_contact,
            "last_deal_on": closed_on, "status": "buyer" if bought else "prospect",
        }  # fmt: skip
        self.lines.customer.append(self.maker.customers.line(plan.customer_id, values))
        changes = self.maker.customers.changes(logged)
        self._event(plan.at, "customer.create", plan.customer_id, company.name, 1, changes)
        if bought and self.closed_at:
            moved = '{"status": ["prospect", "buyer"]}'
            self._event(self.closed_at, "customer.progress", plan.customer_id, company.name, 2, moved)
        detail = f"{company.short_name} · {plan.number} · {company.city}"
        parts = [company.name, company.short_name, plan.number, phone, *([code] if code else [])]
        grams = set(_name_grams(company.name)).union(document_grams(*parts[1:]))
        text = "\n".join([*parts, company.city])
        self._entry("customer", plan.customer_id, company.name, detail, text, grams)

    def _contact(self, number: int) -> int:
        plan, pk = self.plan, self.plan.contact_id + number
        person = self.names.person()
        mobile = f"+8619{self.chance.choice('0267')}00{self.chance.randrange(1_000_000):06}"
        at = plan.at + timedelta(minutes=3 + number)
        logged = {
            "customer": plan.customer_id, "name": person.name, "position": "采购经理" if number else "设备主管",
            "mobile": mobile, "is_primary": number == 0,
        }  # fmt: skip
        values = {"customer_id" if n == "customer" else n: v for n, v in logged.items()}
        values |= {"name_key": _person_key(person.name), "version": 1, "created_at": at, "updated_at": at}
        self.lines.contact.append(self.maker.contacts.line(pk, values))
        self._event(at, "contact.create", pk, person.name, 1, self.maker.contacts.changes(logged), contact=pk)
        grams = set(_name_grams(self.name)).union(_person_grams(person.name), document_grams(mobile))
        text = f"{person.name}\n{self.name}\n{mobile}"
        self._entry("contact", pk, person.name, self.name, text, grams)
        return pk

    def _deal(self, contact: int) -> Any:
        """The deal with its moves; returns the day on which it was won, if it was."""
        plan, setting, chance = self.plan, self.maker.setting, self.chance
        pk, at = plan.opportunity_id, plan.at + timedelta(days=3)
        goal = chance.choices(range(6), (14, 12, 12, 12, 25, 25))[0]
        opens = len(setting.stages)
        path = list(setting.stages[: goal + 1] if goal < opens else setting.stages[: chance.randint(1, opens)])
        if goal == opens:
            path = [*setting.stages, setting.won]
        elif goal > opens:
            path.append(setting.lost)
        amount = Decimal(chance.randint(20, 9000) * 100)
        closes_on = (at + timedelta(days=60)).date()
        name = f"{plan.company.short_name}{chance.choice(_PRODUCTS)}采购"
        logged = {
            "number": plan.deal_number, "name": name, "customer": plan.customer_id, "contact": contact,
            "pipeline": setting.pipeline, "stage": path[0], "amount": to_json(amount), "closes_on": closes_on,
            "owner": self.owner,
        }  # fmt: skip
        self._event(at, "opportunity.create", pk, name, 1, self.maker.deals.changes(logged), contact=contact, deal=pk)
        since, moved, reason = at, at, None
        for step, (old, new) in enumerate(itertools.pairwise(path), 2):
            moved = min(since + timedelta(days=chance.randint(2, 12)), setting.until)
            reason = chance.choice(setting.reasons) if new == setting.lost else reason
            self._move(step, old, new, since, moved, name, contact, reason)
            since = moved
        ended = path[-1] in (setting.won, setting.lost)
        values = {
            f"{n}_id" if n in ("customer", "contact", "pipeline", "stage", "owner") else n: v for n, v in logged.items()
        }
        values |= {
            "stage_id": path[-1], "state": "won" if path[-1] == setting.won else "lost" if ended else "open",
            "closed_on": _local_day(moved) if ended else None, "lost_reason_id": reason, "version": len(path),
            "stage_since": moved, "created_at": at, "updated_at": moved,
            "amount_order": int(amount * 100),
        }  # fmt: skip
        self.lines.opportunity.append(self.maker.deals.line(pk, values))
        grams = set(_name_grams(self.name)).union(document_grams(name, plan.deal_number))
        text = f"{name}\n{plan.deal_number}\n{self.name}"
        self._entry("opportunity", pk, name, f"{plan.deal_number} · {self.name}", text, grams)
        self.closed_at = moved if path[-1] == setting.won else None
        return _local_day(moved) if self.closed_at else None

    def _move(
        self,
        version: int,
        old: int,
        new: int,
        since: datetime,
        at: datetime,
        name: str,
        contact: int,
        reason: int | None,
    ) -> None:
        setting, pk = self.maker.setting, self.plan.opportunity_id
        days = (_local_day(at) - _local_day(since)).days
        verb = "opportunity.move"
        changes: dict[str, Any] = {"stage": [old, new]}
        facts: dict[str, Any] = {"days": days}
        if new in (setting.won, setting.lost):
            verb = "opportunity.win" if new == setting.won else "opportunity.lose"
            changes["closed_on"] = [None, _local_day(at).isoformat()]
            changes |= {"lost_reason": [None, reason]} if reason else {}
            facts["note"] = ""
        values = {
            "opportunity_id": pk, "from_stage_id": old, "to_stage_id": new, "at": at, "by_id": self.owner, "days": days,
        }  # fmt: skip
        # Its own id comes from the sequence's next block, see `load`.
        self.lines.stage_change.append(self.maker.moves.line(0, values).partition("\t")[2])
        self._event(at, verb, pk, name, version, json.dumps(changes), facts=json.dumps(facts), contact=contact, deal=pk)

    def _follow_ups(self, contact: int) -> datetime | None:
        """The notes about the customer; returns when the last contact was."""
        plan, setting = self.plan, self.maker.setting
        span = (setting.until - plan.at).total_seconds() - 3600
        moments = sorted(
            plan.at + timedelta(seconds=int(600 + self.chance.random() * span)) for _ in range(plan.follow_ups)
        )
        for number, at in enumerate(moments):
            pk = plan.follow_up_id + number
            kind = ("call", "visit", "message", "email")[number % 4]
            words = _WORDS[self.chance.randrange(len(_WORDS))].format(who="对方经理")
            logged = {
                "about_type": "customer", "about_id": plan.customer_id, "kind": kind, "text": words, "happened_at": at,
                "author": self.owner,
            }  # fmt: skip
            values = {"author_id" if n == "author" else n: v for n, v in logged.items()}
            values |= {"version": 1, "created_at": at, "updated_at": at}
            self.lines.follow_up.append(self.maker.notes.line(pk, values))
            label = f"{_KIND_LABELS[kind]}: {words[:60]}"
            self._event(at, "follow_up.create", pk, label, 1, self.maker.notes.changes(logged))
        return moments[-1] if moments else None


_KIND_LABELS = {"call": "电话", "visit": "拜访", "message": "消息", "email": "邮件"}


def _copied(value: Any) -> str:
    """A value as COPY reads it; only JSON can hold a backslash here."""
    if value is None:
        return r"\N"
    return str(value).replace("\\", "\\\\")


def _local_day(moment: datetime) -> Any:
    """The day in China, which knows no summer time."""
    return (moment + timedelta(hours=8)).date()


@lru_cache(maxsize=64)
def _name_grams(name: str) -> tuple[str, ...]:
    return tuple(document_grams(name))


@lru_cache(maxsize=100_000)
def _person_grams(name: str) -> tuple[str, ...]:
    return tuple(document_grams(name))


@lru_cache(maxsize=100_000)
def _person_key(name: str) -> str:
    return pinyin_key(name, person=True)


__all__ = ["CONTACTS", "STAGING", "Lines", "Maker", "Plan", "Setting", "Table"]
