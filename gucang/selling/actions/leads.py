"""What may be done with a lead until it has become a customer or was put aside."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, deleting, editing, erasing, restoring, sharing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.fields import Money, Text
from gucang.kernel.permissions import may_give_away
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Contact, Customer, Kind
from gucang.parties.names import name_core
from gucang.selling import rules
from gucang.selling.actions import opportunities
from gucang.selling.models import Lead, LeadStatus

create = creating("lead", owner=rules.owner_of_new_lead)
edit = editing("lead", guard=rules.why_settled)
delete = deleting("lead", allow=may_give_away("lead.delete"))
restore = restoring("lead")
erase = erasing("lead")
share, unshare = sharing("lead", Member)


@action("lead.take", label=_("Take"), guard=rules.why_owned, unowned=True, tone="primary", icon="hand-grab")
def take(lead: Lead, *, actor: Actor) -> None:
    """Become the owner of a lead that nobody has."""
    if actor.member_id is None:
        raise Refused(_t("Only a member can own a lead."))
    lead.owner_id = actor.member_id


@action(
    "lead.assign", label=_("Assign"), allow=may_give_away("lead.assign"), guard=rules.why_settled, unowned=True,
    hands_over=True, icon="user-share", labels={"owner": _("New owner"), "note": _("What they should know")},
)  # fmt: skip
def assign(
    lead: Lead,
    *,
    owner: Colleague,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Give the lead to a colleague."""
    return hand_over(lead, owner, note=note)


def _why_answered(lead: Lead) -> str | None:
    if sentence := rules.why_settled(lead):
        return sentence
    return None if lead.status == LeadStatus.NEW else _t("“%(lead)s” was answered already.") % {"lead": lead}


@action("lead.contact", label=_("Answered"), guard=_why_answered, icon="phone", labels={"note": _("What was said")})
def contact(lead: Lead, *, note: Annotated[str, Text(long=True)] = "") -> dict[str, Any]:
    """Note the first answer to the enquiry; its time is how fast we were."""
    lead.status, lead.contacted_at = LeadStatus.CONTACTED, clock.now()
    return {"note": note}


@action("lead.qualify", label=_("Worth following"), guard=rules.why_settled, icon="thumb-up")
def qualify(lead: Lead) -> None:
    """Say that there is a real need behind the enquiry."""
    lead.status = LeadStatus.QUALIFIED
    lead.contacted_at = lead.contacted_at or clock.now()


@action("lead.discard", label=_("Put aside"), guard=rules.why_settled, icon="archive", labels={"reason": _("Reason")})
def discard(lead: Lead, *, reason: Annotated[str, Text(max_length=200)]) -> None:
    """Put the lead aside with a reason; it can be taken up again."""
    lead.status, lead.discard_reason = LeadStatus.DISCARDED, reason


@action("lead.revive", label=_("Take up again"), guard=rules.why_not_discarded, icon="rotate")
def revive(lead: Lead) -> None:
    """Go on with a lead that was put aside."""
    lead.status = LeadStatus.CONTACTED if lead.contacted_at else LeadStatus.NEW
    lead.discard_reason = ""


@action(
    "lead.convert", label=_("Make a customer"), guard=rules.why_settled, tone="primary", icon="user-check",
    labels={
        "into": _("Into an existing customer"), "with_opportunity": _("With an opportunity"),
        "opportunity": _("Opportunity name"), "amount": _("Amount"),
    },
)  # fmt: skip
def convert(
    lead: Lead,
    *,
    actor: Actor,
    into: Customer | None = None,
    with_opportunity: bool = False,
    opportunity: Annotated[str, Text(max_length=120)] = "",
    amount: Annotated[Decimal, Money()] | None = None,
) -> dict[str, Any]:
    """Make a customer with a contact of the lead, or join them to an existing one; on demand with an opportunity."""
    customer = into or _new_customer(lead, actor)
    lead.customer = customer
    lead.contact = _contact(lead, customer, actor)
    lead.status = LeadStatus.CONVERTED
    lead.owner_id = lead.owner_id or actor.member_id
    if with_opportunity or opportunity or amount is not None:
        values = {"name": opportunity or lead.name, "customer": customer, "contact": lead.contact, "note": lead.note}
        lead.opportunity = opportunities.create(
            actor=actor, values=values if amount is None else {**values, "amount": amount}
        ).record
    lead.made = lead.opportunity or customer
    return {"into_existing": into is not None}


def _new_customer(lead: Lead, actor: Actor) -> Customer:
    _refuse_known(lead, actor)
    values = {
        "name": lead.name, "kind": lead.kind, "source": lead.source, "province": lead.province, "city": lead.city,
        "note": lead.note,
    }  # fmt: skip
    if not _has_contact(lead):
        values |= {"phone": lead.phone, "email": lead.email}
    return customers.create(actor=actor, values=values).record


def _refuse_known(lead: Lead, actor: Actor) -> None:
    """Refuse a second customer of the same name; one that the actor may not see is named with its owner only."""
    core = name_core(lead.name)
    same = Customer.objects.filter(name__in={lead.name, core}).select_related("owner").first()
    if same is None:
        return
    if same.owner_id is None:
        sentence = _t("“%(customer)s” (%(number)s) is in the pool. Claim it and choose it as the existing customer.")
    elif same.owner_id == actor.member_id:
        sentence = _t("“%(customer)s” (%(number)s) is yours already. Choose it as the existing customer.")
    else:
        sentence = _t(
            "“%(customer)s” (%(number)s) is a customer of %(owner)s already. Choose it as the existing customer,"
            " or assign the lead to %(owner)s."
        )
    raise Refused(sentence % {"customer": same, "number": same.number, "owner": same.owner}, field="into")


def _has_contact(lead: Lead) -> bool:
    return bool(lead.contact_name) and lead.kind == Kind.ORGANISATION


def _contact(lead: Lead, customer: Customer, actor: Actor) -> Contact | None:
    """The lead's person at the customer, found there by name or made."""
    if not _has_contact(lead):
        return None
    found = Contact.objects.filter(customer=customer, name=lead.contact_name).first()
    if found is not None:
        return found
    values = {"customer": customer, "name": lead.contact_name, "mobile": lead.phone, "email": lead.email}
    return contacts.create(actor=actor, values=values).record


__all__ = [
    "assign", "contact", "convert", "create", "delete", "discard", "edit", "erase", "qualify", "restore", "revive",
    "share", "take", "unshare",
]  # fmt: skip
