"""What this module puts on the pages of others: the answer card, the button, the bar, cards on home pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.activity import controls
from gucang.kernel import clock, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.parties.models import Customer
from gucang.promises import answers, bookings, card, queries, saying, sources
from gucang.promises.kinds import BY_DOCUMENT, Worth, nature
from gucang.promises.models import OPEN, OWED, Promise, State
from gucang.surface import columns, home, nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import Dialog, View

CARD_ROWS = 5
MINE_DAYS = 7


# --- the answer card -------------------------------------------------------------------------------------------------


def answer_card(request: CompanyRequest, record_type: RecordType, customer: Customer) -> dict[str, Any] | None:
    """一问即答 on top of a customer's page: what is open, who holds it, and what may be read out."""
    if customer.deleted_at is not None:
        return None
    found = answers.sections(request.actor, customer)
    if not found:
        return None
    said = answers.sentences(found)[: answers.READ_OUT]
    return {
        "sections": found,
        "open": answers.count(found) > 0,
        "summary": card.summary(found),
        "sentence": saying.joined(*said),
        "said": said,
        "now": clock.now(),
        "base": request.base,
    }


panels.add("customer", "top", "promises/_answer.html", answer_card, order=5)
panels.draw_page(
    "customer", "surface/record.html", lambda request, record_type, record: {"more_keys": [("a F2", _("Answer card"))]}
)


# --- a promise's own page --------------------------------------------------------------------------------------------


def bar(request: CompanyRequest, record_type: RecordType, promise: Promise) -> dict[str, Any] | None:
    """Who holds a promise since when until when, how often it was passed on, and what may be read out."""
    customers = records.get("customer")
    sees_customer = customers.query(request.actor).filter(pk=promise.customer_id).exists()
    booked = ""
    if promise.booked_type and promise.booked_id:
        booked = f"{request.base}/{records.get(promise.booked_type).plural}/{promise.booked_id}"
    return {
        "promise": promise,
        "customer": promise.customer if sees_customer else None,
        "holder": str(promise.holder or ""),
        "sentence": saying.to_read(promise, request.actor) if promise.is_open else "",
        "days": queries.days_open(promise),
        "tone": saying.tone_of(promise) if promise.is_open else "",
        "way": bookings.of(promise.kind) if promise.state == State.BINDING else None,
        "booked_url": booked,
        "reads_amount": access(request.actor, record_type, "booked_amount", promise) in (Access.READ, Access.WRITE),
        "reads_reason": access(request.actor, record_type, "reason", promise) in (Access.READ, Access.WRITE),
        "reads_evidence": access(request.actor, record_type, "evidence", promise) in (Access.READ, Access.WRITE),
    }


def booking_dialog(actor: Actor, promise: Promise) -> Dialog:
    """Booking says what it will make of this promise; who promised no money is asked for none."""
    way = bookings.of(promise.kind)
    says = way.foretell(promise, actor) if way is not None and way.foretell is not None else ""
    if nature(promise.kind).worth is Worth.NOT_ASKED:
        return Dialog(says, leaves_out=("amount",))
    reads = access(actor, records.get("promise"), "worth", promise) in (Access.READ, Access.WRITE)
    return Dialog(says, {"amount": promise.worth} if reads else {})


panels.add("promise", "top", "promises/_bar.html", bar, order=10)
panels.draw_dialog("promise.book", booking_dialog)


# --- where promises are made -----------------------------------------------------------------------------------------


