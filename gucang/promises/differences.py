"""The daily difference list: where what was promised and what the books say do not agree.

Checks register themselves, so a module above adds those of its own documents:

    differences.register(Check("contract", _("In the contract and never registered"), about, find, count))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.promises import queries
from gucang.promises.kinds import BY_DOCUMENT
from gucang.promises.models import OPEN, Promise, State

# A kept promise that was booked at another amount is shown for so long.
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Row:
    """One thing that does not agree. `about` is the record to open, (type, id); `promise` the one to send back.

    `promised` and `booked` are amounts, None where there is none; `since` is when it should have agreed.
    `unregistered` is the kind of promise that is given and not in the ledger: it can be registered from here.
    """

    title: str
    customer: str
    about: tuple[str, int]
    holder_id: int | None
    holder: str
    since: date | None
    promised: Decimal | None = None
    booked: Decimal | None = None
    ref: str = ""
    promise: Promise | None = None
    unregistered: str = ""


Find = Callable[[Actor, int], list[Row]]
Count = Callable[[Actor], int]


@dataclass(frozen=True)
class Check:
    """One question asked of the books. `find(actor, limit)` gives what the actor may see of it, the oldest first;
    `count(actor)` how many there are, up to MOST.
    """

    key: str
    name: Any
    about: Any
    find: Find
    count: Count


MOST = 1000
_checks: dict[str, Check] = {}


def register(check: Check) -> Check:
    """Add a check to the list. Raises ValueError for a key taken."""
    if check.key in _checks:
        raise ValueError(f"The check {check.key} is registered twice.")
    _checks[check.key] = check
    return check


def every() -> list[Check]:
    """All checks in the order of their registration."""
    return list(_checks.values())


def count(actor: Actor) -> int:
    """How many differences the actor may see."""
    return sum(check.count(actor) for check in every())


# --- what this module can see by itself ------------------------------------------------------------------------------


def _not_booked(actor: Actor) -> QuerySet[Promise]:
    late = Q(state=State.BINDING, kind__in=BY_DOCUMENT, book_by__lt=clock.now())
    return queries.visible(actor).filter(late).order_by("book_by", "pk")


def _other_amount(actor: Actor) -> QuerySet[Promise]:
    differs = Q(booked_at__isnull=False) & ~Q(booked_amount=F("worth"))
    shown = Q(state=State.BOOKED) | Q(state=State.KEPT, booked_at__gte=clock.now() - LOOK_BACK)
    return queries.visible(actor).filter(differs & shown, worth__isnull=False).order_by("booked_at", "pk")


def _expired(actor: Actor) -> QuerySet[Promise]:
    return queries.visible(actor).filter(state__in=OPEN, until__lt=clock.today()).order_by("until", "pk")


def _own(key: str, name: Any, about: Any, query: Callable[[Actor], QuerySet[Promise]], since: str) -> Check:
    def find(actor: Actor, limit: int) -> list[Row]:
        return [_row(one, since) for one in query(actor).select_related("customer", "holder")[:limit]]

    def counted(actor: Actor) -> int:
        return query(actor).order_by()[:MOST].count()

    return register(Check(key, name, about, find, counted))


def _row(promise: Promise, since: str) -> Row:
    moment: datetime | date | None = getattr(promise, since)
    return Row(
        title=promise.what,
        customer=str(promise.customer),
        about=("promise", promise.pk),
        holder_id=promise.holder_id,
        holder=str(promise.holder or ""),
        since=timezone.localdate(moment) if isinstance(moment, datetime) else moment,
        promised=promise.worth,
        booked=promise.booked_amount,
        ref=promise.booked_ref,
        promise=promise,
    )


NOT_BOOKED = _own(
    "not_booked",
    _("Promised and not booked"),
    _("The time to book them is over; the customer counts on them."),
    _not_booked,
    "book_by",
)
OTHER_AMOUNT = _own(
    "other_amount",
    _("Booked at another amount"),
    _("What stands in the books is not what was promised."),
    _other_amount,
    "booked_at",
)
EXPIRED = _own(
    "expired",
    _("Overdue and not kept"),
    _("The day that the customer was told is over."),
    _expired,
    "until",
)
