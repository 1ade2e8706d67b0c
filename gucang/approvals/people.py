"""Whom a policy means: from its words and a request to members, and what the flow has to know of them.

A company's members, their superiors and departments are set up once and kept, so that this costs a query or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gucang.accounts.models import Department, Member, MemberRole, Status
from gucang.accounts.rules import ADMINISTRATOR
from gucang.approvals import delegating
from gucang.approvals.definition import Definition, Kind, Who
from gucang.approvals.flow import Named, People
from gucang.kernel import clock
from gucang.kernel.setup import kept


class Company(NamedTuple):
    """The people of a company as approvals see them: who works, superiors, departments, and who has which role."""

    working: frozenset[int]
    superior: Mapping[int, int]
    department: Mapping[int, int]
    parent: Mapping[int, int]
    head: Mapping[int, int]
    by_role: Mapping[int, tuple[int, ...]]
    admins: tuple[int, ...]


def company() -> Company:
    """The active company's people. Three queries, asked again when one of them changes."""
    return kept("people of approvals", _read)


def _read() -> Company:
    members = list(Member.objects.order_by("pk").values_list("pk", "status", "manager_id", "department_id", "user_id"))
    departments = list(Department.objects.values_list("pk", "parent_id", "head_id"))
    by_role: dict[int, list[int]] = {}
    admins: list[int] = []
    roles = MemberRole.objects.order_by("member_id").values_list("role_id", "role__key", "member_id")
    working = frozenset(pk for pk, status, *_rest in members if status != Status.LEFT)
    for role, key, member in roles:
        by_role.setdefault(role, []).append(member)
        if key == ADMINISTRATOR:
            admins.append(member)
    head = {pk: chief for pk, _parent, chief in departments if chief is not None}
    parent = {pk: above for pk, above, _chief in departments if above is not None}
    department = {pk: here for pk, _status, _manager, here, _user in members if here is not None}
    return Company(
        working=working,
        superior={
            pk: above
            for pk, _status, manager, here, _user in members
            if (above := manager or _head_above(here, head, parent, but=pk)) is not None
        },
        department=department,
        parent=parent,
        head=head,
        by_role={role: tuple(some) for role, some in by_role.items()},
        admins=tuple(admins),
    )  # fmt: skip


def _head_above(here: int | None, head: Mapping[int, int], parent: Mapping[int, int], *, but: int) -> int | None:
    """The head of the nearest department upwards that is led by somebody else: the superior of who has none named."""
    seen: set[int] = set()
    while here is not None and here not in seen:
        if (found := head.get(here)) is not None and found != but:
            return found
        seen.add(here)
        here = parent.get(here)
    return None


def departments_above(member: int, of: Company) -> list[int]:
    """A member's department and those it belongs to, the nearest first."""
    found: list[int] = []
    here = of.department.get(member)
    while here is not None and here not in found:
        found.append(here)
        here = of.parent.get(here)
    return found


def people_for(words: Definition, submitter: int, record: Any, policy: int) -> People:
    """What the flow has to know about a request by `submitter` on `record`, as it would be or is (None: unknown)."""
    here = company()
    return People(
        found={number: found_for(step.who, submitter, record, here) for number, step in enumerate(words.steps)},
        working=here.working,
        superior=here.superior,
        admins=here.admins,
        deputies=delegating.deputies(delegating.hands(clock.today()), policy),
    )


def found_for(many: Iterable[Who], submitter: int, record: Any, here: Company) -> list[Named]:
    """The members whom a policy names, in its order, nobody twice; whether they work is for the rules to judge."""
    found: dict[int, Named] = {}
    for who in many:
        for member in _members(who, submitter, record, here):
            found.setdefault(member, Named(member, personal=who.kind is not Kind.ROLE))
    return list(found.values())


def _members(who: Who, submitter: int, record: Any, here: Company) -> Sequence[int]:
    if who.kind is Kind.PERSON:
        return (who.id,)
    if who.kind is Kind.ROLE:
        # Of a queue, whoever has left is not in it any more.
        return [one for one in here.by_role.get(who.id, ()) if one in here.working]
    if who.kind is Kind.SUPERIOR:
        above: int | None = submitter
        for _level in range(who.level):
            above = here.superior.get(above) if above is not None else None
        return () if above is None else (above,)
    if who.kind is Kind.HEAD:
        heads = [here.head[one] for one in departments_above(submitter, here) if one in here.head]
        return heads[who.level - 1 : who.level]
    value = getattr(record, f"{who.name}_id", None)
    return (value,) if isinstance(value, int) else ()


def copies_for(words: Definition, submitter: int, record: Any) -> list[int]:
    """Who is told of the result."""
    here = company()
    return [one.member for one in found_for(words.copies, submitter, record, here) if one.member in here.working]


def fields_naming_people(record_type: Any) -> dict[str, str]:
    """The fields of a record type that name a member, with their labels: who may be named by them."""
    return {
        name: str(spec.label)
        for name, spec in record_type.specs.items()
        if spec.kind == "reference" and spec.target is Member
    }
