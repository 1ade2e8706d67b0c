"""Who does a step: roles become colleagues, the nearest first. Members and roles are kept, so asking costs nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gucang.accounts.models import Department, Member, MemberRole, Status
from gucang.kernel.setup import kept
from gucang.sops.definitions import Definition, Step


@dataclass(frozen=True)
class Colleague:
    """A member who works here, and how to reach them."""

    pk: int
    name: str
    department: int | None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Company:
    """Who works here, who has which role (as processes call it), and which department lies in which."""

    members: Mapping[int, Colleague]
    by_role: Mapping[str, Sequence[Colleague]]
    parent: Mapping[int, int | None]

    def roles_of(self, member_id: int) -> set[str]:
        """The roles of a member."""
        return {role for role, many in self.by_role.items() if any(one.pk == member_id for one in many)}

    def having(self, roles: Collection[str]) -> list[Colleague]:
        """Everybody who has one of these roles, nobody twice."""
        return list(dict.fromkeys(one for role in roles for one in self.by_role.get(role, ())))


def company() -> Company:
    """The active company's people. Three queries, asked again when one of them changes."""
    return kept("people of processes", _read)


def _read() -> Company:
    rows = Member.objects.exclude(status=Status.LEFT).order_by("name_key", "pk")
    known = rows.values_list("pk", "name", "department_id", "phone", "email")
    members = {pk: Colleague(pk, *rest) for pk, *rest in known}
    by_role: dict[str, list[Colleague]] = {}
    for member, role, key in MemberRole.objects.order_by("pk").values_list("member_id", "role_id", "role__key"):
        if member in members:
            by_role.setdefault(key or str(role), []).append(members[member])
    return Company(members, by_role, dict(Department.objects.values_list("pk", "parent_id")))


def concerned(words: Definition) -> list[Colleague]:
    """Everybody who has a part in a process by the roles of its steps."""
    return company().having([role for step in words.steps.values() for role in step.roles])


def has_part(words: Definition, member_id: int) -> bool:
    """Whether a member has a part in a process."""
    roles = company().roles_of(member_id)
    return any(not roles.isdisjoint(step.roles) for step in words.steps.values())


def who_does(step: Step, owner_id: int | None, but: Collection[int] = ()) -> list[Colleague]:
    """Who does a step of a case that `owner_id` owns, and is none of `but`.

    The owner where that is their role; else those of the owner's department, or of the nearest one above it that has
    somebody; else all who have the role.
    """
    here = company()
    able = [one for one in here.having(step.roles) if one.pk not in but]
    owner = here.members.get(owner_id or 0)
    if owner is None:
        return able
    if owner in able:
        return [owner]
    department, seen = owner.department, set[int]()
    while department is not None and department not in seen:
        near = [one for one in able if one.department == department]
        if near:
            return near
        seen.add(department)
        department = here.parent.get(department)
    return able
