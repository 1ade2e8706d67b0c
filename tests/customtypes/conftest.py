"""A company that keeps machines: the type that most of these tests are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.accounts.models import Member, Role
from gucang.customfields import actions as custom_fields
from gucang.customtypes import actions
from gucang.customtypes.models import CustomType
from gucang.kernel import records
from gucang.kernel.models import Company
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope

STAGES = (
    "using | 使用中 | In use | ok\nrepair | 维修中 | Under repair | warn\nscrapped | 报废 | Scrapped | mute | closed"
)


def make_machines(by: Member, key: str = "equipment", stages: str = STAGES, **values: Any) -> CustomType:
    """The type 设备 with owner, customer, warranty day and stages; the scope must be entered."""
    told = {
        "key": key, "name_zh": "设备", "name_en": "machine", "plural_en": "machines", "icon": "tools",
        "number_rule": "SB{yy}{mm}-{seq:04}", "has_owner": True, "of_customer": True,
        "day_zh": "保修到", "day_en": "warranty until", "deadline": True,
    }  # fmt: skip
    kind = actions.create(actor=by, values=told | values).record
    if stages:
        kind = actions.set_stages(kind, actor=by, stages=stages).record
    return kind


def add_field(by: Member, key: str, label: str) -> None:
    """Give machines a field for a short text."""
    values = {"record_type": "own_equipment", "key": key, "label_zh": label, "kind": "text", "searchable": True}
    custom_fields.create(actor=by, values=values)


def give(kind: CustomType, by: Member, role: str, level: str) -> None:
    """Let a built-in role work with the type's records."""
    actions.give(kind, actor=by, role=Role.objects.get(key=role), level=level)


@pytest.fixture
def machines(scope: Company, adam: Member) -> RecordType:
    """设备 of Acme, with which salespeople do what they like with their own ones."""
    kind = make_machines(adam)
    give(kind, adam, "salesperson", "own")
    return records.get("own_equipment")


@pytest.fixture
def kept_machines(acme: Company, adam: Member) -> CustomType:
    """The same for a test of pages: made in a scope of its own."""
    with company_scope(acme):
        kind = make_machines(adam)
        give(kind, adam, "salesperson", "own")
        give(kind, adam, "sales_manager", "tree")
    return kind


@pytest.fixture
def machine(machines: RecordType, alice: Member) -> Callable[..., Any]:
    """`machine(name, by=bob, stage=…)`: a new machine, of Alice by default."""

    def make(name: str = "一号注塑机", by: Member | None = None, **values: Any) -> Any:
        assert machines.create is not None
        return machines.create(actor=by or alice, values={"name": name, **values}).record

    return make
