"""Whom a verdict concerns: who comes after a step, and who does it. Roles, so that nobody is singled out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from gucang.accounts.models import Department
from gucang.conformance.kinds import Kind
from gucang.sops import people
from gucang.sops.definitions import Definition, keys_of
from gucang.sops.people import Colleague

# With more than that many of them, the heads of their departments speak for the others.
MOST_ASKED = 40


def who_comes_after(words: Definition, step: str, other: str, but: Collection[int]) -> list[Colleague]:
    """Who does a step behind these by the order of `words`, and is none of `but`. One query at most."""
    order = list(keys_of(words.outline))
    places = [order.index(key) for key in (step, other) if key in order]
    roles = {role for key in order[max(places) + 1 :] for role in words.steps[key].roles} if places else set()
    found = [one for one in people.company().having(sorted(roles)) if one.pk not in but]
    if len(found) <= MOST_ASKED:
        return found
    departments = {one.department for one in found}
    heads = set(Department.objects.filter(pk__in=departments, head__isnull=False).values_list("head_id", flat=True))
    members = people.company().members
    return [members[pk] for pk in sorted(heads) if pk in members and pk not in but] or found[:MOST_ASKED]


def concerned(words: Definition, step: str, other: str, did: Iterable[int | None]) -> list[Colleague]:
    """Whom a lesson about these steps is for: everybody who has a role of theirs, or a role of somebody who did it.

    Roles and not persons, so that whoever gets a lesson is not thereby known to have departed.
    """
    here = people.company()
    roles = {role for key in (step, other) if key in words.steps for role in words.steps[key].roles}
    for member in {one for one in did if one is not None}:
        roles |= here.roles_of(member)
    return here.having(sorted(roles)) or people.concerned(words)


def usual_role(words: Definition, kind: str, step: str, did: Iterable[int | None]) -> str:
    """The role, besides those of the step, that most of those have who did it as another role; "" for none."""
    if kind != Kind.ROLE or step not in words.steps:
        return ""
    here = people.company()
    counted: Counter[str] = Counter()
    for member in did:
        if member is not None:
            counted.update(here.roles_of(member))
    known = set(words.steps[step].roles)
    found = [(-count, role) for role, count in counted.items() if role not in known]
    return min(found)[1] if found else ""
