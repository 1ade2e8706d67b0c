"""What follows when a promise is made, books are kept, or somebody leaves; and who hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.kernel.actors import Actor, system
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import after, reaction
from gucang.messages import kinds as notices
from gucang.messages.hearing import Told, hears
from gucang.promises import bookings, kept, people, queries  # noqa: F401  `kept` registers what is kept in step
from gucang.promises.actions import booking, making
from gucang.promises.bookings import Booked, Booking
from gucang.promises.kinds import NATURES, Books, Kind
from gucang.promises.models import OPEN, OWED, Promise, State

PROMISED = notices.declare("promised", _("Promises to my customers"), icon="shield-check", mail=False)


# --- what booking makes, until a module above knows better -----------------------------------------------------------


def plan_task(promise: Promise, actor: Actor, amount: Decimal | None, ref: str) -> Booked:
    """A task with the promise's day for who acts on it."""
    titles = {
        Kind.CALL_BACK: _t("Call back %(customer)s: %(what)s"),
        Kind.FREE_SERVICE: _t("Service promised to %(customer)s: %(what)s"),
    }
    title = titles.get(Kind(promise.kind), _t("Promised to %(customer)s: %(what)s"))
    values: dict[str, Any] = {
        "title": (title % {"customer": promise.customer, "what": promise.what})[:200],
        "about_type": "promise", "about_id": promise.pk, "due_on": promise.until, "assignee": promise.holder,
    }  # fmt: skip
    # As the program: whoever makes a promise need not have the right to give tasks to others.
    task = tasks.create(actor=system(), values=values).record
    return Booked(task.title, amount, task)


for _kind, _nature in NATURES.items():
    if _nature.books is Books.TASK:
        bookings.register(Booking(str(_kind), _("a task with its day"), plan_task, by_itself=True))


@reaction("promise.make", "promise.create")
def book_by_itself(event: Event, promise: Promise, actor: Actor) -> None:
    """What needs nobody to book it is booked with the promise. Only one that was brought in begins as binding."""
    way = bookings.of(promise.kind)
    if way is not None and way.by_itself and promise.state == State.BINDING:
        booking.arrange(promise.pk, actor=system())


@reaction("promise.edit")
def agree_anew(event: Event, promise: Promise, actor: Actor) -> None:
    """Nobody comes past a policy by changing the words afterwards, one by one or in a set."""
    if promise.state in OWED and not making.WORDS.isdisjoint(event.changes):
        making.reconsider(promise.pk, actor=system())


@after("member.leave")
def pass_on_what_they_held(event: Event) -> None:
    """Nothing stays in the hands of somebody who has left."""
    left = Promise.objects.filter(holder_id=event.subject_id, state__in=(State.MADE, State.BINDING, State.BOOKED))
    for promise in left.select_related("customer__owner", "promised_by").order_by("pk"):
        to = people.acts_on(promise) if promise.state == State.BINDING else people.responsible(promise)
        if to is not None and to.pk != event.subject_id:
            booking.take_over(promise, actor=system(), to=to)


# --- who hears of it -------------------------------------------------------------------------------------------------


def _promise(event: Event) -> Promise | None:
    return Promise.objects.filter(pk=event.subject_id).select_related("customer", "holder", "promised_by").first()


def _words(event: Event, promise: Promise) -> dict[str, str]:
    return {"who": actor_name(event), "customer": promise.customer.name, "promise": promise.what}


@hears("promise.create", kind=PROMISED)
def tell_of_a_new_one(event: Event) -> Iterator[Told]:
    """Everybody who serves the customer hears what was promised, before the customer asks them."""
    promise = _promise(event)
    if promise is None:
        return
    sentence = gettext_noop("%(who)s promised %(customer)s: %(promise)s. Not binding yet.")
    if promise.state in (State.BINDING, State.BOOKED) or "import" in event.facts:
        return  # they hear that it binds; of what was brought in nobody hears one by one
    for member in queries.who_serve(promise):
        yield Told(member, sentence, _words(event, promise))


@hears("promise.make", kind=PROMISED)
def tell_that_it_binds(event: Event) -> Iterator[Told]:
    """Who serves the customer, and first of all who has to act now."""
    promise = _promise(event)
    if promise is None:
        return
    words = _words(event, promise)
    if promise.holder_id is not None:
        sentence = gettext_noop("To be booked until %(due_at)s: %(promise)s, promised to %(customer)s")
        if promise.state != State.BINDING:
            sentence = gettext_noop("Yours to keep until %(due_at)s: %(promise)s, promised to %(customer)s")
        due = promise.due_at.isoformat() if promise.due_at else event.occurred_at.isoformat()
        yield Told(promise.holder_id, sentence, {**words, "due_at": due}, kind=notices.ASSIGNED)
    for member in queries.who_serve(promise) - {promise.holder_id}:
        yield Told(member, gettext_noop("Binding: %(promise)s, promised to %(customer)s"), words)


@hears("promise.book", "promise.keep", "promise.break", "promise.withdraw", kind=PROMISED)
def tell_how_it_goes_on(event: Event) -> Iterator[Told]:
    """Who serves the customer: it is booked, or how it ended."""
    sentences = {
        "promise.book": gettext_noop("Booked: %(promise)s, promised to %(customer)s"),
        "promise.keep": gettext_noop("Kept: %(promise)s, promised to %(customer)s"),
        "promise.break": gettext_noop("Not kept: %(promise)s, promised to %(customer)s"),
        "promise.withdraw": gettext_noop("Withdrawn: %(promise)s, promised to %(customer)s"),
    }
    promise = _promise(event)
    if promise is not None:
        for member in queries.who_serve(promise):
            yield Told(member, sentences[event.name], _words(event, promise))


@hears("promise.hand_on", "promise.send_back", "promise.take_over", kind=notices.ASSIGNED)
def tell_who_has_it_now(event: Event) -> Iterable[Told]:
    """Whoever gets it from somebody else."""
    promise = _promise(event)
    if promise is not None and promise.state in OPEN:
        sentence = gettext_noop("%(who)s passed to you: %(promise)s, promised to %(customer)s. %(note)s")
        note = str(event.facts.get("note") or event.facts.get("why") or "")
        yield Told(promise.holder_id, sentence, {**_words(event, promise), "note": note})


@hears("promise.escalate", kind=notices.ESCALATED)
def tell_that_a_step_is_late(event: Event) -> Iterator[Told]:
    """The superior of who holds it, and who holds it."""
    promise = _promise(event)
    if promise is None or promise.holder is None:
        return
    words = {**_words(event, promise), "holder": promise.holder.name}
    sentence = gettext_noop("Late with %(holder)s: %(promise)s, promised to %(customer)s")
    yield Told(promise.holder_id, sentence, words, kind=notices.OVERDUE)
    yield Told(event.facts.get("superior"), sentence, words)


@hears("promise.expire", kind=notices.OVERDUE)
def tell_that_it_is_overdue(event: Event) -> Iterator[Told]:
    """Everybody who serves the customer, and who leads whoever promised it."""
    promise = _promise(event)
    if promise is None:
        return
    sentence = gettext_noop("Overdue, the customer was told %(until_on)s: %(promise)s, promised to %(customer)s")
    words = {**_words(event, promise), "until_on": promise.until.isoformat() if promise.until else ""}
    told = queries.who_serve(promise)
    for one in (promise.promised_by, promise.holder):
        above: Member | None = people.superior(one) if one is not None else None
        told |= {above.pk} if above is not None else set()
    for member in told:
        yield Told(member, sentence, words)
