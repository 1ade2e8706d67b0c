"""Create, change, hand over and share customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.kernel.actions import action, creating, deleting, editing, erasing, restoring, sharing
from gucang.kernel.actors import Actor
from gucang.kernel.fields import Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import may_give_away
from gucang.kernel.scope import only_writing
from gucang.parties import rules
from gucang.parties.models import Customer, Status


def _owned(customer: Customer, actor: Actor) -> None:
    """Whoever enters a customer owns it and keeps the credit, unless an import says otherwise."""
    if customer.owner_id is None and customer.pooled_at is None:
        customer.owner_id = actor.member_id
    if customer.originator_id is None:
        customer.originator_id = customer.owner_id or actor.member_id


create = creating("customer", prepare=_owned)
edit = editing("customer")
delete = deleting("customer", allow=may_give_away("customer.delete"))
restore = restoring("customer")
erase = erasing("customer", guard=rules.why_not_a_person)
share, unshare = sharing("customer", Member)


def _given_back(event: Event) -> tuple[str, dict[str, Any]]:
    """To the former owner with the deals that went along, or into the pool where it came from."""
    former = event.changes["owner"][0]
    if former is None:
        return "release", {"reason": _t("Taken back.")}
    return "assign", {"owner": former, "with_opportunities": bool(event.facts.get("with_opportunities"))}


@action(
    "customer.assign", label=_("Assign"), allow=rules.may_assign, unowned=True, hands_over=True,
    icon="user-share", back=_given_back,
    labels={
        "owner": _("New owner"), "note": _("What they should know"), "with_opportunities": _("Open opportunities too"),
    },
)  # fmt: skip
def assign(
    customer: Customer,
    *,
    owner: Colleague,
    note: Annotated[str, Text(long=True)] = "",
    with_opportunities: bool = True,
) -> dict[str, Any]:
    """Hand the customer with its contacts over to a colleague; nothing written about it changes."""
    return hand_over(customer, owner, with_opportunities=with_opportunities, note=note)


@action("customer.progress", label=_("Change development"), icon="trending-up", labels={"status": _("Development")})
def progress(customer: Customer, *, status: Status) -> None:
    """Say how far the customer is developed."""
    customer.status = status


def note_deals(won: Mapping[int, date]) -> None:
    """Keep the last deal of customers ({id: day won}); no deed of its own, so without an event. For kept tables."""
    with only_writing(Customer._meta.app_label):
        for pk, day in sorted(won.items()):
            Customer.objects.filter(pk=pk).exclude(last_deal_on__gte=day).update(last_deal_on=day)


__all__ = [
    "assign", "create", "delete", "edit", "erase", "note_deals", "progress", "restore", "share", "unshare",
]  # fmt: skip
