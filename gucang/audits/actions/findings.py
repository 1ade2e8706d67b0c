"""The life of a finding, step by step. The engine opens and ends; the person answers; the auditor judges."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.handing import Colleague
from gucang.accounts.models import Member
from gucang.audits import rules
from gucang.audits.actions import corrections
from gucang.audits.kinds import Cause, Lapse, State
from gucang.audits.models import AuditRule, Finding
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system

LONG = 100_000
Words = Annotated[str, Text(long=True, max_length=2000)]
_ENGINE: dict[str, Any] = {"allow": is_the_system, "internal": True}


# --- the engine ------------------------------------------------------------------------------------------------------


@action("finding.open", label=pgettext_lazy("finding", "Found"), creates=True, icon="zoom-check", **_ENGINE)
def open_one(finding: Finding, *, found: Annotated[str, Text(long=True, max_length=LONG)]) -> dict[str, Any]:
    """Something offends a rule: `found` is JSON of `engine.what_was_found`.

    Whoever is responsible has it to themselves until `grace_until`; where nobody is, the auditor sees it at once.
    """
    given = json.loads(found)
    rule = AuditRule.objects.get(pk=given["rule"])
    finding.rule, finding.severity = rule, rule.severity
    finding.about_type, finding.about_id = rule.record_type, given["about"]
    finding.subject = given["subject"][:200]
    finding.facts, finding.evidence, finding.cost = given["facts"], given["evidence"], given["cost"]
    finding.recurrence_of_id = given["recurrence_of"]
    finding.first_seen_at = clock.now()
    _is_of(finding, given["member"], given["grace_until"])
    return {"rule": rule.key or rule.pk}


def _is_of(finding: Finding, member: int | None, grace_until: str | None) -> None:
    person = Member.objects.filter(pk=member).first() if member is not None else None
    finding.member, finding.department_id = person, person.department_id if person is not None else None
    finding.state = State.OWN if person is not None else State.OPEN
    finding.grace_until = parse_datetime(grace_until) if person is not None and grace_until else None


@action("finding.refresh", label=pgettext_lazy("finding", "Seen again"), icon="refresh", **_ENGINE)
def refresh(finding: Finding, *, found: Annotated[str, Text(long=True, max_length=LONG)]) -> None:
    """It is still so, and something about it is different: what is said, what it costs, or whose it is now.

    Whoever it passes to has a time of their own, unless somebody has judged it already.
    """
    given = json.loads(found)
    finding.facts, finding.cost = given["facts"], given["cost"]
    if given["member"] != finding.member_id and finding.state in (State.OWN, State.OPEN):
        _is_of(finding, given["member"], given["grace_until"])


@action("finding.surface", label=pgettext_lazy("finding", "Goes to the auditor"), guard=rules.why_not_live, **_ENGINE)
def surface(finding: Finding) -> None:
    """The person's time is over, and it was neither put right nor answered."""
    finding.state = State.OPEN


@action("finding.end", label=pgettext_lazy("finding", "Put right"), always=True, icon="circle-check", **_ENGINE)
def end(finding: Finding) -> None:
    """The record offends no more. Within the time of grace that was the person.

    What the auditor has judged stays as judged; a correction is verified by itself.
    """
    _gone(finding, State.SELF_CORRECTED, State.RESOLVED)


@action("finding.lapse", label=pgettext_lazy("finding", "Not looked for any more"), icon="player-pause", **_ENGINE)
def lapse(finding: Finding, *, why: Lapse) -> None:
    """Nobody looks for it any more, and nobody has put it right. What was the person's alone stays so."""
    _gone(finding, State.OWN_LAPSED, State.LAPSED)
    finding.lapse = why


def _gone(finding: Finding, with_the_person: State, else_: State) -> None:
    """It is no offence any more. What the auditor has judged stays as judged."""
    finding.present, finding.last_seen_at = False, clock.now()
    if finding.state in (State.OWN, State.OPEN, State.ANSWERED, State.WAIVED):
        close(finding, with_the_person if finding.state == State.OWN else else_)


@action("finding.tolerate", label=pgettext_lazy("finding", "Tolerated"), icon="calendar-time", **_ENGINE)
def tolerate(finding: Finding, *, until: date, by: int | None, name: str, url: str) -> dict[str, Any]:
    """The record goes on as it was, and that is let be until a day. What was the person's alone stays so.

    What the auditor has judged stays as judged. `name` and `url` are the verdict's.
    """
    _gone(finding, State.OWN_TOLERATED, State.TOLERATED)
    finding.tolerated_until, finding.tolerated_by_id = until, by
    finding.verdict = {"name": name, "url": url}
    return {"verdict": name}


