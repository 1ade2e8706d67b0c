"""From a member and their roles to an actor with rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import connection

from gucang.accounts.models import Department, Member, Role, Token
from gucang.accounts.rules import field_rule, sees
from gucang.kernel.actors import ACCESSES, REACHES, Actor, FieldRule, Reach
from gucang.kernel.scope import active_company_id
from gucang.kernel.setup import kept


def actor_for(member: Member, *, token: Token | None = None) -> Actor:
    """The actor of a member: the widest reach of all their roles per permission.

    Of several field rules for one field the most generous holds. A role without a rule for it does not restrict, if it
    lets the record be seen at all: otherwise any role would lift what another one hides.
    """
    roles, grants, field_rules = kept(f"rights:{member.pk}", lambda: _rights(member))
    return Actor(
        kind="token" if token else "member",
        name=member.name,
        member_id=member.pk,
        grants=grants if member.may_work else {},
        field_rules=field_rules,
        circle=circle_of(member),
        token_id=token.pk if token else None,
        scopes=frozenset(token.scopes) if token else None,
        roles=roles,
    )


def _rights(member: Member) -> tuple[tuple[Role, ...], dict[str, Reach], dict[str, FieldRule]]:
    roles = tuple(Role.objects.filter(member_roles__member=member).order_by("member_roles__id"))
    return roles, _grants(roles), _field_rules(roles)


def _grants(roles: Iterable[Role]) -> dict[str, Reach]:
    found: dict[str, Reach] = {}
    for role in roles:
        for permission, reach in role.grants.items():
            held = found.get(permission)
            if held is None or REACHES.index(Reach(reach)) > REACHES.index(held):
                found[permission] = Reach(reach)
    return found


def role_actor(role: Role, department: Department | None = None) -> Actor:
    """The actor of somebody new who has this role alone, in this department: nothing is theirs yet. No query."""
    newcomer = Member(name=f"{role} · {department}" if department else str(role), department=department)
    return Actor(
        kind="member",
        name=newcomer.name,
        grants=_grants([role]),
        field_rules=_field_rules([role]),
        circle=circle_of(newcomer),
        roles=(role,),
    )


def _field_rules(roles: Sequence[Role]) -> dict[str, FieldRule]:
    found = {}
    for name in {name for role in roles for name in role.field_rules}:
        record = name.partition(".")[0]
        seeing = [role for role in roles if sees(role.grants, record)] or roles
        if all(name in role.field_rules for role in seeing):
            found[name] = max((field_rule(role.field_rules[name]) for role in seeing), key=_generosity)
    return found


def _generosity(rule: FieldRule) -> tuple[int, int, int]:
    beyond = rule.inside if rule.within is None else rule.beyond
    within = len(REACHES) if rule.within is None else REACHES.index(rule.within)
    return ACCESSES.index(beyond), ACCESSES.index(rule.inside), within


def circle_of(member: Member) -> Callable[[Reach], frozenset[int]]:
    """A function from a reach to the ids of the members within it."""

    own = frozenset() if member.pk is None else frozenset({member.pk})

    def circle(reach: Reach) -> frozenset[int]:
        department = member.department_id
        if department is None:
            return own
        if reach is Reach.TREE:
            return kept(f"members below:{department}", lambda: _members_below(department)) | own
        return kept(f"members of:{department}", lambda: _members_of(department)) | own

    return circle


def _members_of(department_id: int) -> frozenset[int]:
    return frozenset(Member.objects.filter(department_id=department_id).values_list("pk", flat=True))


_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM accounts_department WHERE company_id = %(company)s AND id = %(department)s
        UNION
        SELECT d.id FROM accounts_department d JOIN below ON d.parent_id = below.id
        WHERE d.company_id = %(company)s AND d.deleted_at IS NULL
    )
    SELECT m.id FROM accounts_member m JOIN below ON m.department_id = below.id
    WHERE m.company_id = %(company)s AND m.deleted_at IS NULL
"""


def _members_below(department_id: int) -> frozenset[int]:
    """The ids of the members of a department and all below it. One query; a circle of departments ends it too."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"company": active_company_id(), "department": department_id})
        return frozenset(pk for (pk,) in cursor.fetchall())


__all__ = ["actor_for", "circle_of", "role_actor"]
