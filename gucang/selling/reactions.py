"""What selling does when something happens, and who is told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from gucang.accounts.models import Member
from gucang.kernel import clock
from gucang.kernel.actions import Action, gate
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Refused
from gucang.kernel.events import actor_name
from gucang.kernel.models import Company, Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.parties.actions import customers
from gucang.parties.models import Customer, Status
from gucang.selling import kept
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import Opportunity, Quote, QuoteLine, StageKind
from gucang.stock import alerts

ANSWERED = kinds.declare("answered", _("A customer answered a quote"), icon="thumb-up")


@reaction("company.create")
def give_standard_pipeline(event: Event, company: Company, actor: Actor) -> None:
    """A new company can sell from the first minute."""
    pipelines.ensure_standard(company.language)


@reaction("opportunity.win", "opportunity.create")
def make_buyer(event: Event, deal: Opportunity, actor: Actor) -> None:
    """Whoever buys has bought: the customer's progress says so, also for a deal that an import brings in as won."""
    if deal.state == StageKind.WON and deal.customer.status != Status.BUYER:
        customers.progress(deal.customer, actor=system(), at=event.occurred_at, status=Status.BUYER)
        # The next deal of the same set may hold this very customer.
        deal.customer.status = Status.BUYER


@reaction("customer.assign")
def hand_over_deals(event: Event, customer: Customer, actor: Actor) -> None:
    """The former owner's open deals with the customer go along when that was asked for, private ones too."""
    former = event.facts.get("former_owner")
    if not event.facts.get("with_opportunities") or former is None or customer.owner_id is None:
        return
    owner = Member.objects.get(pk=customer.owner_id)
    for deal in Opportunity.objects.filter(customer=customer, owner_id=former, state=StageKind.OPEN).order_by("id"):
        opportunities.assign(deal, actor=system(), owner=owner)


@gate
def keep_customers_of_open_deals(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """A customer does not go to the bin while deals with it are open."""
    if verb.name != "customer.delete":
        return
    count = Opportunity.objects.filter(customer=record, state=StageKind.OPEN).count()
    if count:
        sentence = ngettext(
            "%(count)s deal with “%(customer)s” is open. Close it first.",
            "%(count)s deals with “%(customer)s” are open. Close them first.",
            count,
        )
        raise Refused(sentence % {"count": count, "customer": record})


@alerts.interested
def who_has_quoted(products: Collection[int]) -> Iterable[tuple[int, int | None]]:
    """Who has lately quoted what runs low."""
    since = clock.now() - timedelta(days=alerts.LATELY)
    lines = QuoteLine.objects.filter(product_id__in=products, quote__deleted_at=None, quote__created_at__gte=since)
    return lines.values_list("product_id", "quote__owner_id").distinct()


@hears("opportunity.assign", kind=kinds.ASSIGNED)
def tell_new_owner(event: Event) -> Iterable[Told]:
    """Whoever gets a deal hears from whom."""
    yield Told(
        event.changes.get("owner", [None, None])[1],
        gettext_noop("%(by)s gave you the opportunity %(deal)s."),
        {"by": actor_name(event), "deal": event.subject_label},
        many=gettext_noop("%(by)s gave you %(count)s opportunities, %(record)s among them."),
    )


@hears("quote.accept", "quote.decline", kind=ANSWERED)
def tell_of_the_answer(event: Event) -> Iterable[Told]:
    """Whoever has the quote, and whoever gave the customer the link, hear what they answered by it."""
    link = event.facts.get("link")
    if not isinstance(link, dict):
        return
    said = (
        gettext_noop("%(name)s has accepted the quote %(quote)s.")
        if event.name == "quote.accept"
        else gettext_noop("%(name)s has declined the quote %(quote)s: %(reason)s")
    )
    words = {"name": link.get("name", ""), "quote": event.subject_label, "reason": event.facts.get("reason", "")}
    owner = Quote.with_bin.filter(pk=event.subject_id).values_list("owner_id", flat=True).first()
    for member_id in dict.fromkeys((owner, link.get("made_by"))):
        yield Told(member_id, said, words)


@hears("lead.assign", kind=kinds.ASSIGNED)
def tell_of_the_lead(event: Event) -> Iterable[Told]:
    """Whoever gets a lead hears from whom."""
    yield Told(
        event.changes.get("owner", [None, None])[1],
        gettext_noop("%(by)s gave you the lead %(lead)s."),
        {"by": actor_name(event), "lead": event.subject_label},
        many=gettext_noop("%(by)s gave you %(count)s leads, %(record)s among them."),
    )


__all__ = ["kept"]
