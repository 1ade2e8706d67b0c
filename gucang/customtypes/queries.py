"""Reads used in two places or more: how much a type holds, what a role may do with it, what it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _t

from gucang.accounts.models import Role
from gucang.accounts.words import listed
from gucang.customtypes import rules
from gucang.customtypes.definitions import said, stages_of
from gucang.customtypes.models import BELONGS, CustomRecord, CustomType
from gucang.kernel import records

# A role whose rights none of the levels describes: they were chosen one by one on its page.
MIXED = "mixed"


def counted(kinds: Iterable[CustomType]) -> dict[int, int]:
    """How many records each type holds, without the bin. One query."""
    rows = CustomRecord.objects.filter(type__in=[kind.pk for kind in kinds]).order_by()
    return dict(rows.values_list("type").annotate(count=Count("pk")))


def level_of(role: Role, kind: CustomType) -> str:
    """Which level a role has of a type: "none", one of the levels, or MIXED."""
    own = records.own()[kind.record_name]
    mine = {name: reach for name, reach in role.grants.items() if name.startswith(f"{own.name}.")}
    if not mine:
        return "none"
    verbs = ["view", *own.verbs, "export", "import"]
    return next((one for one in rules.GIVEN[1:] if rules.grants_of(own.name, verbs, one) == mine), MIXED)


def traits(kind: CustomType) -> str:
    """What a type's records have, in a line: "owner, customer, 3 stages, warranty until"."""
    parts = [_t("owner")] if kind.has_owner else []
    parts += [str(records.get(name).label) for name in BELONGS if name in kind.belongs_to]
    if stages := stages_of(kind):
        parts.append(listed(str(one.label) for one in stages[:4]) + ("…" if len(stages) > 4 else ""))
    if kind.day_zh or kind.day_en:
        parts.append(str(said(kind.day_zh or kind.day_en, kind.day_en)))
    if kind.number_rule:
        parts.append(kind.number_rule)
    return " · ".join(parts)


def fields_url(request: Any, kind: CustomType) -> str:
    """Where the type's own fields are made; "" for whoever may not."""
    may = request.actor.may("custom_field.create") and not kind.retired
    return f"{request.base}/fields/new?record_type={kind.record_name}" if may else ""
