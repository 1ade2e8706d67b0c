"""Who may see and do what with leads and opportunities, and what stands in the way of a move. Pure: no queries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import reach_q

if TYPE_CHECKING:
    from gucang.selling.models import Lead, Opportunity, Quote, Stage


def visible_opportunities(actor: Actor) -> Q:
    """Those within reach or shared; private ones only for their owner and whom the owner shares them with."""
    within = reach_q(actor, "opportunity.view", owner="owner_id", shared="opportunity")
    if actor.kind == "system":
        return within
    shared = actor.shared("opportunity")
    shown = Q(private=False) | Q(owner_id=actor.member_id or 0)
    return within & (shown | Q(pk__in=sorted(shared)) if shared else shown)


def visible_leads(actor: Actor) -> Q:
    """Those within reach, and for those who may take them, those that nobody owns yet."""
    within = reach_q(actor, "lead.view", owner="owner_id", shared="lead")
    # An empty Q means everything, but "everything or the unowned" would become "the unowned".
    if not within or not actor.may("lead.view") or not actor.may("lead.take"):
        return within
    return within | Q(owner_id=None)


def owner_of_new_lead(actor: Actor) -> int | None:
    """Whoever makes a lead keeps it; what a desk that sees all leads and takes none writes down waits for somebody."""
    desk = actor.reach("lead.view") is Reach.COMPANY and not actor.may("lead.take")
    return None if desk else actor.member_id


def why_not_open(opportunity: Opportunity) -> str | None:
    """It is closed."""
    if opportunity.state == "won":
        return _t("“%(deal)s” is already won. Reopen it to change that.") % {"deal": opportunity}
    if opportunity.state == "lost":
        return _t("“%(deal)s” is already lost. Reopen it to go on.") % {"deal": opportunity}
    return None


def why_not_closed(opportunity: Opportunity) -> str | None:
    """It is open."""
    return None if opportunity.state != "open" else _t("“%(deal)s” is open already.") % {"deal": opportunity}


def why_not_private(opportunity: Opportunity) -> str | None:
    """Everybody within reach sees it already."""
    return None if opportunity.private else _t("“%(deal)s” is shown to colleagues already.") % {"deal": opportunity}


def missing_fields(opportunity: Opportunity, stage: Stage) -> list[str]:
    """The names of the fields that `stage` asks for and that are still empty; zero counts as empty."""
    return [name for name in stage.required_fields if not _value(opportunity, name)]


def _value(opportunity: Opportunity, name: str) -> Any:
    if name.startswith("extra."):
        return opportunity.extra.get(name.removeprefix("extra."))
    field = opportunity._meta.get_field(name)
    return getattr(opportunity, getattr(field, "attname", name))


def days_in_stage(opportunity: Opportunity, today: date) -> int:
    """For how many days it has been where it is."""
    return (today - timezone.localdate(opportunity.stage_since or opportunity.created_at)).days


def is_ageing(opportunity: Opportunity, stage: Stage, today: date) -> bool:
    """Whether an open deal has been in `stage` for longer than the stage allows."""
    return stage.kind == "open" and 0 < stage.max_days < days_in_stage(opportunity, today)


def why_not_future(day: date, today: date) -> str | None:
    """A deal is not closed tomorrow."""
    return None if day <= today else _t("This day has not come yet. Write today or an earlier day.")


def why_settled(lead: Lead) -> str | None:
    """It has become a customer, or was put aside."""
    if lead.status == "converted":
        return _t("“%(lead)s” has become the customer “%(customer)s”. Go on there.") % {
            "lead": lead,
            "customer": lead.customer,
        }
    if lead.status == "discarded":
        return _t("“%(lead)s” was put aside. Take it up again first.") % {"lead": lead}
    return None


def why_not_discarded(lead: Lead) -> str | None:
    """It was not put aside."""
    return None if lead.status == "discarded" else _t("“%(lead)s” was not put aside.") % {"lead": lead}


def why_owned(lead: Lead) -> str | None:
    """Somebody has it."""
    if lead.owner_id is None:
        return None
    return _t("%(owner)s has “%(lead)s”. Ask them to assign it to you.") % {"owner": lead.owner, "lead": lead}


# ---- quotes


def visible_quotes(actor: Actor) -> Q:
    """Those within reach or shared."""
    return reach_q(actor, "quote.view", owner="owner_id", shared="quote")


def why_not_draft(quote: Quote) -> str | None:
    """It is out of the house; what the customer has in hand does not change."""
    if quote.state == "draft":
        return None
    return _t("%(quote)s is %(state)s and stays as it is. Revise it to offer something else.") % {
        "quote": quote, "state": quote.get_state_display()
    }  # fmt: skip


def why_not_sendable(quote: Quote) -> str | None:
    """It was sent, or there is nothing in it yet."""
    if (sentence := why_not_draft(quote)) is not None:
        return sentence
    if not quote.total:
        return _t("%(quote)s comes to nothing yet. Write lines with quantity and price first.") % {"quote": quote}
    return None


def why_not_open_quote(quote: Quote) -> str | None:
    """The customer has it not in hand, or has answered."""
    if quote.state == "sent":
        return None
    if quote.state == "draft":
        return _t("%(quote)s was not sent yet. Send it first.") % {"quote": quote}
    return _t("%(quote)s is %(state)s already.") % {"quote": quote, "state": quote.get_state_display()}


def why_not_linkable(quote: Quote) -> str | None:
    """The customer has nothing to see yet, or nothing to answer any more."""
    if quote.state in ("sent", "accepted", "declined"):
        return None
    if quote.state == "draft":
        return _t("%(quote)s was not sent yet. Send it first.") % {"quote": quote}
    return _t("%(quote)s is %(state)s. Send the customer a version that holds.") % {
        "quote": quote, "state": quote.get_state_display()
    }  # fmt: skip


def why_never_linked(quote: Quote) -> str | None:
    """Nobody has got a link to what was not sent yet."""
    if quote.state == "draft":
        return _t("%(quote)s was not sent yet, so there is no link to it.") % {"quote": quote}
    return None


def why_not_revisable(quote: Quote) -> str | None:
    """It can be changed as it is, or is past."""
    if quote.state == "draft":
        return _t("%(quote)s is a draft. Change it as it is.") % {"quote": quote}
    if quote.state == "superseded":
        return _t("%(quote)s has a later version. Revise that one.") % {"quote": quote}
    return why_ordered(quote)


def why_ordered(quote: Quote) -> str | None:
    """An order was made of it."""
    return _t("There is an order of %(quote)s. Go on there.") % {"quote": quote} if quote.ordered else None


def why_not_orderable(quote: Quote) -> str | None:
    """It was not accepted, or ordered already."""
    if quote.state != "accepted":
        return _t("%(quote)s is %(state)s. Once the customer accepts it, it can be ordered.") % {
            "quote": quote, "state": quote.get_state_display()
        }  # fmt: skip
    return why_ordered(quote)


def why_unanswered(quote: Quote) -> str | None:
    """There is no answer to take back."""
    if quote.state not in ("accepted", "declined"):
        return _t("%(quote)s has no answer that could be taken back.") % {"quote": quote}
    return why_ordered(quote)
