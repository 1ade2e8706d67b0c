"""Who answers for records that belong to nobody: expressions for the `responsible` of a rule."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Subquery

from gucang.accounts.models import Member, Status


def first_of_role(role: str) -> Callable[[], Subquery]:
    """The id of whoever of those with a built-in role has been here longest; asked inside a scope."""

    def found() -> Subquery:
        people = Member.objects.filter(member_roles__role__key=role).exclude(status=Status.LEFT)
        return Subquery(people.order_by("pk").values("pk")[:1])

    return found
