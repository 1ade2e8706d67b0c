"""What may be done with a quote: written, sent, answered, revised, and made an order."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import letterhead
from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.documents import settling
from gucang.documents.models import FILLED
from gucang.kernel import clock, lines
from gucang.kernel.actions import action, creating, deleting, editing, restoring, sharing
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import may_give_away
from gucang.parties import rules as party_rules
from gucang.selling import rules
from gucang.selling.models import Quote, QuoteState

# What a new version takes over from the one that it revises.
_COPIED = ("opportunity", "contact", "currency", "discount", "note", "terms")


def _begin(quote: Quote, actor: Actor) -> None:
    if sentence := party_rules.why_unclaimed(actor, quote.customer):
        raise Invalid({"customer": [sentence]})
    if quote.revises is not None:
        _follow(quote, quote.revises)
    if quote.owner_id is None:
        quote.owner_id = actor.member_id
    _settle(quote, actor)


def _follow(quote: Quote, earlier: Quote) -> None:
    """The next version of a quote has its number with "-V2" behind it."""
    quote.root_id = earlier.root_id or earlier.pk
    family = Quote.with_bin.filter(Q(root_id=quote.root_id) | Q(pk=quote.root_id))
    quote.revision = family.aggregate(Max("revision"))["revision__max"] + 1
    quote.number = f"{Quote.with_bin.values_list('number', flat=True).get(pk=quote.root_id)}-V{quote.revision}"
    quote.owner_id = earlier.owner_id


def _settle(quote: Quote, actor: Actor) -> None:
    if quote.opportunity is not None and quote.opportunity.customer_id != quote.customer_id:
        sentence = _t("“%(deal)s” is a deal with another customer. Choose one of this customer's.")
        raise Invalid({"opportunity": [sentence % {"deal": quote.opportunity}]})
    settling.settle(quote)


create = creating("quote", prepare=_begin)
edit = editing("quote", prepare=_settle, guard=rules.why_not_draft)
delete = deleting("quote", guard=rules.why_not_draft, allow=may_give_away("quote.delete"))
restore = restoring("quote")
share, unshare = sharing("quote", Member)


@action("quote.send", label=pgettext_lazy("quote", "Send"), guard=rules.why_not_sendable, tone="primary", icon="send")
def send(quote: Quote, *, actor: Actor) -> dict[str, Any]:
    """Put the quote into the customer's hands: from now on it stays as it is. An earlier version is superseded."""
    if quote.valid_until is not None and quote.valid_until < clock.today():
        raise Refused(_t("It would be out of date already. Write a later day."), field="valid_until")
    quote.state, quote.sent_on = QuoteState.SENT, clock.today()
    # What the customer has in hand stays, also when the company's usual terms change.
    quote.terms = quote.terms or letterhead.of_company().terms
    if quote.revises is not None and quote.revises.state != QuoteState.SUPERSEDED:
        supersede(quote.revises_id, actor=system())
    return {"total": quote.total, "currency": quote.currency}


@action("quote.supersede", label=_("Superseded"), internal=True, guard=rules.why_ordered)
def supersede(quote: Quote) -> None:
    """A later version takes the place of this one."""
    quote.state = QuoteState.SUPERSEDED


def _withdrawn(event: Event) -> tuple[str, dict[str, Any]]:
    return "take_back", {}


@action(
    "quote.accept", label=pgettext_lazy("quote", "Accepted"), guard=rules.why_not_open_quote, tone="primary",
    icon="thumb-up", back=_withdrawn,
    labels={
        "on": _("Accepted on"), "by": _("Accepted by"), "customer_number": _("Their order number"), "note": _("Remark"),
    },
)  # fmt: skip
def accept(
    quote: Quote,
    *,
    on: date | None = None,
    by: Annotated[str, Text(max_length=60)] = "",
    customer_number: Annotated[str, Text(max_length=60)] = "",
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """The customer agrees to it as it is; `by` is who said so there, `customer_number` goes onto the order."""
    quote.state, quote.answered_on = QuoteState.ACCEPTED, _answered(quote, on)
    quote.answered_by, quote.customer_number = by, customer_number
    return {"note": note}


@action(
    "quote.decline", label=pgettext_lazy("quote", "Declined"), guard=rules.why_not_open_quote, icon="thumb-down",
    back=_withdrawn, labels={"reason": _("Why it was declined"), "on": _("Declined on"), "by": _("Declined by")},
)  # fmt: skip
def decline(
    quote: Quote,
    *,
    reason: Annotated[str, Text(max_length=200)],
    on: date | None = None,
    by: Annotated[str, Text(max_length=60)] = "",
) -> dict[str, Any]:
    """The customer does not want it, and says why."""
    quote.state, quote.answered_on, quote.declined_for = QuoteState.DECLINED, _answered(quote, on), reason
    quote.answered_by = by
    return {"reason": reason}


def _answered(quote: Quote, on: date | None) -> date:
    day = on or clock.today()
    if sentence := rules.why_not_future(day, clock.today()):
        raise Invalid({"on": [sentence]})
    if quote.sent_on is not None and day < quote.sent_on:
        raise Invalid({"on": [_t("The quote was sent on a later day than this.")]})
    return day


@action("quote.take_back", label=_("Take the answer back"), guard=rules.why_unanswered, icon="rotate")
def take_back(quote: Quote) -> None:
    """The answer was noted by mistake: the quote waits for one again."""
    quote.state, quote.answered_on, quote.declined_for = QuoteState.SENT, None, ""
    quote.answered_by, quote.customer_number = "", ""


@action("quote.expire", label=pgettext_lazy("quote", "Expired"), internal=True, guard=rules.why_not_open_quote)
def expire(quote: Quote) -> None:
    """Its last day has passed without an answer."""
    quote.state = QuoteState.EXPIRED


@action("quote.revise", label=_("Revise"), guard=rules.why_not_revisable, icon="copy", always=True)
def revise(quote: Quote, *, actor: Actor) -> dict[str, Any]:
    """Write a new version beside this one, which stands until the new one is sent."""
    if Quote.objects.filter(revises=quote).exists():
        raise Refused(_t("There is a new version of this quote already. Go on with that one."))
    values = {name: getattr(quote, name) for name in _COPIED} | {"customer": quote.customer_id, "revises": quote.pk}
    values["lines"] = [{name: getattr(line, name) for name in FILLED} for line in lines.of(quote)]
    quote.made = create(actor=actor, values=values, also=("revises",)).record
    return {"version": quote.made.number}


@action("quote.make_order", label=_("Make an order"), guard=rules.why_not_orderable, tone="primary", icon="package")
def make_order(quote: Quote) -> None:
    """Let an order be made of what the customer accepted: once."""
    quote.ordered = True


@action("quote.order_again", label=_("Order again"), internal=True)
def order_again(quote: Quote) -> None:
    """Its order was cancelled: another one may be made of it."""
    quote.ordered = False


@action(
    "quote.assign", label=_("Assign"), allow=may_give_away("quote.assign"), unowned=True, hands_over=True,
    icon="user-share", labels={"owner": _("New owner"), "note": _("What they should know")},
)  # fmt: skip
def assign(
    quote: Quote,
    *,
    owner: Colleague,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Hand the quote over to a colleague as it is."""
    return hand_over(quote, owner, note=note)
