"""Roles: what they grant, and keeping the built-in ones up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gucang.accounts import roles, rules
from gucang.accounts.models import Member, MemberRole, Role
from gucang.accounts.rights import read_grants, read_rules
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Forbidden
from gucang.kernel.fields import Text


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
    grants: Annotated[str, Text(long=True)] = "",
    field_rules: Annotated[str, Text(long=True)] = "",
    actor: Actor,
) -> None:
    """Replace what a role may do: one right a line, such as “customer.view own”."""
    wanted, fields = read_grants(grants), read_rules(field_rules)
    check_giving(actor, changed_grants(role.grants, wanted))
    role.grants, role.field_rules = wanted, fields
    raise_rights_of(role)


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
        raise Forbidden(
            _t("You cannot give “%(right)s”, because you do not have it yourself. Ask an administrator.")
            % {"right": too_much[0]}
        )


def raise_rights_of(role: Role) -> None:
    """Count up the rights of everybody who has the role, so that nothing built from the old ones is used."""
    for member in Member.with_bin.filter(member_roles__role=role):
        member.rights_version += 1
        member.save(update_fields=["rights_version"])


@action("role.install", label=_("Set up role"), creates=True, allow=rules.is_the_system)
def install(role: Role, *, key: str) -> None:
    """Make a built-in role in this company."""
    declared = roles.get(key)
    role.key, role.home = key, declared.home
    role.name, role.description = str(declared.name), str(declared.description)
    role.grants, role.field_rules = declared.all_grants(), declared.all_rules()
    role.builtin = {"grants": role.grants, "field_rules": role.field_rules}


@action("role.renew", label=_("Bring up to date"), allow=rules.is_the_system)
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
