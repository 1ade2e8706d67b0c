"""Roles: what they grant, and keeping the built-in ones up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from gucang.accounts import roles, rules, words
from gucang.accounts.models import Department, Member, MemberRole, Role
from gucang.accounts.rights import read_grants, read_rules, write_grants, write_rules
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Forbidden
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system


def _everyday(role: Role, actor: Actor) -> None:
    role.grants = roles.everyday()


def why_held(role: Role) -> str | None:
    """Why a role cannot go: it is built in, or somebody has it."""
    if sentence := rules.why_builtin(role):
        return sentence
    people = MemberRole.objects.filter(role=role).count()
    if people:
        return _t("%(count)s members have the role %(role)s; take it from them first.") % {
            "count": people,
            "role": role,
        }
    return None


create = creating("role", _everyday)
edit = editing("role")
delete = deleting("role", guard=why_held)
restore = restoring("role")


@action(
    "role.set_rights", label=_("Set rights"), guard=rules.why_fixed, icon="shield-check",
    labels={"grants": _("Rights"), "field_rules": _("Single fields")},
)  # fmt: skip
def set_rights(
    role: Role,
    *,
    grants: Annotated[str, Text(long=True)] | None = None,
    field_rules: Annotated[str, Text(long=True)] | None = None,
    actor: Actor,
) -> None:
    """Replace what a role may do: one right a line, such as “customer.view own”. What is left out stays as it is."""
    wanted = role.grants if grants is None else read_grants(grants)
    fields = role.field_rules if field_rules is None else read_rules(field_rules)
    check_change(actor, role, wanted, fields)
    role.grants, role.field_rules = wanted, fields
    raise_rights_of(role)


@action("role.copy", label=_("Make one like it"), icon="copy", always=True,
        labels={"name": pgettext_lazy("thing", "Name"), "description": _("What it is for")})  # fmt: skip
def copy(role: Role, *, name: str, description: Annotated[str, Text(long=True)] = "", actor: Actor) -> dict[str, Any]:
    """Make a new role with the rights of this one. Whoever copies must be able to make roles and set such rights.

    The new role is on the returned record as `copied`.
    """
    values = {"name": name, "home": role.home, "description": description or _t("Like “%(role)s”.") % {"role": role}}
    made = create(actor=actor, values=values).record
    role.copied = set_rights(
        made, actor=actor, grants=write_grants(role.grants), field_rules=write_rules(role.field_rules)
    ).record
    return {"role": made.pk, "name": made.name}


@action("role.look_as", label=_("Look as this role"), internal=True, always=True, icon="eye",
        labels={"department": _("Department")})  # fmt: skip
def look_as(role: Role, *, department: Department | None = None) -> dict[str, Any]:
    """Somebody looks at the program as a new colleague with this role would."""
    return {"department": department.pk, "department_name": str(department)} if department else {}


def check_change(actor: Actor, role: Role, grants: Mapping[str, str], field_rules: rules.Rules) -> None:
    """Raise Forbidden when a role's new rights are more than the actor has, or take away what the actor lacks."""
    check_giving(actor, changed_grants(role.grants, grants))
    before = _fields_of(actor, role.grants, role.field_rules)
    after = _fields_of(actor, grants, field_rules)
    opened = [name for name in rules.field_excess(actor, grants, field_rules) if before[name] != after[name]]
    if opened:
        _refuse_to_open(opened[0])


def _fields_of(actor: Actor, grants: Mapping[str, str], stored: rules.Rules) -> dict[str, Any]:
    """What a role with these rights gives of each field that is not wholly open to the actor."""
    return {
        name: [rules.field_rule(stored.get(name))]
        + [grants.get(right) for right in (f"{name.partition('.')[0]}.view", f"{name.partition('.')[0]}.*", "*")]
        for name in actor.field_rules
    }


def changed_grants(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The grants that are new or different in `after`, and those that it takes away."""
    return {
        name: after.get(name, before.get(name, ""))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


def check_giving(actor: Actor, grants: Mapping[str, str]) -> None:
    """Raise Forbidden when one of `grants` is more than the actor has."""
    if too_much := rules.excess(actor, grants):
        right = words.right(too_much[0], grants[too_much[0]])
        raise Forbidden(
            _t("You cannot give “%(right)s”, because you do not have it yourself. Ask an administrator.")
            % {"right": right}
        )


def check_giving_role(actor: Actor, role: Role) -> None:
    """Raise Forbidden when a role gives more than the actor has, in rights or in single fields."""
    check_giving(actor, role.grants)
    if opened := rules.field_excess(actor, role.grants, role.field_rules):
        _refuse_to_open(opened[0])


def _refuse_to_open(field: str) -> None:
    raise Forbidden(
        _t("You cannot open “%(field)s” farther than it is open to you. Ask an administrator.")
        % {"field": words.field(field)}
    )


def raise_rights_of(role: Role) -> None:
    """Count up the rights of everybody who has the role, so that nothing built from the old ones is used."""
    for member in Member.with_bin.filter(member_roles__role=role):
        member.rights_version += 1
        member.save(update_fields=["rights_version"])


@action("role.install", label=_("Set up role"), creates=True, allow=is_the_system)
def install(role: Role, *, key: str) -> None:
    """Make a built-in role in this company."""
    declared = roles.get(key)
    role.key, role.home = key, declared.home
    role.name, role.description = str(declared.name), str(declared.description)
    role.grants, role.field_rules = declared.all_grants(), declared.all_rules()
    role.builtin = {"grants": role.grants, "field_rules": role.field_rules}


@action("role.renew", label=_("Bring up to date"), allow=is_the_system)
def renew(role: Role) -> None:
    """Give a built-in role what the program has added since, leaving alone what the company changed."""
    declared = roles.get(role.key)
    latest: dict[str, dict[str, Any]] = {"grants": declared.all_grants(), "field_rules": declared.all_rules()}
    role.grants = merged(role.grants, role.builtin.get("grants", {}), latest["grants"])
    role.field_rules = merged(role.field_rules, role.builtin.get("field_rules", {}), latest["field_rules"])
    role.builtin = latest


def merged(now: Mapping[str, Any], before: Mapping[str, Any], latest: Mapping[str, Any]) -> dict[str, Any]:
    """`now` with the program's changes from `before` to `latest`, where the company has not changed it itself."""
    found = dict(now)
    for name in before.keys() | latest.keys():
        if now.get(name) != before.get(name) or before.get(name) == latest.get(name):
            continue
        if name in latest:
            found[name] = latest[name]
        else:
            found.pop(name, None)
    return found


def ensure_roles(language: str) -> dict[str, Role]:
    """Make or renew the built-in roles of the active company; returns them by key. An event for each that changes."""
    present = {role.key: role for role in Role.with_bin.exclude(key="")}
    with override(language):
        for declared in roles.builtin():
            if declared.key not in present:
                present[declared.key] = install(actor=system(), key=declared.key).record
            else:
                present[declared.key] = renew(present[declared.key], actor=system()).record
    return present
