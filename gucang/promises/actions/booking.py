"""A promise gets into the books: by the document that a module above makes, by hand, or as a task."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.kernel import clock, records
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Money, Text
from gucang.kernel.permissions import is_the_system
from gucang.promises import bookings, people, rules
from gucang.promises.bookings import Booked
from gucang.promises.kinds import Worth, nature
from gucang.promises.models import Promise, State


@action(
    "promise.book",
    label=pgettext_lazy("promise", "Book"),
    guard=rules.why_not_to_book,
    icon="receipt",
    tone="primary",
    says=_("“%(record)s” goes into the books: by which document, and at which amount if it is another one."),
    labels={"ref": _("Number of the document"), "amount": _("Booked amount"), "on": _("Booked on")},
)
def book(
    promise: Promise,
    *,
    actor: Actor,
    ref: Annotated[str, Text(max_length=80)] = "",
    amount: Annotated[Decimal | None, Money()] = None,
    on: date | None = None,
) -> dict[str, Any]:
    """Put the promise into the books. Left empty, the amount is what was promised."""
    if amount is not None and amount < 0:
        raise Invalid({"amount": [_t("Write nothing below zero.")]})
    if on is not None and on > clock.today():
        raise Invalid({"on": [_t("This day has not come yet. Write today or an earlier day.")]})
    with_worth = nature(promise.kind).worth is not Worth.NOT_ASKED
    wanted = (promise.worth if amount is None else amount) if with_worth else None
    way = bookings.of(promise.kind)
    if way is not None:
        made = way.make(promise, actor, wanted, ref.strip())
    elif ref.strip():
        made = Booked(ref.strip(), wanted)
    else:
        raise Invalid({"ref": [_t("Write the number of the document by which it was booked.")]})
    _enter(promise, made, Member.objects.filter(pk=actor.member_id).first())
    return {"on": on.isoformat()} if on else {}


@action(
    "promise.arrange",
    label=pgettext_lazy("promise", "Arranged"),
    allow=is_the_system,
    guard=rules.why_not_to_book,
    internal=True,
    icon="calendar-check",
)
def arrange(promise: Promise, *, actor: Actor) -> None:
    """Make by itself what the kind asks for, such as a task with its day."""
    way = bookings.of(promise.kind)
    assert way is not None, f"nothing is registered for {promise.kind}"
    # Who carries it out keeps it: with a task nobody else has to do anything in between.
    who, since = promise.holder, promise.held_since
    _enter(promise, way.make(promise, actor, promise.worth, ""), None)
    if who is not None and who.may_work:
        people.hold(promise, who, people.end_of(promise))
        promise.held_since = since
    # One that came in late is late from its day; its step is not told of as if it had become late now.
    promise.escalated_at = promise.overdue_at


def _enter(promise: Promise, made: Booked, by: Member | None) -> None:
    promise.state = State.BOOKED
    promise.booked_at = clock.now()
    promise.booked_by = by
    promise.booked_ref, promise.booked_amount = made.ref[:80], made.amount
    promise.booked_type, promise.booked_id = "", None
    if made.record is not None:
        promise.booked_type = records.by_model(type(made.record)).name
        promise.booked_id = made.record.pk
    people.hold(promise, people.responsible(promise), people.end_of(promise))


@action(
    "promise.send_back",
    label=pgettext_lazy("promise", "Send back"),
    guard=rules.why_not_to_send_back,
    icon="arrow-back-up",
    labels={"why": _("What is not right")},
)
def send_back(promise: Promise, *, actor: Actor, why: Annotated[str, Text(long=True)] = "") -> dict[str, Any]:
    """To who booked it, because the booking is not right; or from them to who promised it, to make it clear."""
    if promise.state == State.BOOKED:
        undone = {"ref": promise.booked_ref}
        to = promise.booked_by
        promise.state = State.BINDING
        promise.booked_at = promise.booked_by = promise.booked_amount = promise.booked_id = None
        promise.booked_ref = promise.booked_type = ""
        to = to if to is not None and to.may_work else people.acts_on(promise)
    else:
        undone = {}
        to = promise.promised_by
        to = to if to is not None and to.may_work else people.responsible(promise)
    _pass(promise, to)
    return {"why": why, **undone} if why else undone


@action(
    "promise.hand_on",
    label=pgettext_lazy("promise", "Pass on"),
    guard=rules.why_not_open,
    icon="user-share",
    labels={"to": _("Colleague"), "note": _("note")},
)
def hand_on(
    promise: Promise, *, actor: Actor, to: Member, note: Annotated[str, Text(long=True)] = ""
) -> dict[str, Any]:
    """Let somebody else act on it. Every time is counted."""
    if not people.may_act(to, promise, "hand_on"):
        raise Invalid(
            {"to": [_t("%(who)s may not act on this promise. Choose somebody whose role includes it.") % {"who": to}]}
        )
    _pass(promise, to)
    return {"note": note} if note else {}


def _pass(promise: Promise, to: Member | None) -> None:
    if to is None or to.pk != promise.holder_id:
        promise.handoffs += 1
    until = people.end_of(promise)
    if promise.state == State.BINDING and rules.needs_booking(promise):
        until = people.deadline(to, people.rule_of(promise.kind).book_days)
    people.hold(promise, to, until)


@action(
    "promise.take_over",
    label=pgettext_lazy("promise", "Taken over"),
    allow=is_the_system,
    guard=rules.why_not_open,
    internal=True,
    icon="user-share",
)
def take_over(promise: Promise, *, actor: Actor, to: Member) -> dict[str, Any]:
    """Whoever held it has left; somebody else has it now."""
    former = promise.holder
    _pass(promise, to)
    return {"former": str(former)} if former is not None else {}
