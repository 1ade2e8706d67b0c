"""What can be said in the filter language, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from gucang.kernel import permissions
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.custom import PREFIX
from gucang.kernel.custom import conditions as own
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.filters.groups import OR, Group
from gucang.surface.keyset import Order

RESERVED = frozenset(
    ["after", "limit", "columns", "widths", "view", "tab", "group", "open", "density", "peek", "fragment", "lane",
     "shown", "totals", "move"]
)  # fmt: skip
MAX_TEXT, MAX_PARAMS = 100, 60
SORTABLE = frozenset(
    ["text", "email", "phone", "code", "choice", "integer", "decimal", "money", "date", "moment", "boolean"]
)
MANY = frozenset(("choice", "choices", "reference", "tags"))
TEAM = "team"
ALWAYS = ("created_at", "updated_at")


@dataclass(frozen=True, eq=False)
class Applied:
    """One filter that is on: its parameter, what it is called, the clean values, and the words where known.

    `verb` stands between the two on screen ("is", "contains"); `group` is the number of the group that it is part of,
    from 1 on; 0 for what must hold in any case.
    """

    param: str
    label: str
    raw: tuple[str, ...]
    spec: FieldSpec | None = None
    values: tuple[Any, ...] = ()
    words: str = ""
    verb: str = ""
    group: int = 0


@dataclass
class Filtered:
    """What came of the parameters. `problems` maps a parameter that was left out to the sentence that says why."""

    query: QuerySet[Any]
    order: Order
    applied: list[Applied] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters that hold, for building addresses."""
        found = _pairs(one for one in self.applied if not one.group)
        found += [("q", self.text)] if self.text else []
        return found + _alternatives(self.groups)

    @property
    def groups(self) -> list[list[Applied]]:
        """The groups of which one must hold, in order."""
        found: dict[int, list[Applied]] = {}
        for one in self.applied:
            if one.group:
                found.setdefault(one.group, []).append(one)
        return list(found.values())

    def without(self, held: Iterable[tuple[str, str]], gone: Applied) -> list[tuple[str, str]]:
        """`held`, the pairs of an address, without one of its filters."""
        if not gone.group:
            return [pair for pair in held if pair[0] != gone.param]
        left = [[one for one in group if one is not gone] for group in self.groups]
        return [pair for pair in held if pair[0] != OR] + _alternatives(left)


def _pairs(many: Iterable[Applied]) -> Group:
    return [(one.param, raw) for one in many for raw in one.raw]


def _alternatives(groups: Iterable[Sequence[Applied]]) -> Group:
    return [(OR, urlencode(_pairs(group))) for group in groups if group]


def filterable(
    record_type: RecordType, actor: Actor, customs: Sequence[FieldSpec] | None = None
) -> dict[str, FieldSpec]:
    """The fields that `actor` may filter a list by, declared ones first; the company's own when `customs` has them."""
    names = [*record_type.filters, owner_field(record_type), *ALWAYS, "number"]
    specs = {name: record_type.specs[name] for name in names if name in record_type.specs}
    specs |= {spec.name: spec for spec in customs or () if spec.kind not in ("longtext", "references")}
    return {name: spec for name, spec in specs.items() if permissions.may_filter_by(actor, record_type, name)}


def owner_field(record_type: RecordType) -> str:
    """The record's own field that holds its owner; "" when it has none, is its own or another record's owner's."""
    return "" if record_type.owned_through or record_type.owner == "id" else record_type.owner_field


def sees_more_than_own(record_type: RecordType, actor: Actor) -> bool:
    """Whether "my department's" says something else than "mine" to this actor."""
    return bool(record_type.owner) and actor.reach(f"{record_type.name}.view") not in (None, Reach.OWN)


def sortable(record_type: RecordType, actor: Actor, name: str) -> bool:
    """Whether lists can be sorted by a field: it has an order that people understand, and betrays nothing."""
    if name.startswith(PREFIX):
        spec = next((one for one in record_type.custom_fields() if one.name == name), None)
        return spec is not None and spec.kind in own.SORTABLE and permissions.may_filter_by(actor, record_type, name)
    spec = record_type.specs.get(name)
    return spec is not None and spec.kind in SORTABLE and permissions.may_filter_by(actor, record_type, name)
