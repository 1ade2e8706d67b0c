"""The built-in roles, and what each module says they may do.

A module that owns a permission says who holds it, in its own records.py:

    roles.grant("salesperson", {"customer.view": "own", "customer.create": "own"})
    roles.restrict("salesperson", {"contact.phone": FieldRule(Access.WRITE, Reach.OWN, Access.MASKED)})

`accounts.actions.ensure_roles` brings a company's roles up to what is declared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from gucang.accounts.rules import ADMINISTRATOR
from gucang.kernel import permissions
from gucang.kernel.actors import FieldRule, Reach

# What a role that reads everything does not read: access to other people's doors.
PRIVATE = frozenset({"token.view"})


@dataclass
class BuiltIn:
    """A role that comes with the program. `reads_all` gives every "<record>.view" at company reach.

    `exports_all` gives every "<record>.export" as well: what it sees it may take out, as masked as it sees it.
    """

    key: str
    name: Any
    home: str
    description: Any
    reads_all: bool = False
    exports_all: bool = False
    grants: dict[str, Reach] = field(default_factory=dict)
    rules: dict[str, FieldRule] = field(default_factory=dict)

    def all_grants(self) -> dict[str, str]:
        """Every grant by permission name, as a role stores them."""
        found: dict[str, str] = {}
        if self.reads_all:
            found = {
                name: Reach.COMPANY.value
                for name in permissions.declared()
                if name.endswith(".view") and name not in PRIVATE
            }
        if self.exports_all:
            found |= dict.fromkeys((n for n in permissions.declared() if n.endswith(".export")), Reach.COMPANY.value)
        return found | {permissions.check_known(name): reach.value for name, reach in self.grants.items()}

    def all_rules(self) -> dict[str, dict[str, str]]:
        return {name: stored_rule(rule) for name, rule in self.rules.items()}


def stored_rule(rule: FieldRule) -> dict[str, str]:
    """A field rule as a role stores it."""
    stored = {"inside": rule.inside.value}
    if rule.within is not None:
        stored |= {"within": rule.within.value, "beyond": rule.beyond.value}
    return stored


_builtin: dict[str, BuiltIn] = {
    role.key: role
    for role in (
        BuiltIn(ADMINISTRATOR, _("Administrator"), "admin", _("May do everything."), grants={"*": Reach.COMPANY}),
        BuiltIn("sales_manager", _("Sales manager"), "manager", _("Leads a department and those below it.")),
        BuiltIn("salesperson", _("Salesperson"), "sales", _("Works with own customers.")),
        BuiltIn("service", _("Service"), "service", _("Answers customers.")),
        BuiltIn("finance", _("Finance"), "finance", _("Looks after money.")),
        BuiltIn("warehouse", _("Warehouse keeper"), "warehouse", _("Keeps the stock.")),
        BuiltIn("reader", _("Reader"), "sales", _("Sees everything, changes nothing."), reads_all=True),
        BuiltIn("auditor", _("Auditor"), "auditor", _("Checks real work."), reads_all=True, exports_all=True),
        BuiltIn("executive", _("Executive"), "executive", _("Sees the whole company."), reads_all=True),
    )
}


def grant(role_key: str, grants: Mapping[str, Reach | str]) -> None:
    """Say what a built-in role may do, as {permission: reach}. Raises LookupError for an unknown role."""
    _get(role_key).grants.update({name: Reach(reach) for name, reach in grants.items()})


def grant_all(grants: Mapping[str, Reach | str]) -> None:
    """Say what every built-in role may do."""
    for role in _builtin.values():
        if "*" not in role.grants:
            grant(role.key, grants)


def restrict(role_key: str, rules: Mapping[str, FieldRule]) -> None:
    """Say how far a built-in role sees single fields, as {"record.field": rule}."""
    _get(role_key).rules.update(rules)


def builtin() -> Iterable[BuiltIn]:
    """The built-in roles in their order on screens."""
    return _builtin.values()


def get(role_key: str) -> BuiltIn:
    """The built-in role of that key. Raises LookupError."""
    return _get(role_key)


def everyday() -> dict[str, str]:
    """What every member needs in order to work at all: to see colleagues, departments and the company."""
    return dict.fromkeys(("company.view", "department.view", "member.view"), Reach.COMPANY.value)


def _get(role_key: str) -> BuiltIn:
    try:
        return _builtin[role_key]
    except KeyError:
        raise LookupError(f"There is no built-in role {role_key!r}.") from None
