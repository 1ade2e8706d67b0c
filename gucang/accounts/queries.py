"""Reads that are used in two places or more."""

from __future__ import annotations

from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from gucang.accounts import second_step
from gucang.accounts.models import Member, Role, Status, User
from gucang.accounts.rules import ADMINISTRATOR


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


def other_administrators(member: Member) -> QuerySet[Member]:
    """Who besides `member` can sign in as an administrator."""
    return (
        Member.objects.filter(member_roles__role__key=ADMINISTRATOR, user__isnull=False)
        .exclude(status="left")
        .exclude(pk=member.pk)
    )


def without_second_step() -> QuerySet[Member]:
    """Who works here and signs in by password alone."""
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=second_step.FACTORS)
    return Member.objects.filter(~Exists(factors), user__isnull=False).exclude(status=Status.LEFT)
