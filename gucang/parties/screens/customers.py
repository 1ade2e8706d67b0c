"""Parts of generic pages: what matters about a customer on top of its page, tabs of the list, likely duplicates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.records import RecordType
from gucang.parties import queries
from gucang.parties.models import Contact, Customer
from gucang.surface import columns, nav, panels, timeline
from gucang.surface.middleware import CompanyRequest

SOON = 7
FEW = 3


def head(request: CompanyRequest, record_type: RecordType, customer: Customer) -> dict[str, Any]:
    """Next step, last contact, days until the pool, and whom to call."""
    today = clock.today()
    contact_type = records.get("contact")
    found = contact_type.query(request.actor).filter(customer=customer).order_by("-is_primary", "id")[: FEW + 1]
    people = [_callable(request.actor, contact_type, contact, customer) for contact in found]
    left = None if customer.in_pool else queries.days_until_pool(customer)
    return {
        "customer": customer,
        "late": customer.next_step_on is not None and customer.next_step_on < today,
        "today": today,
        "days_until_pool": left if left is not None and left <= SOON else None,
        "people": people[:FEW],
        "more_people": len(people) > FEW,
        "base": request.base,
    }


def _callable(actor: Actor, contact_type: RecordType, contact: Contact, customer: Customer) -> dict[str, Any]:
    """A contact with a number that can be called, if the actor may read it."""
    contact.customer = customer  # it is at hand, and the field rules ask for its owner
    readable = (Access.READ, Access.WRITE)
    numbers = (
        getattr(contact, name)
        for name in ("mobile", "phone")
        if permissions.access(actor, contact_type, name, contact) in readable
    )
    return {"contact": contact, "number": next(filter(None, numbers), "")}


def likely_duplicates(
    record_type: RecordType, values: Mapping[str, Any], actor: Actor, leave_out: int = 0
) -> list[panels.Advice]:
    """Customers that may be the one being typed: name and owner, and a link only for who may see them."""
    found = queries.similar(
        name=str(values.get("name") or "")[:120],
        phone=str(values.get("phone") or values.get("phone2") or "")[:40],
        credit_code=str(values.get("credit_code") or "")[:40],
        leave_out=leave_out,
    )
    visible = set(record_type.query(actor).filter(pk__in=[one.id for one in found]).values_list("pk", flat=True))
    return [_advice(one, one.id in visible) for one in found]


def held_by(keys: Collection[str], actor: Actor) -> dict[str, panels.Advice]:
    """The customers that hold these keys: name and owner, and a link only for who may see them."""
    found = queries.holders(keys)
    ids = {one.id for one in found.values()}
    visible = set(records.get("customer").query(actor).filter(pk__in=ids).values_list("pk", flat=True)) if ids else ()
    return {key: _advice(one, one.id in visible, exact=True) for key, one in found.items()}


def _advice(one: queries.Similar, visible: bool, *, exact: bool = False) -> panels.Advice:
    titles = {
        "credit_code": _t("The same credit code"),
        "phone": _t("The same phone number"),
        "name": _t("The same name") if exact else _t("A similar name"),
    }
    note = _t("belongs to %(owner)s") % {"owner": one.owner} if one.owner else _t("is in the pool")
    return panels.Advice(titles[one.why], one.name, note, f"/customers/{one.id}" if visible else "")


def _pool(actor: Actor) -> Q:
    return Q(owner_id=None)


def _to_follow_up(actor: Actor) -> Q:
    return Q(owner_id=actor.member_id or 0, next_step_on__lte=clock.today())


def _falling(actor: Actor) -> Q:
    pool = queries.pool_rules()
    due = queries.falling(pool, clock.today() + timedelta(days=pool.warn_days))
    return Q(pk__in=due.filter(owner_id=actor.member_id or 0).order_by().values("pk"))


panels.add("customer", "top", "parties/head.html", head, order=10)
panels.advise("customer")(likely_duplicates)
panels.tell_duplicates("customer", panels.Duplicates(queries.exact_keys, held_by))
panels.add_view("customer", panels.View("due", _("To follow up"), condition=_to_follow_up))
panels.add_view("customer", panels.View("falling", _("Soon in the pool"), condition=_falling))
panels.add_view(
    "customer", panels.View("pool", _("Pool"), condition=_pool, shown=lambda actor: actor.may("customer.claim"))
)
nav.setting(
    _("Pool rules"), "recycle", "/pool-rules/", "pool_rules.edit", 50,
    topic="sales", about=_("When customers go back, how many one may hold"),
)  # fmt: skip
nav.add(_("Customers"), "users", "/customers/", "customer.view", order=20, phone=2, key="c")
nav.quick_create("customer", order=10)
nav.quick_create("contact", order=40)
columns.tones("customer.status", {"engaged": "wait", "buyer": "ok", "lost": "", "prospect": ""})
columns.due("customer.next_step_on")
timeline.word("customer.recycle", {"contact": _("Nobody was in touch for too long"), "deal": _("No deal for too long")})
