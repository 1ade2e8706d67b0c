"""A promise from another ledger: an import brings it in as it stood there, and nobody is told of what is past.

A row says its state, “made” where it is left empty. What a promise of that state must have, the row must say too, for
nothing is made up: how the customer confirmed what was kept, why the others ended, and on which day. What is open goes
to who has to act by the company's rules; where its day is over it is late from then on, told by lists and not one by
one.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.promises import people, rules, sources
from gucang.promises.kinds import Books, Worth, nature
from gucang.promises.models import Promise, State

# Fields that no form offers and an import may fill; the subject of the form need not stand in a file.
FIELDS = (
    "number", "customer", "about_type", "about_id", "state", "promised_by", "bound_at", "booked_at", "booked_ref",
    "booked_amount", "evidence", "reason", "settled_at",
)  # fmt: skip
BEYOND_THE_FORM = frozenset(FIELDS) - {"about_type", "about_id"}
_BOOKING = ("booked_at", "booked_ref", "booked_amount")
_ENDING = ("evidence", "reason", "settled_at")
# What a promise of these states has not got yet.
_LATER = {State.MADE: ("bound_at", *_BOOKING, *_ENDING), State.BINDING: (*_BOOKING, *_ENDING), State.BOOKED: _ENDING}
_MOMENTS = ("bound_at", "booked_at", "settled_at")


def bring_in(promise: Promise, actor: Actor) -> None:
    """Put the promise where its state says that it stood. Raises Invalid with every sentence at once."""
    _find_customer(promise, actor)
    if nature(promise.kind).worth is Worth.NOT_ASKED:
        promise.worth = None
    if problems := {**rules.wrong_words(promise), **_too_little(promise), **_too_much(promise)}:
        raise Invalid(problems)
    for name in _MOMENTS:  # a day without an hour is nine o'clock, which may still come
        if (moment := getattr(promise, name)) is not None:
            setattr(promise, name, min(moment, clock.now()))
    if promise.state == State.KEPT and rules.needs_booking(promise):
        promise.booked_at = promise.booked_at or promise.settled_at  # at the latest then
    if promise.booked_at is not None and promise.booked_amount is None:
        promise.booked_amount = promise.worth
    if promise.state != State.MADE:
        promise.bound_at = promise.bound_at or promise.booked_at or promise.settled_at or clock.now()
    if promise.is_open:
        _go_on(promise)
    elif promise.until is not None and timezone.localdate(promise.settled_at) > promise.until:
        promise.overdue_at = people.end_of(promise)


def _find_customer(promise: Promise, actor: Actor) -> None:
    """Of the record that it was promised with, or else named by itself: then it was promised with the customer."""
    named = promise.customer if promise.customer_id is not None else None
    if promise.about_id is None:
        if named is None:
            raise Invalid({"customer": [_t("Write to which customer this was promised.")]})
        promise.set_about(named)
        return
    about, customer = sources.find(actor, promise.about_type, promise.about_id)
    if named is not None and named != customer:
        sentence = _t("“%(record)s” belongs to “%(other)s”, not to “%(customer)s”.")
        raise Invalid({"customer": [sentence % {"record": about, "other": customer, "customer": named}]})
    promise.set_about(about)
    promise.customer = customer


def _too_little(promise: Promise) -> dict[str, list[Any]]:
    """What a promise of this state must have."""
    found: dict[str, list[Any]] = {}
    state, books = promise.state, nature(promise.kind).books
    if state == State.IN_APPROVAL:
        found["state"] = [
            _t("What waits for approval is asked for anew. Write “%(made)s” instead.") % _name(State.MADE)
        ]
    if state == State.BOOKED and books is Books.NOTHING:
        sentence = _t("For a promise of this kind nothing is booked. Write “%(binding)s” instead.")
        found["state"] = [sentence % _name(State.BINDING)]
    if state == State.BOOKED and promise.booked_at is None:
        found["booked_at"] = [_t("Write on which day it was booked.")]
    if state == State.BOOKED and books is Books.DOCUMENT and not promise.booked_ref:
        found["booked_ref"] = [_t("Write the number of the document by which it was booked.")]
    if not promise.is_open and promise.settled_at is None:
        found["settled_at"] = [_t("Write on which day it ended.")]
    if state == State.KEPT and not promise.evidence:
        found["evidence"] = [_t("Write how the customer confirmed it, or what shows that they got it.")]
    if state in (State.BROKEN, State.WITHDRAWN) and not promise.reason:
        found["reason"] = [_t("Write why it ended like this.")]
    return found


def _name(state: State) -> dict[str, Any]:
    return {state.value: state.label}


def _too_much(promise: Promise) -> dict[str, list[Any]]:
    """What a promise of this state cannot have, and days that have not come."""
    found: dict[str, list[Any]] = {}
    for name in _LATER.get(State(promise.state), ()):
        if getattr(promise, name) not in (None, ""):
            sentence = _t("What is “%(state)s” has no such entry yet. Leave it empty, or correct the state.")
            found[name] = [sentence % {"state": promise.get_state_display()}]
    for name in _MOMENTS:
        moment = getattr(promise, name)
        if moment is not None and timezone.localdate(moment) > clock.today():
            found[name] = [_t("This day has not come yet. Write today or an earlier day.")]
    return found


def _go_on(promise: Promise) -> None:
    """Into the hands of who has to act. What is late already is late, and told by lists, not by messages."""
    if promise.until is None:
        promise.until = timezone.localdate(people.usual_until(promise.kind, promise.promised_by))
    if promise.until < clock.today():
        promise.overdue_at = people.end_of(promise)
    if promise.state == State.MADE:
        people.hold(promise, people.responsible(promise), None)
    elif promise.state == State.BINDING:
        people.to_who_acts(promise)
    else:
        people.hold(promise, people.responsible(promise), people.end_of(promise))
    if promise.due_at is not None and promise.due_at <= clock.now():
        promise.escalated_at = clock.now()
