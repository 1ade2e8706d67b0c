"""What any home page may have: enquiries that nobody has answered, what changed last, and where to begin.

Each card lives from rights, not from the name of a role: whoever may not do what it is for does not get it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.selling.models import LeadStatus
from gucang.surface import home
from gucang.surface.middleware import CompanyRequest

MOST, OF_EACH, FIRSTS = 6, 4, 3
# For whom what changed is the work: they look after what others do.
LOOKERS = ("sales", "service", "finance", "auditor", "warehouse")
ALL = (*LOOKERS, "manager", "executive")
READABLE = (Access.READ, Access.WRITE)


def register() -> None:
    """Put the cards on the home pages."""
    home.card(
        "unanswered", template="insight/unanswered.html", context=unanswered, homes=("sales", "service"), order=12
    )
    home.card("begin", template="insight/begin.html", context=begin, homes=LOOKERS, order=15)
    home.card("latest", template="insight/latest.html", context=latest, homes=LOOKERS, order=40)


@dataclass(frozen=True)
class First:
    """Something to begin with: whoever has the right `may` is offered it."""

    may: str
    text: Any
    icon: str
    url: str


# The most helpful first; of those that a person may do, three are offered.
_FIRSTS = (
    First("lead.take", _("Take a lead"), "filter", "/leads/?view=waiting"),
    First("customer.create", _("Add a customer"), "users", "/customers/new"),
    First("customer.claim", _("Claim from the pool"), "recycle", "/customers/?view=pool"),
    First("lead.create", _("Write an enquiry down"), "filter", "/leads/new"),
    First("product.create", _("Add a product"), "package", "/products/new"),
    First("customer.view", _("Look at the customers"), "users", "/customers/"),
    First("product.view", _("Look at the products"), "package", "/products/"),
    First("opportunity.view", _("Look at the opportunities"), "target", "/opportunities/"),
)


def firsts(actor: Actor) -> list[First]:
    """What this person can begin with. No query."""
    return [one for one in _FIRSTS if actor.may(one.may)][:FIRSTS]


def begin(request: CompanyRequest) -> dict[str, Any] | None:
    """For who has no tasks here: what can be done. With tasks, the card of these says it while there are none."""
    if request.actor.may("task.complete"):
        return None
    found = firsts(request.actor)
    return {"firsts": found} if found else None


def unanswered(request: CompanyRequest) -> dict[str, Any] | None:
    """New leads of one's own; of a desk that sees all of them, those that nobody has answered yet."""
    actor = request.actor
    if actor.member_id is None or not actor.may("lead.create") or not actor.may("lead.view"):
        return None
    own = Q() if not actor.may("lead.take") else Q(owner_id=actor.member_id)
    query = records.get("lead").query(actor).filter(own, status=LeadStatus.NEW).select_related("owner")
    rows = list(query.order_by("-updated_at", "-pk")[: MOST + 1])
    url = f"{request.base}/leads/?view=new" + ("&mine=1" if actor.may("lead.take") else "")
    shown = [_asking(request, lead) for lead in rows[:MOST]]
    return {"rows": shown, "more": len(rows) > MOST, "all_url": url} if rows else None


def _asking(request: CompanyRequest, lead: Any) -> dict[str, Any]:
    """A lead as the card shows it: only what this person may read of it, and where what came of a call is written."""
    actor, kind = request.actor, records.get("lead")
    seen = {
        name: getattr(lead, name) if access(actor, kind, name, lead) in READABLE else ""
        for name in ("name", "contact_name", "phone", "note", "owner")
    }
    write_url = compose_url(request, "lead", lead.pk) if actor.may("follow_up.create") else ""
    named = {"pk": lead.pk, "name": seen["name"] or lead.number, "at": lead.created_at}
    return seen | named | {"write_url": write_url}


def compose_url(request: CompanyRequest, about_type: str, about_id: int | None) -> str:
    """Where what came of a call is written down; from there one comes back to the home page."""
    return f"{request.base}/activity/compose?" + urlencode(
        {"about_type": about_type, "about_id": about_id, "kind": "call", "next": f"{request.base}/"}
    )


@dataclass(frozen=True)
class Change:
    """A record that somebody worked on."""

    label: str
    what: str
    icon: str
    url: str
    at: datetime


def latest(request: CompanyRequest) -> dict[str, Any] | None:
    """The records that changed last, for who looks after what others do. One query a type."""
    actor = request.actor
    if actor.may("opportunity.edit"):
        return None
    rows: list[Change] = []
    for name in ("customer", "opportunity", "lead", "product"):
        record_type = records.get(name)
        if not actor.may(f"{name}.view") or access(actor, record_type, "name") not in READABLE:
            continue
        for record in record_type.query(actor).order_by("-updated_at", "-pk")[:OF_EACH]:
            url = f"{request.base}/{record_type.plural}/{record.pk}"
            rows.append(Change(str(record), str(record_type.label), record_type.icon, url, record.updated_at))
    rows.sort(key=lambda row: row.at, reverse=True)
    return {"rows": rows[: 2 * OF_EACH]} if rows else None
