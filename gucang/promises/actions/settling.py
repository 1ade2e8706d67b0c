"""How a promise ends: kept, broken or withdrawn; and what the clock says of one that does not."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.activity.actions import follow_ups, tasks
from gucang.activity.models import Attachment, FollowUp, FollowUpKind, Task
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.promises import people, rules
from gucang.promises.models import Promise, State


@action(
    "promise.keep",
    label=pgettext_lazy("promise", "Kept"),
    guard=rules.why_not_to_keep,
    icon="check",
    tone="primary",
    labels={"by": _("How they confirmed it"), "confirmation": _("What the customer said")},
)
def keep(
    promise: Promise,
    *,
    actor: Actor,
    confirmation: Annotated[str, Text(long=True)] = "",
    by: FollowUpKind = FollowUpKind.CALL,
) -> None:
    """The customer has got what was promised and has confirmed it.

    The words become a follow-up on the promise; without any, a file or a follow-up that is there already is the
    evidence.
    """
    said = confirmation.strip()
    if said:
        values = {"about_type": "promise", "about_id": promise.pk, "kind": by, "text": said}
        follow_ups.create(actor=actor, values=values)
    evidence = said or _evidence_for(promise)
    if not evidence:
        sentence = _t("Write what the customer said, or attach what shows that they got it.")
        raise Invalid({"confirmation": [sentence]})
    promise.evidence = Truncator(" ".join(evidence.split())).chars(300)
    _end(promise, State.KEPT)
    for task in Task.objects.filter(about_type="promise", about_id=promise.pk, done_at=None).order_by("pk"):
        tasks.complete(task, actor=system())


def _evidence_for(promise: Promise) -> str:
    """What was added since it was booked, or bound, that shows it, the last first; "" for nothing."""
    since = promise.booked_at or promise.bound_at
    about = {"about_type": "promise", "about_id": promise.pk, "created_at__gte": since}
    file = Attachment.objects.filter(**about).order_by("-pk").first()
    if file is not None:
        return str(file.name)
    talk = FollowUp.objects.filter(**about).order_by("-pk").first()
    return str(talk.text) if talk is not None else ""


@action(
    "promise.break",
    label=pgettext_lazy("promise", "Not kept"),
    guard=rules.why_not_open,
    icon="x",
    tone="danger",
    says=_("The customer will not get what was promised: “%(record)s”. Say why; it is counted as a broken promise."),
    labels={"why": pgettext_lazy("promise", "reason")},
)
def break_promise(promise: Promise, *, actor: Actor, why: Annotated[str, Text(long=True, max_length=300)]) -> None:
    """It was not kept, and will not be."""
    promise.reason = why.strip()
    _end(promise, State.BROKEN)


@action(
    "promise.withdraw",
    label=pgettext_lazy("promise", "Withdraw"),
    guard=rules.why_not_to_withdraw,
    icon="arrow-left",
    tone="danger",
    says=_("“%(record)s” is taken back. Say why, and tell the customer."),
    labels={"why": pgettext_lazy("promise", "reason")},
)
def withdraw(promise: Promise, *, actor: Actor, why: Annotated[str, Text(long=True, max_length=300)]) -> None:
    """Take it back before anything was booked."""
    promise.reason = why.strip()
    _end(promise, State.WITHDRAWN)


def _end(promise: Promise, state: State) -> None:
    promise.state = state
    promise.settled_at = clock.now()
    promise.due_at = None


@action(
    "promise.reopen",
    label=pgettext_lazy("promise", "Reopen"),
    guard=rules.why_not_ended,
    icon="refresh",
    labels={"why": pgettext_lazy("promise", "reason")},
)
def reopen(promise: Promise, *, actor: Actor, why: Annotated[str, Text(long=True)]) -> dict[str, Any]:
    """It has not ended after all: it goes on where it stood before."""
    promise.settled_at, promise.reason, promise.evidence = None, "", ""
    if promise.booked_at is not None:
        promise.state = State.BOOKED
        people.hold(promise, people.responsible(promise), people.end_of(promise))
    elif promise.bound_at is not None:
        promise.state = State.BINDING
        people.to_who_acts(promise)
    else:
        promise.state = State.MADE
        people.hold(promise, people.responsible(promise), None)
    return {"why": why}


# --- the clock -------------------------------------------------------------------------------------------------------


@action(
    "promise.escalate",
    label=pgettext_lazy("promise", "Tell the superior"),
    allow=is_the_system,
    guard=rules.why_not_open,
    internal=True,
    icon="flag",
)
def escalate(promise: Promise, *, actor: Actor, superior: Member | None = None) -> dict[str, Any]:
    """The next step is late: who holds it hears of it, and their superior. Once for each holder and deadline."""
    promise.escalated_at = clock.now()
    return {"superior": superior.pk} if superior is not None else {}


@action(
    "promise.expire",
    label=pgettext_lazy("promise", "Overdue"),
    allow=is_the_system,
    guard=rules.why_ended,
    internal=True,
    icon="alert-triangle",
)
def expire(promise: Promise, *, actor: Actor) -> None:
    """The day that the customer was told is over, and it is not kept."""
    promise.overdue_at = clock.now()
