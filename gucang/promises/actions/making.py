"""A promise is made: written down in three fields, agreed to where a policy says so, then binding."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.activity.entries import keep_subject
from gucang.activity.models import Task
from gucang.kernel import clock
from gucang.kernel.actions import Action, Outcome, action, is_outermost
from gucang.kernel.actions.values import assign
from gucang.kernel.actors import Actor, as_actor
from gucang.kernel.errors import Invalid, NeedsApproval
from gucang.kernel.permissions import is_the_system
from gucang.promises import people, rules, sources
from gucang.promises.actions import history
from gucang.promises.kinds import Worth, nature
from gucang.promises.models import Promise, State

# What a promise is: whoever agreed, agreed to this.
WORDS = frozenset(["kind", "what", "worth", "until"])


class _Giving(Action):
    """A promise that is written down is given at once: the same deed tries to make it binding.

    That second step is a deed of its own, so that a policy on “promise.make” can hold it back while the promise itself
    already stands in the ledger. Other words are another promise: they are given, and agreed to, anew.
    """

    def __call__(self, record: Any = None, /, **params: Any) -> Outcome:
        alone = is_outermost()
        with transaction.atomic():
            outcome = super().__call__(record, **params)
            actor = as_actor(params["actor"])
            if not alone or outcome.event is None or params.get("also") or not actor.may(make.name):
                return outcome  # `also`: what an import brings in stands as it stood
            if not self.creates and outcome.event.changes.keys().isdisjoint(WORDS):
                return outcome
            try:
                made = make(outcome.record.pk, actor=actor, cause=outcome.event.id).record
            except NeedsApproval:
                made = Promise.objects.get(pk=outcome.record.pk)
            return Outcome(made, outcome.event)


def _write(promise: Promise, *, values: dict[str, Any], actor: Actor) -> None:
    """Write down what was promised to a customer, now or in another ledger before."""
    assign(promise, values)
    if not history.BEYOND_THE_FORM.isdisjoint(values):
        history.bring_in(promise, actor)
        return
    about, customer = sources.find(actor, promise.about_type, promise.about_id)
    promise.set_about(about)
    promise.customer = customer
    promise.promised_by_id = actor.member_id or customer.owner_id
    _complete(promise, actor)
    people.hold(promise, promise.promised_by, None)


def _complete(promise: Promise, actor: Actor, told: date | None = None) -> None:
    """Fill in what was left open and refuse what cannot be; the day that the customer was `told` may be over.

    Raises Invalid.
    """
    if nature(promise.kind).worth is Worth.NOT_ASKED:
        promise.worth = None
    problems = rules.wrong_words(promise)
    if promise.until is None:
        who = Member.objects.filter(pk=actor.member_id).first()
        promise.until = timezone.localdate(people.usual_until(promise.kind, who))
    elif promise.until < clock.today() and promise.until != told:
        problems["until"] = [_t("This day is over. Write today or a later day.")]
    if problems:
        raise Invalid(problems)


def _change(promise: Promise, *, values: dict[str, Any], actor: Actor) -> None:
    """Change what was promised. Once it binds, other words are agreed to anew."""
    told = promise.until
    assign(promise, values)
    keep_subject(promise)
    _complete(promise, actor, told)


create = _Giving("promise.create", _write, creates=True, on_values=True, icon="plus", label=_("Promise something"))
edit = _Giving(
    "promise.edit", _change, on_values=True, icon="pencil", label=_("Edit"), guard=rules.why_settled_words
)  # fmt: skip


@action(
    "promise.make",
    label=pgettext_lazy("promise", "Make binding"),
    guard=rules.why_not_to_make,
    icon="shield-check",
    tone="primary",
)
def make(promise: Promise, *, actor: Actor) -> None:
    """Give the promise: from now on the customer may count on it, and whoever has to act gets it."""
    promise.state = State.BINDING
    promise.bound_at = clock.now()
    people.to_who_acts(promise)


@action(
    "promise.reconsider",
    label=pgettext_lazy("promise", "To be agreed to anew"),
    allow=is_the_system,
    guard=rules.why_settled_words,
    internal=True,
    icon="refresh",
)
def reconsider(promise: Promise, *, actor: Actor) -> None:
    """Its words have changed: what was agreed to, and what was planned for it, holds no more."""
    for task in Task.objects.filter(about_type="promise", about_id=promise.pk, done_at=None).order_by("pk"):
        tasks.delete(task, actor=actor)
    promise.state = State.MADE
    promise.bound_at = promise.approved_by = promise.book_by = None
    promise.booked_at = promise.booked_amount = promise.booked_id = None
    promise.booked_ref = promise.booked_type = ""
    promise.overdue_at = None
    people.hold(promise, people.responsible(promise), None)
