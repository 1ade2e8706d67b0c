"""公海: claim, release and recycle customers, and the rules for it."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gucang.kernel import clock
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import is_the_system, may_give_away
from gucang.kernel.scope import active_company_id
from gucang.parties import queries, rules
from gucang.parties.models import Customer, PoolRules

create_rules = creating("pool_rules", label=_("Set the pool rules"))
edit_rules = editing("pool_rules")


def _into_the_pool(event: Event) -> tuple[str, dict[str, Any]]:
    return "release", {"reason": _t("Taken back.")}


def _to_former_owner(event: Event) -> tuple[str, dict[str, Any]]:
    return "assign", {"owner": event.changes["owner"][0], "with_opportunities": False}


@action(
    "customer.claim", label=_("Claim"), guard=rules.why_not_claim, unowned=True, tone="primary", icon="hand-grab",
    back=_into_the_pool,
    gone=_("This customer is not in the pool any more: somebody was faster. Choose another one."),
)  # fmt: skip
def claim(customer: Customer, *, actor: Actor) -> None:
    """Take the customer out of the pool and become its owner."""
    if actor.member_id is None:
        raise Refused(_t("Only a member can own a customer."))
    _lock_claims_of(actor.member_id)
    pool = queries.pool_rules()
    for sentence in (
        _pause(customer, actor.member_id, pool),
        _cap(actor.member_id, pool),
        _enough_today(actor.member_id, pool),
    ):
        if sentence:
            raise Refused(sentence)
    customer.owner_id = actor.member_id


@action(
    "customer.release", label=_("Back to the pool"), allow=may_give_away("customer.release"),
    guard=rules.why_not_release, hands_over=True, icon="arrow-back-up", labels={"reason": _("Reason")},
    back=_to_former_owner,
)  # fmt: skip
def release(customer: Customer, *, reason: Annotated[str, Text(max_length=200)]) -> dict[str, Any]:
    """Give the customer back, so that colleagues can claim it."""
    customer.owner = None
    return {"reason": reason}


def _not_due(customer: Customer) -> str | None:
    if rules.may_recycle(customer, queries.pool_rules(), clock.today()):
        return None
    return _t("“%(customer)s” stays with its owner: nothing is overdue.") % {"customer": customer}


@action("customer.recycle", label=_("Back to the pool by rule"), allow=is_the_system, guard=_not_due)
def recycle(customer: Customer) -> dict[str, Any]:
    """Put a customer that nobody cared for back into the pool."""
    reason = rules.recycle_reason(customer, queries.pool_rules())
    facts = {"former_owner": customer.owner_id, "reason": reason}
    customer.owner = None
    return facts


def _nothing_to_warn_of(customer: Customer) -> str | None:
    if rules.may_warn(customer, queries.pool_rules(), clock.today()):
        return None
    return _t("There is nothing new to tell the owner of “%(customer)s”.") % {"customer": customer}


@action("customer.warn", label=_("Warn of the pool"), allow=is_the_system, guard=_nothing_to_warn_of)
def warn(customer: Customer) -> None:
    """Remember for which day the owner is told; the notification follows from the event."""
    customer.warned_for = rules.falls_on(customer, queries.pool_rules(), clock.today())


def _lock_claims_of(member_id: int) -> None:
    """Let one member's claims wait for each other, so that two at once cannot both be the last one allowed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"claim:{active_company_id()}:{member_id}"]
        )


def _pause(customer: Customer, member_id: int, pool: PoolRules) -> str | None:
    until = rules.pause_until(customer, member_id, pool)
    if until is None or until <= clock.now():
        return None
    day = formats.date_format(timezone.localdate(until), "MONTH_DAY_FORMAT")
    return _t(
        "You had “%(customer)s” before; you can claim it again from %(day)s. Until then it is open to others."
    ) % {
        "customer": customer,
        "day": day,
    }


def _cap(member_id: int, pool: PoolRules) -> str | None:
    if not pool.cap or queries.owned_by(member_id) < pool.cap:
        return None
    return ngettext(
        "You own %(cap)s customer, as many as your company allows. Release one first.",
        "You own %(cap)s customers, as many as your company allows. Release one first.",
        pool.cap,
    ) % {"cap": pool.cap}


def _enough_today(member_id: int, pool: PoolRules) -> str | None:
    if not pool.claims_a_day or queries.claims_today(member_id) < pool.claims_a_day:
        return None
    return ngettext(
        "You have claimed %(most)s customer today, as many as a day allows. Go on tomorrow.",
        "You have claimed %(most)s customers today, as many as a day allows. Go on tomorrow.",
        pool.claims_a_day,
    ) % {"most": pool.claims_a_day}


__all__ = ["claim", "create_rules", "edit_rules", "recycle", "release", "warn"]
