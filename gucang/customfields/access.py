"""Who sees an own field: the rule that each role has about it, to be read and changed where the field is looked after.

The rules are the roles' own; they are changed by the action that a role's page uses, so nobody opens a field farther
than it is open to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gucang.accounts import matrix, words
from gucang.accounts.actions import roles as role_actions
from gucang.accounts.models import Role
from gucang.accounts.rights import write_rules
from gucang.accounts.sentences import formula_clauses
from gucang.customfields.queries import spec_of
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Problem
from gucang.kernel.models import CustomField, FieldKind
from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest

TYPED = "typed_access"


@dataclass(frozen=True)
class Typed:
    """Rules as they were sent and refused, by role: they stay on the page, with the sentence that says why."""

    rules: Mapping[int, Mapping[str, str] | None]
    problem: str


@dataclass(frozen=True)
class RoleLine:
    """One role: its rule about the field, or why there is nothing to choose. `told` is what other rules leave of it."""

    role: Role
    rule: matrix.FieldLine | None
    sees: str
    why: str = ""
    told: str = ""


def name_of(field: CustomField) -> str:
    """The field as rules name it: "customer.extra.size"."""
    return f"{field.record_type}.extra.{field.key}"


def lines(actor: Actor, field: CustomField, typed: Typed | None = None) -> list[RoleLine]:
    """Every role that `actor` sees, with what it has of the field."""
    found = records.get("role").query(actor).order_by("id")
    return [_line(actor, field, role, typed) for role in found]


def _line(actor: Actor, field: CustomField, role: Role, typed: Typed | None) -> RoleLine:
    if "*" in role.grants:
        return RoleLine(role, None, "everything")
    if not words.held(role.grants, f"{field.record_type}.view"):
        return RoleLine(role, None, "nothing")
    kept = role.field_rules.get(name_of(field))
    stored = kept if typed is None else typed.rules.get(role.pk, kept)
    spec = spec_of(field)
    told = formula_clauses(records.get(field.record_type), spec, role.field_rules) if spec is not None else []
    line = matrix.line(name_of(field), str(role), stored, actor, computed=field.kind == FieldKind.FORMULA)
    return RoleLine(role, line, "", role_actions.set_rights.why_not(actor, role) or "", words.listed(told))


def change(request: CompanyRequest, field: CustomField) -> int:
    """Give every role the rule that was sent for it; returns how many have another one now. All or none.

    Raises what `role.set_rights` raises, with what was sent kept on the request.
    """
    wanted: dict[int, dict[str, str] | None] = {}
    roles = {f"{role.pk}": role for role in records.get("role").query(request.actor)}
    for key, role in roles.items():
        if f"inside:{key}" in request.POST:
            wanted[role.pk] = matrix.posted_rule(request.POST, key)
    changed = 0
    try:
        with transaction.atomic():
            for pk, rule in wanted.items():
                changed += _set(request, field, roles[str(pk)], rule)
    except Problem as problem:
        setattr(request, TYPED, Typed(wanted, str(problem)))
        raise
    return changed


def _set(request: CompanyRequest, field: CustomField, role: Role, rule: dict[str, str] | None) -> bool:
    name = name_of(field)
    if rule == role.field_rules.get(name):
        return False
    rules = {one: dict(stored) for one, stored in role.field_rules.items() if one != name}
    if rule is not None:
        rules[name] = rule
    seen = request.POST.get(f"version:{role.pk}", "")
    role_actions.set_rights(
        role,
        actor=request.actor,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        field_rules=write_rules(rules),
        request_id=request.request_id,
    )
    return True


def shown(request: CompanyRequest, record_type: RecordType, field: CustomField) -> dict[str, Any] | None:
    """What the box shows; None for who may not look at roles, and of a field that is in use nowhere."""
    if not request.actor.may("role.view") or field.retired or field.deleted_at is not None:
        return None
    typed: Typed | None = getattr(request, TYPED, None)
    found = lines(request.actor, field, typed)
    return {
        "field": field,
        "computed": field.kind == FieldKind.FORMULA,
        "lines": found,
        "withins": matrix.withins(),
        "accesses": matrix.accesses(),
        "open": any(one.rule is not None and not one.why for one in found),
        "problem": typed.problem if typed else "",
        "things": records.get(field.record_type).label_plural,
    }


panels.add("custom_field", "main", "customfields/_access.html", shown)
