"""The doors: what needs approval is parked, what waits for one holds its record, what was agreed to is carried out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.approvals import briefing, cases, deeds, holding, rules
from gucang.approvals.models import ApprovalRequest, State
from gucang.kernel import events, records
from gucang.kernel.actions import Action, Weighed, get, outer_gate, weigh
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.errors import Invalid, NeedsApproval, Problem, Refused
from gucang.kernel.models import Event, EventObject
from gucang.surface import ui

_BEFORE = "_approvals_before"


# --- a record that is held -------------------------------------------------------------------------------------------


def _held(action: Action, actor: Actor, ids: Sequence[int]) -> Collection[int]:
    """Those of the records that a request holds."""
    if not _may_hold(action):
        return ()
    return set(_holding(action.record_name).filter(about_id__in=ids).values_list("about_id", flat=True))


def _holding(record_name: str) -> Any:
    return ApprovalRequest.objects.filter(about_type=record_name, state=State.WAITING, locked=True)


def _may_hold(action: Action) -> bool:
    """Whether anything of this type can be held at all: a company without policies pays nothing for this."""
    if action.creates or action.internal or action.verb in deeds.FREE_VERBS:
        return False
    return action.record_name in holding.types_with_policies()


@outer_gate(_held)
def hold(action: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """What waits for a decision stays as it is until then, but for who unlocks it or takes the request back."""
    if not _may_hold(action):
        return
    request = _holding(action.record_name).filter(about_id=record.pk).first()
    if request is not None:
        raise Refused(why_held(request, record))


def why_held(request: ApprovalRequest, record: Any) -> str:
    """Who holds a record, since when, and the two ways out: who has it can send it back once somebody has agreed."""
    sentence = _t(
        "“%(record)s” waits for approval (%(number)s): with %(who)s since %(since)s. "
        "Who asked can withdraw the request, an administrator can unlock it."
    )
    if rules.why_acted(request) is not None:
        sentence = _t(
            "“%(record)s” waits for approval (%(number)s): with %(who)s since %(since)s. "
            "They can send it back, an administrator can unlock it."
        )
    return sentence % {
        "record": record,
        "number": request.number,
        "who": cases.holders_in_words(request) or "—",
        "since": ui.moment_text(request.since),
    }


# --- parked ----------------------------------------------------------------------------------------------------------


def _among_asked(action: Action, actor: Actor, ids: Sequence[int]) -> Collection[int]:
    return ()  # a set that needs approval is written one by one


@outer_gate(_among_asked)
def look_before(action: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """Note which policies hold for the record as it is: afterwards nobody could tell."""
    if holding.is_asked(action, actor):
        setattr(record, _BEFORE, holding.holding_before(action, actor, record))


@weigh(holding.is_asked)
def ask_first(done: Weighed) -> None:
    """Park what a policy wants others to agree to. Raises NeedsApproval."""
    before: frozenset[int] = getattr(done.record, _BEFORE, frozenset())
    found = holding.decides(done.action, done.actor, done.record, before, done.event.changes)
    if found is None:
        return
    asked = what_is_asked(done, found.version)
    waiting = NeedsApproval(_t("“%(policy)s” wants others to agree first.") % {"policy": found.name})

    def park() -> ApprovalRequest:
        request = submit(done.actor, asked)
        waiting.sentence = said(request)
        return request

    waiting.park = park
    raise waiting


def said(request: ApprovalRequest) -> str:
    """What is told to who asked: who decides now, or how it ended at once."""
    if request.state == State.WAITING:
        return _t("Sent for approval (%(number)s). Now with: %(who)s.") % {
            "number": request.number, "who": cases.holders_in_words(request)
        }  # fmt: skip
    return _t("Sent for approval (%(number)s): %(state)s.") % {
        "number": request.number, "state": request.get_state_display()
    }  # fmt: skip


def what_is_asked(done: Weighed, version: int) -> dict[str, Any]:
    """What a request has to know of an action that was weighed."""
    event = done.event
    return {
        "version": version,
        "action": done.action.name,
        "about_id": 0 if done.action.creates else done.record.pk,
        "party_id": briefing.party_of(done.action.type, done.record, is_new=done.action.creates),
        "subject": _name_of(done),
        "params": events.jsonable(done.params),
        "also": list(done.also),
        "changes": event.changes,
        "seen": None if done.action.creates else event.subject_version - 1,
    }


def _name_of(done: Weighed) -> str:
    """What it is about. A new record that is only known by a number has none yet: that number was taken back."""
    label = done.event.subject_label
    return "" if done.action.creates and label == getattr(done.record, "number", None) else label


def submit(actor: Actor, asked: Mapping[str, Any]) -> ApprovalRequest:
    """Make the request, as who did the deed: whoever may do it may ask for it."""
    from gucang.approvals.actions import requests

    may = replace(actor, grants={**actor.grants, requests.submit.name: Reach.COMPANY}, scopes=None)
    made: ApprovalRequest = requests.submit(actor=may, asked=json.dumps(asked)).record
    return made


# --- carried out -----------------------------------------------------------------------------------------------------


def carry_out(request: ApprovalRequest) -> str:
    """Do what was agreed to, as who asked and with the rights of now; "" or the sentence why that is not possible.

    It runs inside the action that agreed, so no gate that guards a person's deed is asked again.
    """
    actor = request.submitter.as_actor()
    if not request.submitter.may_work:
        return _t("%(who)s, who asked for it, does not work here any more.") % {"who": request.submitter}
    try:
        action = get(request.action)
        _check_same(request, action)
        about = {"id": request.pk, "number": request.number}
        with events.noting(approval=about):
            outcome = call(request, action, actor)
    except LookupError:
        return _t("What was asked for is not there any more.")
    except Problem as problem:
        return _sentence(problem)
    if action.creates:
        request.about_id = outcome.record.pk
        request.set_about(outcome.record)
    return ""


def call(request: ApprovalRequest, action: Action, actor: Actor) -> Any:
    """Call the action of a request as it was asked for."""
    pk = None if action.creates else request.about_id
    return action(pk, actor=actor, seen=request.seen, also=tuple(request.also), **request.params)


def _sentence(problem: Problem) -> str:
    if not isinstance(problem, Invalid):
        return str(problem)[:500]
    return " ".join(dict.fromkeys(one for many in problem.fields.values() for one in many))[:500]


def _check_same(request: ApprovalRequest, action: Action) -> None:
    """Raise Refused when somebody changed meanwhile what the policy asks about: nobody agreed to that."""
    if request.seen is None or held_version(request) == request.seen:
        return
    fields = holding.condition_fields(request.policy_version.read(), action.type)
    later = changed_since(request)
    for name in fields & later.keys():
        spec = action.type.spec(name)
        raise Refused(
            _t("“%(field)s” was changed while this waited, and the approval was about it. Ask again.")
            % {"field": spec.label}
        )


def held_version(request: ApprovalRequest) -> int | None:
    """The version of the record that a request is about, which nobody else changes until the end of the transaction."""
    query = records.get(request.about_type).model._base_manager.filter(pk=request.about_id)
    found: int | None = query.select_for_update(of=("self",), no_key=True).values_list("version", flat=True).first()
    return found


def changed_since(request: ApprovalRequest) -> dict[str, Any]:
    """The fields of the record that were changed after it was asked for, each with [old, new] of the last time."""
    if request.seen is None:
        return {}
    ids = EventObject.objects.filter(object_type=request.about_type, object_id=request.about_id, role="subject")
    later = Event.objects.filter(
        id__in=ids.order_by("-occurred_at").values_list("event_id")[:200], subject_version__gt=request.seen
    ).order_by("subject_version")
    found: dict[str, Any] = {}
    for event in later:
        if event.subject_type == request.about_type:
            found |= event.changes
    return found


def weighed_again(request: ApprovalRequest) -> tuple[Mapping[str, Any], int | None]:
    """What the deed of a request would change now, and the version that it counts on; nothing of it is kept.

    Raises what the action raises: then it is not possible any more.
    """
    action = get(request.action)
    if action.creates:
        seen = None
    else:
        query = records.get(request.about_type).model._default_manager.filter(pk=request.about_id)
        seen = query.values_list("version", flat=True).first()
    request.seen = seen
    try:
        with transaction.atomic():
            outcome = call(request, action, request.submitter.as_actor())
            raise _Enough(outcome.event)
    except _Enough as enough:
        if enough.event is None:
            raise Refused(_t("It is so already; there is nothing to ask for.")) from None
        return enough.event.changes, seen


class _Enough(Exception):
    """Ends a trial: everything is rolled back."""

    def __init__(self, event: Event | None) -> None:
        self.event = event
