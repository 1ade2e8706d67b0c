"""Who may see and do what with customers and contacts, and when a customer falls to the pool. Pure: no queries."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import may_give_away, reach_q, whoever_may

if TYPE_CHECKING:
    from gucang.parties.models import Customer, PoolRules


def visible_customers(actor: Actor) -> Q:
    """The customers within reach, those shared with the actor, and for those who may claim, the pool."""
    within = reach_q(actor, "customer.view", owner="owner_id", shared="customer")
    # An empty Q means everything, but "everything or the pool" would become "the pool".
    if not within or not actor.may("customer.view") or not actor.may("customer.claim"):
        return within
    return within | Q(owner_id=None)


def visible_contacts(actor: Actor) -> Q:
    """The contacts of customers within reach or shared; those of pool customers wait for whoever claims them."""
    within = reach_q(actor, "contact.view", owner="customer__owner_id", shared="customer", shared_path="customer_id")
    return within & Q(customer__deleted_at=None)


# The pool's rules, for whoever may know them: there is one set.
visible_rules = whoever_may("pool_rules.view")


def may_assign(actor: Actor, customer: Customer) -> bool:
    """Its owner or a manager; and out of the pool only a manager, for everybody else there is the claim."""
    if customer.owner_id is None and actor.reach("customer.assign") is Reach.OWN:
        return False
    return may_give_away("customer.assign")(actor, customer)


def why_unclaimed(actor: Actor, customer: Customer) -> str | None:
    """Nobody adds to a pool customer what only its owner should; who works for the whole company may prepare it."""
    if customer.owner_id is not None or actor.reach("customer.edit") is Reach.COMPANY:
        return None
    return _t("“%(customer)s” is in the pool. Claim it first.") % {"customer": customer}


def why_not_a_person(customer: Customer) -> str | None:
    """Erasing is for people; an organisation's name and numbers are not personal data."""
    if customer.kind == "person":
        return None
    return _t("Only a private person's data are erased. Erase the contacts of “%(customer)s” instead.") % {
        "customer": customer
    }


def why_not_claim(customer: Customer) -> str | None:
    """Somebody owns it."""
    if customer.owner_id is None:
        return None
    return _t("“%(customer)s” belongs to %(owner)s; ask them to share it with you.") % {
        "customer": customer,
        "owner": customer.owner,
    }


def why_not_release(customer: Customer) -> str | None:
    """It is in the pool already."""
    if customer.owner_id is None:
        return _t("“%(customer)s” is in the pool already.") % {"customer": customer}
    return None


def pause_until(customer: Customer, member_id: int | None, rules: PoolRules) -> datetime | None:
    """Until when the former owner must leave a pool customer to others; None when they need not (any more)."""
    if member_id is None or customer.previous_owner_id != member_id or customer.pooled_at is None:
        return None
    return customer.pooled_at + timedelta(days=rules.cool_down_days) if rules.cool_down_days else None


def recycles_on(customer: Customer, rules: PoolRules) -> date | None:
    """The day on which an owned customer becomes due for the pool by the rules; None for never."""
    return min(_due_days(customer, rules).values(), default=None)


def _due_days(customer: Customer, rules: PoolRules) -> dict[str, date]:
    """The day that each rule gives: "contact" and "deal"."""
    if customer.owned_since is None or (rules.spares_buyers and customer.last_deal_on is not None):
        return {}
    since = timezone.localdate(customer.owned_since)
    days = {}
    if rules.days_without_contact:
        last = since if customer.last_contact_at is None else timezone.localdate(customer.last_contact_at)
        days["contact"] = max(since, last) + timedelta(days=rules.days_without_contact)
    if rules.days_without_deal:
        days["deal"] = max(since, customer.last_deal_on or since) + timedelta(days=rules.days_without_deal)
    return days


def falls_on(customer: Customer, rules: PoolRules, today: date) -> date | None:
    """The day on which the customer really goes back: when it is due, but never sooner than the owner was told."""
    due = recycles_on(customer, rules)
    if due is None or not rules.warn_days:
        return due
    if is_warned(customer, due):
        return customer.warned_for
    return max(due, today + timedelta(days=rules.warn_days))


def is_warned(customer: Customer, due: date) -> bool:
    """Whether the owner's last warning was about this due day; a follow-up since then has made a later one."""
    return customer.warned_for is not None and customer.warned_for >= due


def may_recycle(customer: Customer, rules: PoolRules, today: date) -> bool:
    """Whether it goes back to the pool now."""
    due = recycles_on(customer, rules)
    if due is None or due > today:
        return False
    return not rules.warn_days or (is_warned(customer, due) and falls_on(customer, rules, today) <= today)  # type: ignore[operator]


def may_warn(customer: Customer, rules: PoolRules, today: date) -> bool:
    """Whether the owner is to be told now."""
    due = recycles_on(customer, rules)
    if due is None or not rules.warn_days or is_warned(customer, due):
        return False
    return due - timedelta(days=rules.warn_days) <= today


def recycle_reason(customer: Customer, rules: PoolRules) -> str:
    """Why a customer goes back, as a word for the log: "contact" or "deal"."""
    days = _due_days(customer, rules)
    return min(days, key=lambda reason: days[reason])


def why_no_code(record: Any) -> str | None:
    """A private person has no credit code: it is given to organisations."""
    if record.kind == "person" and record.credit_code:
        return _t("A private person has no credit code. Choose “organisation”, or leave the code empty.")
    return None
