"""Reads that are used in two places or more."""

from __future__ import annotations

from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from gucang.accounts import second_step
from gucang.accounts.models import Department, Member, Role, Status, User
from gucang.accounts.rules import ADMINISTRATOR
from gucang.kernel.setup import kept


class Workplace(NamedTuple):
    """A company in which a person is a member, as the switch shows it."""

    id: int
    slug: str
    name: str
    kind: str


def companies_of(user: User) -> list[Workplace]:
    """The companies where this person works, by name. One query, needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug, name, kind FROM gucang_companies_of(%s)", [user.pk])
        return [Workplace(*row) for row in cursor.fetchall()]


def roles_of(member: Member) -> list[Role]:
    """A member's roles, by name."""
    return list(Role.objects.filter(member_roles__member=member).order_by("name"))


def departments_above(member_id: int) -> frozenset[int]:
    """The ids of a member's department and of all those it belongs to."""

    def look() -> frozenset[int]:
        parents = dict(Department.objects.values_list("pk", "parent_id"))
        here = Member.objects.filter(pk=member_id).values_list("department_id", flat=True).first()
        found: set[int] = set()
        while here is not None and here not in found:
            found.add(here)
            here = parents.get(here)
        return frozenset(found)

    return kept(f"departments above:{member_id}", look)


def administrators() -> list[Member]:
    """Who may do everything and works here, at most three: whom the others ask."""
    return list(_administrators().order_by("id")[:3])


def other_administrators(member: Member) -> QuerySet[Member]:
    """Who besides `member` can sign in as an administrator."""
    return _administrators().exclude(pk=member.pk)


def _administrators() -> QuerySet[Member]:
    return Member.objects.filter(member_roles__role__key=ADMINISTRATOR, user__isnull=False).exclude(status=Status.LEFT)


def without_second_step() -> QuerySet[Member]:
    """Who works here and signs in by password alone."""
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=second_step.FACTORS)
    return Member.objects.filter(~Exists(factors), user__isnull=False).exclude(status=Status.LEFT)
