"""今日: what a salesperson does next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.activity import queries as activity
from gucang.activity.models import Task
from gucang.insight import queries
from gucang.insight.cards import everybody
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.models import Event
from gucang.parties import queries as parties
from gucang.parties.models import Contact, Customer
from gucang.surface import home
from gucang.surface.middleware import CompanyRequest

HOMES = ("sales",)
MOST = 8


def register() -> None:
    """Put the cards on the salesperson's home page."""
    home.card("due", template="insight/due.html", context=due, homes=everybody.ALL, order=10)
    home.card("stuck", template="insight/stuck.html", context=stuck, homes=HOMES, order=20)
    home.card("falling", template="insight/falling.html", context=falling, homes=HOMES, order=30)
    home.card("report", template="insight/report.html", context=report, homes=HOMES, order=10, column="side")
    home.card("month", template="insight/month.html", context=month, homes=HOMES, order=20, column="side")


@dataclass(frozen=True)
class DueRow:
    """One task of the home page: what it is about, whom to call, and where to write down what came of it."""

    task: Task
    about: Any
    url: str
    contact: Contact | None
    phone: str = ""
    write_url: str = ""


def due(request: CompanyRequest) -> dict[str, Any] | None:
    """Overdue tasks and those of today."""
    member_id = request.actor.member_id
    if member_id is None or not request.actor.may("task.complete"):
        return None
    found = activity.due(request.actor, member_id, days=0)
    tasks = [*found.overdue, *found.today]
    shown = tasks[:MOST]
    activity.remember_subjects(request.actor, shown)
    contacts = _first_contacts(request.actor, [task.get_about() for task in shown])
    may_write = request.actor.may("follow_up.create")
    rows = [_due_row(request, task, contacts, may_write=may_write) for task in shown]
    late = len(found.overdue)
    return {
        "rows": rows,
        "count": len(tasks),
        "late": ngettext("%(n)s is late", "%(n)s are late", late) % {"n": late} if late else "",
        "today": clock.today(),
        "all_url": f"{request.base}/tasks/?view=open&mine=1",
        "firsts": [] if rows else everybody.firsts(request.actor),
    }


def _due_row(request: CompanyRequest, task: Task, contacts: dict[int, Contact], *, may_write: bool) -> DueRow:
    about = task.get_about() if task.about_type else None
    customer = about if isinstance(about, Customer) else getattr(about, "customer", None)
    if isinstance(about, Contact):
        contact: Contact | None = about
    else:
        contact = contacts.get(customer.pk) if customer is not None else None
    phone = _phone(request.actor, contact)
    if about is None:
        return DueRow(task, None, f"{request.base}/tasks/{task.pk}", contact, phone)
    url = f"{request.base}/{records.get(task.about_type).plural}/{about.pk}"
    written = everybody.compose_url(request, task.about_type, task.about_id)
    return DueRow(task, about, url, contact, phone, written if may_write else "")


def _first_contacts(actor: Actor, abouts: Iterable[Any]) -> dict[int, Contact]:
    """The contact to call first, by customer, of those whom `actor` may see. One query."""
    ids = {about.pk if isinstance(about, Customer) else getattr(about, "customer_id", None) for about in abouts}
    rows = records.get("contact").query(actor).filter(customer_id__in=ids - {None})
    return {contact.customer_id: contact for contact in rows.order_by("customer_id", "is_primary", "-id")}


def _phone(actor: Actor, contact: Contact | None) -> str:
    """The number to call, where the person's role shows it whole."""
    if contact is None:
        return ""
    readable = (permissions.access(actor, records.get("contact"), name, contact) for name in ("mobile", "phone"))
    numbers = zip(readable, (contact.mobile, contact.phone), strict=True)
    return next((number for access, number in numbers if number and access in (Access.READ, Access.WRITE)), "")


@dataclass(frozen=True)
class FallingRow:
    """A customer on the way back to the pool."""

    customer: Customer
    days: int


def falling(request: CompanyRequest) -> dict[str, Any] | None:
    """The person's customers that go back to the pool within the warning days."""
    member_id = request.actor.member_id
    if member_id is None or not request.actor.may("customer.edit"):
        return None
    rules = parties.pool_rules()
    today = clock.today()
    soon = parties.falling(rules, today + timedelta(days=rules.warn_days)).filter(owner_id=member_id)
    customers = list(soon.order_by("last_contact_at", "id")[: MOST + 1])
    rows = [FallingRow(customer, _days_left(customer)) for customer in customers[:MOST]]
    if not rows:
        return None
    return {"rows": sorted(rows, key=lambda row: row.days), "more": len(customers) > MOST, "today": today}


def _days_left(customer: Customer) -> int:
    days = parties.days_until_pool(customer)
    return 0 if days is None else max(days, 0)


def stuck(request: CompanyRequest) -> dict[str, Any] | None:
    """The person's deals that stand in a stage longer than it allows."""
    if request.actor.member_id is None or not request.actor.may("opportunity.edit"):
        return None
    rows = queries.stuck(request.actor, Q(owner_id=request.actor.member_id), limit=MOST)
    return {"rows": rows, "team": False} if rows else None


def report(request: CompanyRequest) -> dict[str, Any] | None:
    """The day's report, already written from what was done."""
    member_id = request.actor.member_id
    if member_id is None or not request.actor.may("follow_up.create"):
        return None
    found = activity.day_report(member_id, clock.today(), viewer=request.actor)
    return {"lines": report_lines(found), "count": len(found.events), "today": clock.today()}


def report_lines(found: activity.DayReport) -> list[str]:
    """The sentences of a day report: talks with whom, records made, deals moved."""
    talks = [event for event in found.events if event.name == "follow_up.create"]
    lines = []
    if talks:
        names = _in_a_row(talks[:6])
        lines.append(_t("Follow-ups: %(n)s (%(names)s)") % {"n": len(talks), "names": names})
    for name, sentence in _deeds().items():
        events = [event for event in found.events if event.name == name]
        if events:
            lines.append(sentence % {"n": len(events), "names": _in_a_row(events[:4])})
    return lines


def _in_a_row(events: Iterable[Event]) -> str:
    """What the events are about; a sentence among them loses its full stop, for the row goes on."""
    return "、".join(dict.fromkeys(event.subject_label.rstrip("。.；;，, ") for event in events))


def _deeds() -> dict[str, str]:
    return {
        "customer.create": _t("New customers: %(n)s (%(names)s)"),
        "lead.convert": _t("Leads converted: %(n)s (%(names)s)"),
        "opportunity.create": _t("New opportunities: %(n)s (%(names)s)"),
        "opportunity.move": _t("Opportunities moved on: %(n)s (%(names)s)"),
        "opportunity.win": _t("Won: %(n)s (%(names)s)"),
        "opportunity.lose": _t("Lost: %(n)s (%(names)s)"),
        "task.complete": _t("Tasks done: %(n)s (%(names)s)"),
    }


def month(request: CompanyRequest) -> dict[str, Any] | None:
    """What the person has won this month and what is still open."""
    actor = request.actor
    if actor.member_id is None or not actor.may("opportunity.create") or not queries.sees_amounts(actor):
        return None
    return queries.month(actor, [actor.member_id]) | {
        "day": clock.today(),
        "won_url": f"{request.base}/opportunities/?owner=me&state=won&closed_on=thismonth",
        "open_url": f"{request.base}/opportunities/?owner=me&state=open",
    }