def button(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """“Promise” beside the title of whatever concerns a customer."""
    if not sources.is_source(record_type) or not request.actor.may("promise.create"):
        return None
    if getattr(record, "deleted_at", None) is not None:
        return None
    here = f"{request.base}/{record_type.plural}/{record.pk}"
    return {"url": f"{request.base}/promises/new?about_type={record_type.name}&about_id={record.pk}&next={here}"}


def made_here(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What was promised with a record and is open, above its facts; a customer has the answer card."""
    if record_type.model is Customer or not sources.is_source(record_type) or not request.actor.may("promise.view"):
        return None
    found = queries.made_with(record_type.name, record.pk, request.actor)
    if not found:
        return None
    rows = [
        {"promise": one, "thing": saying.thing(one, request.actor), "tone": saying.tone_of(one)} for one in found
    ]  # fmt: skip
    return {"rows": rows}


panels.add("*", "actions", "promises/_button.html", button, order=60)
panels.add("*", "top", "promises/_made_here.html", made_here, order=25)
controls.register_for("promise", also=(sources.TALK,))


# --- lists -----------------------------------------------------------------------------------------------------------


def _mine(actor: Actor) -> Q:
    return Q(holder_id=actor.member_id or 0, state__in=OPEN)


panels.add_view("promise", View("open", pgettext_lazy("promise", "Open"), lambda actor: Q(state__in=OPEN)))
panels.add_view("promise", View("with-me", _("With me"), _mine, {"sort": "due_at"}))
panels.add_view(
    "promise",
    View("to-book", _("To book"), lambda actor: queries.TO_BOOK, {"sort": "due_at"},
         shown=lambda actor: actor.may("promise.book")),
)  # fmt: skip
panels.add_view(
    "promise",
    View("overdue", _("Overdue"), lambda actor: Q(state__in=OPEN, until__lt=clock.today()), {"sort": "until"}),
)
panels.add_view("promise", View("owed", _("Owed to customers"), lambda actor: Q(state__in=OWED)))
panels.begin_with("promise", "open")
panels.when_empty(
    "promise", _("Whatever is promised to a customer beyond the usual: press “Promise” on the customer's page.")
)
panels.when_empty("promise_rule", _("Without a rule, finance books money, and who promised does the rest."))
columns.tones(
    "promise.state",
    {
        "made": "", "in_approval": "wait", "binding": "warn", "booked": "wait", "kept": "ok", "broken": "bad",
        "withdrawn": "mute",
    },
)  # fmt: skip
_OPEN = tuple(str(one) for one in OPEN)
columns.due("promise.until", "state", _OPEN)
columns.due("promise.due_at", "state", _OPEN)
nav.add(_("Promises"), "heart-handshake", "/promises/", "promise.view", order=32, key="p")
nav.quick_create("promise", order=45)
nav.setting(
    _("Promise rules"), "shield-check", "/promise-rules/", "promise_rule.create", 46,
    topic="rules", about=_("Who acts on what was promised, and how long it may take"),
)  # fmt: skip


# --- home pages ------------------------------------------------------------------------------------------------------


def mine(request: CompanyRequest) -> dict[str, Any] | None:
    """What one holds and has to do something about within a week."""
    member = request.actor.member_id
    if member is None or not request.actor.may("promise.view") or request.actor.eyes is not None:
        return None
    found = queries.held_by(member, clock.now() + timedelta(days=MINE_DAYS), CARD_ROWS + 1)
    # What waits for approval stands among the approvals, what is to be booked on a card of its own.
    books = request.actor.may("promise.book")
    found = [
        one
        for one in found
        if one.state != State.IN_APPROVAL and not (books and one.state == State.BINDING and one.kind in BY_DOCUMENT)
    ]
    if not found:
        return None
    return {
        "rows": found[:CARD_ROWS],
        "more": len(found) > CARD_ROWS,
        "url": f"{request.base}/promises/?view=with-me",
        "today": clock.today(),
    }


def to_book(request: CompanyRequest) -> dict[str, Any] | None:
    """What finance has to put into the books, and where the books and the promises differ."""
    if not request.actor.may("promise.book"):
        return None
    found = queries.to_book(request.actor, CARD_ROWS + 1)
    return {
        "rows": found[:CARD_ROWS],
        "more": len(found) > CARD_ROWS,
        "url": f"{request.base}/promises/?view=to-book",
        "differences_url": f"{request.base}/promises/differences",
    }


def debt(request: CompanyRequest) -> dict[str, Any] | None:
    """What the company owes its customers in promises."""
    if not request.actor.may("promise.view") or not card.sees_worth(request.actor):
        return None
    return {
        "debt": queries.debt(request.actor),
        "owed_url": f"{request.base}/promises/?view=owed",
        "overdue_url": f"{request.base}/promises/?view=overdue",
        "differences_url": f"{request.base}/promises/differences",
    }


home.card("promises-mine", template="promises/_mine.html", context=mine, order=18)
home.card("promises-to-book", template="promises/_to_book.html", context=to_book, homes=("finance",), order=8)
home.card("promise-debt", template="promises/_debt.html", context=debt, homes=("executive",), order=8)