@action("finding.resume", label=_("Waiver over"), guard=rules.why_not_waived, icon="player-play", **_ENGINE)
def resume(finding: Finding) -> None:
    """The waiver is over and it is still so: it is looked at anew."""
    finding.state = State.OPEN
    finding.closed_at = None


@action("finding.verify", label=pgettext_lazy("finding", "Verified"), icon="circle-check", **_ENGINE)
def verify(finding: Finding) -> None:
    """Its correction has proved itself."""
    close(finding, State.VERIFIED)


@action("finding.recur", label=pgettext_lazy("finding", "Happened again"), icon="repeat", **_ENGINE)
def recur(finding: Finding, *, again: int) -> dict[str, Any]:
    """The same has happened again after its correction: the finding `again` goes on from here."""
    close(finding, State.RECURRED)
    return {"again": again}


@action("finding.pick", label=_("On the work list"), icon="list-check", **_ENGINE)
def pick(finding: Finding, *, because: str = "") -> None:
    """Drawn for the auditor's work list of this week; `because` is what weighed for it."""
    finding.picked_on, finding.picked_for = clock.today(), because[:20]


def close(finding: Finding, state: State) -> None:
    """Nothing more is to be done about it."""
    finding.state = state
    finding.closed_at = clock.now()


# --- the person ------------------------------------------------------------------------------------------------------


@action(
    "finding.answer", label=pgettext_lazy("finding", "Answer"), allow=rules.is_the_person,
    guard=rules.why_not_to_answer, icon="message-circle", tone="primary",
    labels={"why": _("Why it came to this"), "said": _("In a few words")},
)  # fmt: skip
def answer(finding: Finding, *, why: Cause, said: Words = "") -> None:
    """Say why. From then on the auditor sees it, with the answer."""
    if why in (Cause.BETTER, Cause.WRONG) and not said.strip():
        raise Invalid({"said": [_t("Say in a few words how; the rule may be changed because of it.")]})
    finding.cause, finding.answer = why, said.strip()
    finding.answered_at = clock.now()
    finding.state = State.ANSWERED


# --- the auditor -----------------------------------------------------------------------------------------------------

_JUDGES: dict[str, Any] = {"allow": rules.is_somebody_else, "guard": rules.why_not_to_judge}


@action(
    "finding.accept",
    label=_("Accept the answer"),
    icon="thumb-up",
    labels={"remark": pgettext_lazy("finding", "Remark")},
    **_JUDGES,
)
def accept(finding: Finding, *, actor: Actor, remark: Words = "") -> None:
    """Nothing more is to be done. It is not opened again for what stands as it is."""
    _judged(finding, actor, remark)
    close(finding, State.ACCEPTED)


@action(
    "finding.correct", label=_("Agree on a correction"), icon="tool", tone="primary",
    labels={
        "owner": _("Who does it"), "until": pgettext_lazy("correction", "Until"), "what": _("What is put right"),
        "prevents": _("What prevents it next time"),
    },
    **_JUDGES,
)  # fmt: skip
def correct(
    finding: Finding,
    *,
    actor: Actor,
    what: Annotated[str, Text(max_length=200)],
    prevents: Words,
    owner: Colleague,
    until: date,
) -> dict[str, Any]:
    """Somebody puts it right until a day, and says what prevents it next time."""
    if until < clock.today():
        raise Invalid({"until": [_t("This day is over. Choose today or a later one.")]})
    _judged(finding, actor, "")
    finding.state = State.CORRECTING
    made = corrections.begin(
        actor=system(),
        finding=finding.pk, rule=finding.rule_id, owner=owner, due_on=until, what=what,
        prevents=prevents, made_by=actor.member_id or 0,
    ).record  # fmt: skip
    return {"correction": made.pk}


@action(
    "finding.waive", label=_("Waive"), icon="calendar-time",
    labels={"until": pgettext_lazy("finding", "Waived until"), "why": _("Why")}, **_JUDGES,
)  # fmt: skip
def waive(finding: Finding, *, actor: Actor, until: date, why: Words) -> None:
    """Let it be until a day, for a reason. After that it is looked at anew if it is still so."""
    if until <= clock.today():
        raise Invalid({"until": [_t("A waiver ends on a later day.")]})
    _judged(finding, actor, why)
    finding.state, finding.waived_until = State.WAIVED, until


def _judged(finding: Finding, actor: Actor, remark: str) -> None:
    finding.judged_by_id = actor.member_id
    finding.remark = remark.strip() or finding.remark


ENGINE = (open_one, refresh, surface, end, lapse, tolerate, resume, verify, recur, pick)
