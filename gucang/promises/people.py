"""Who has to act on a promise, and until when: by the company's rules, among those who work and may act on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from gucang.accounts.models import Member, MemberRole, Role, Status
from gucang.kernel import clock, permissions, records
from gucang.kernel.setup import kept
from gucang.promises.kinds import NATURES
from gucang.promises.models import OPEN, Promise, PromiseRule
from gucang.promises.rules import needs_booking
from gucang.worktime.hours import NoWorkingTime, Span, Unit
from gucang.worktime.queries import calendar_of

# In a calendar without working days a promise must not wait for ever.
FALLBACK = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """The rule of a kind in force: ids of role and department (None for neither), working days."""

    role: int | None
    department: int | None
    due_days: int
    book_days: int


def rule_of(kind: str) -> Rule:
    """The company's rule for a kind, or the usual one. No query once the set-up is kept."""
    return kept("promise rules", _read)[kind]


def _read() -> dict[str, Rule]:
    usual = dict(Role.objects.exclude(key="").values_list("key", "pk"))
    found = {str(kind): Rule(usual.get(one.role), None, one.due_days, one.book_days) for kind, one in NATURES.items()}
    for own in PromiseRule.objects.all():
        found[own.kind] = Rule(own.role_id, own.department_id, own.due_days, own.book_days)
    return found


# --- until when ------------------------------------------------------------------------------------------------------


def deadline(member: Member | None, days: int, start: datetime | None = None) -> datetime:
    """The end of the working day that lies `days` working days after `start` (now), by this member's calendar."""
    begin = start or clock.now()
    try:
        return calendar_of(member).deadline(begin, Span(days, Unit.WORKING_DAYS))
    except NoWorkingTime:
        return begin + FALLBACK * max(days, 1)


def end_of(promise: Promise) -> datetime | None:
    """The last moment of the day that the customer was told."""
    if promise.until is None:
        return None
    return timezone.make_aware(datetime.combine(promise.until, time(23, 59)))


# --- who -------------------------------------------------------------------------------------------------------------


def may_act(member: Member | None, promise: Promise, verb: str = "keep") -> bool:
    """Whether a member works here and may do `verb` to the promise."""
    if member is None or not member.may_work:
        return False
    actor, name = member.as_actor(), f"promise.{verb}"
    return actor.may(name) and permissions.within_reach(actor, name, records.get("promise"), promise)


def responsible(promise: Promise) -> Member | None:
    """Who answers to the customer: who promised it, while they may; then the customer's owner, then a superior."""
    people = (promise.promised_by, promise.customer.owner)
    found = next((one for one in people if may_act(one, promise)), None)
    return found or next((one for one in people if one is not None and one.may_work), None) or _above(people)


def _above(people: Iterable[Member | None]) -> Member | None:
    """The first superior upwards of any of these who still works here."""
    for one in people:
        seen: set[int] = set()
        while one is not None and one.pk not in seen:
            seen.add(one.pk)
            if one.may_work:
                return one
            one = superior(one)
    return None


def superior(member: Member) -> Member | None:
    """A member's manager, else the head of the department; never the member."""
    head = member.department.head if member.department is not None else None
    return next((one for one in (member.manager, head) if one is not None and one.pk != member.pk), None)


def acts_on(promise: Promise) -> Member | None:
    """Who has to see to it that the promise gets into the books or the diary, by the rule of its kind.

    Of several, who holds fewest open promises; where nobody is named, or nobody who works, who is responsible.
    """
    rule = rule_of(promise.kind)
    if rule.role is None and rule.department is None:
        return responsible(promise)
    people = Member.objects.exclude(status=Status.LEFT)
    if rule.role is not None:
        people = people.filter(pk__in=MemberRole.objects.filter(role_id=rule.role).values("member_id"))
    if rule.department is not None:
        people = people.filter(department_id=rule.department)
    found = list(people.select_related("department").order_by("pk"))
    if not found:
        return responsible(promise)
    held = Promise.objects.filter(holder__in=found, state__in=OPEN).values_list("holder_id").annotate(n=Count("pk"))
    counts = dict(held)
    return min(found, key=lambda one: (counts.get(one.pk, 0), one.pk))


def hold(promise: Promise, member: Member | None, until: datetime | None) -> None:
    """Put the promise into somebody's hands from now on."""
    if promise.holder_id != (member.pk if member is not None else None) or promise.held_since is None:
        promise.held_since = clock.now()
    promise.holder = member
    promise.due_at = until
    promise.escalated_at = None


def to_who_acts(promise: Promise) -> None:
    """Hand it to who books it, or where nothing is booked, to who answers to the customer."""
    if not needs_booking(promise):
        hold(promise, responsible(promise), end_of(promise))
        return
    who = acts_on(promise)
    promise.book_by = deadline(who, rule_of(promise.kind).book_days)
    hold(promise, who, promise.book_by)


def usual_until(kind: str, member: Member | None) -> datetime:
    """Until when a promise of a kind is usually kept."""
    return deadline(member, rule_of(kind).due_days)
