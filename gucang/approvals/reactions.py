"""Who hears of what: whose turn it is, who asked, and who gets a copy."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_noop

from gucang.approvals import deeds
from gucang.approvals.actions import requests
from gucang.approvals.kinds import COPIED, DECIDED, WAITS
from gucang.approvals.models import ApprovalCopy, ApprovalRequest, State
from gucang.bulk.models import BulkRun, Kind, RunLine
from gucang.kernel.errors import Problem
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import after
from gucang.messages.hearing import Told, hears

log = structlog.get_logger(__name__)
MOVES = tuple(
    f"approval_request.{verb}"
    for verb in ("submit", "agree", "send_back", "refuse", "transfer", "add_signer", "withdraw", "resubmit", "run_late")
)
ENDS = {
    State.CARRIED_OUT.value: gettext_noop("Agreed and done: %(action)s · %(subject)s"),
    State.FAILED.value: gettext_noop("Agreed, but not possible any more: %(action)s · %(subject)s. %(why)s"),
    State.REFUSED.value: gettext_noop("%(by)s refused: %(action)s · %(subject)s. %(why)s"),
    State.RETURNED.value: gettext_noop("%(by)s sent back: %(action)s · %(subject)s. %(why)s"),
}


@hears(*MOVES, kind=WAITS)
def tell_whose_turn_it_is(event: Event) -> Iterable[Told]:
    """Whose turn has come."""
    sentence = gettext_noop("%(who)s asks for your approval: %(action)s · %(subject)s")
    for request in _request(event):
        params = {"who": request.submitter.name, **_words(request)}
        for member in event.facts.get("turn", []):
            yield Told(member, sentence, params)


@hears(*MOVES, kind=DECIDED)
def tell_who_asked(event: Event) -> Iterable[Told]:
    """Who asked hears how it ended, or that it came back."""
    for request in _request(event):
        if (sentence := ENDS.get(str(event.facts.get("state")))) and event.name != "approval_request.withdraw":
            yield Told(
                request.submitter_id, sentence, {"by": actor_name(event), "why": request.reason, **_words(request)}
            )


@hears(*MOVES, kind=COPIED)
def tell_who_gets_a_copy(event: Event) -> Iterable[Told]:
    """Who gets a copy hears of what was agreed to, also when every step passed by itself."""
    if event.facts.get("state") != State.CARRIED_OUT.value:
        return
    for request in _request(event):
        sentence = gettext_noop("For your information: %(action)s · %(subject)s, asked for by %(who)s, is agreed.")
        for member in ApprovalCopy.objects.filter(request=request).values_list("member_id", flat=True):
            yield Told(member, sentence, {"who": request.submitter.name, **_words(request)})


@hears("approval_request.urge", "approval_request.run_late", kind=WAITS)
def tell_whom_somebody_waits_for(event: Event) -> Iterable[Told]:
    """Who is waited for."""
    sentence = gettext_noop("%(who)s waits for your decision: %(action)s · %(subject)s. %(note)s")
    for request in _request(event):
        params = {"who": request.submitter.name, "note": event.facts.get("note", ""), **_words(request)}
        for member in event.facts.get("urged", []):
            yield Told(member, sentence, params)


@after("bulk_run.taken_back")
def withdraw_what_still_waits(event: Event) -> None:
    """What a run asked for and nobody has decided is not wanted any more. What somebody agreed to already stays."""
    run = BulkRun.objects.select_related("owner").filter(pk=event.subject_id).first()
    if run is None or run.owner is None:
        return
    waits = RunLine.objects.filter(run=run, kind=Kind.WAITING).exclude(waits_at="")
    for address in waits.order_by("pk").values_list("waits_at", flat=True).iterator():
        pk = address.rpartition("/")[2]
        try:
            requests.withdraw(
                int(pk), actor=run.owner, comment=_t("The bulk run %(run)s was taken back.") % {"run": run}
            )
        except Problem as problem:
            log.info("a request of a run that was taken back stays", request=pk, why=str(problem))


def _request(event: Event) -> Iterable[ApprovalRequest]:
    return ApprovalRequest.objects.filter(pk=event.subject_id).select_related("submitter")


def _words(request: ApprovalRequest) -> dict[str, str]:
    return {"action": deeds.label_of(request.action), "subject": request.subject or request.number}
