"""The verdicts: better leads to the next version, harmful to a lesson, and what is neither is tolerated for a time."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from gucang.accounts.models import Role
from gucang.court import drafting, effects, patterns, people, rules
from gucang.court.actions import lessons
from gucang.court.actions.deviations import Words
from gucang.court.kinds import LessonState, Order, State
from gucang.court.models import Asked, Deviation, Lesson, LessonReader
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.models import Company
from gucang.kernel.permissions import is_the_system
from gucang.kernel.scope import active_company_id
from gucang.sops.actions import versions

LONGEST = timedelta(days=366)
_REASON = {"reason": _("reasons of the verdict")}
_JUDGES: dict[str, Any] = {"allow": rules.is_somebody_else, "guard": rules.why_not_to_judge}
_ENGINE: dict[str, Any] = {"allow": is_the_system, "internal": True}


def _judged(deviation: Deviation, actor: Actor, state: State, reason: str) -> None:
    deviation.state, deviation.reason = state, reason.strip()
    deviation.judged_by_id, deviation.judged_at = actor.member_id, clock.now()


@action(
    "deviation.find_better", label=_("Better: make it the process"), icon="thumb-up", tone="primary",
    labels=_REASON
    | {"order": _("the two steps"), "role": _("who does it as well"), "amount": _("the new limit of the step")},
    says=_("A draft of the next version is made with it. Whoever works after it is asked if it hinders them."),
    **_JUDGES,
)  # fmt: skip
def find_better(
    deviation: Deviation, *, actor: Actor, reason: Words, order: Order = Order.PARALLEL, role: Role | None = None,
    amount: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """It becomes what the process says: a draft is made and credited to who proposed it, and others are asked."""
    _judged(deviation, actor, State.BETTER, reason)
    word = "" if role is None else role.key or str(role.pk)
    found = drafting.drafted(deviation, order, word, max(amount or 0, 0))
    draft = _draft(deviation, found, reason)
    deviation.draft, deviation.settled_at = draft, None
    but = {one for one in (deviation.proposed_by_id, actor.member_id) if one is not None}
    asked = people.who_comes_after(found.words, deviation.step, deviation.other, but)
    rows = [Asked(company_id=deviation.company_id, deviation=deviation, draft=draft, member_id=one.pk) for one in asked]
    Asked.objects.bulk_create(rows)
    return {"derived": found.derived, "ways": found.ways, "cured": found.cured, "asked": len(asked)}


def _draft(deviation: Deviation, found: drafting.Drafted, reason: str) -> Any:
    """The draft, as the program: whoever may judge need not write versions otherwise."""
    with override(str(Company.objects.values_list("language", flat=True).get(pk=active_company_id()))):
        words = {"number": deviation.number, "what": deviation.title, "reason": reason.strip()}
        told = (
            _t("%(number)s, %(what)s: %(reason)s")
            if found.derived
            else _t("%(number)s, %(what)s (still to be written into the steps): %(reason)s")
        )
        why = (told % words)[:300]
    made = versions.draft(actor=system(), process=deviation.process, start=found.start, reason=why).record
    made = versions.define(made, actor=system(), definition=json.dumps(found.words.to_json())).record
    if deviation.proposed_by_id is not None:
        made = versions.credit(made, actor=system(), author=deviation.proposed_by_id).record
    return made


@action(
    "deviation.find_harmful", label=_("Harmful: give a lesson"), icon="alert-triangle",
    labels=_REASON
    | {"lesson": _("what to know"), "exercise": _("a question to be answered by whoever has read it")},
    says=_("Everybody whose role does this gets the lesson and confirms having read it; nobody is named."),
    **_JUDGES,
)  # fmt: skip
def find_harmful(
    deviation: Deviation, *, actor: Actor, reason: Words, lesson: Annotated[str, Text(long=True, max_length=4000)],
    exercise: Annotated[str, Text(max_length=300)] = "",
) -> dict[str, Any]:  # fmt: skip
    """It is not to be done so: a lesson says why, to all whose role it concerns."""
    _judged(deviation, actor, State.HARMFUL, reason)
    place = patterns.of(deviation)
    did = [one.member for one in effects.newest(place)]
    readers = people.concerned(place.words, deviation.step, deviation.other, did)
    made = lessons.give(
        actor=system(), deviation=deviation.pk, text=lesson, exercise=exercise, readers=len(readers)
    ).record
    company = deviation.company_id
    LessonReader.objects.bulk_create(
        [LessonReader(company_id=company, lesson=made, member_id=one.pk) for one in readers]
    )
    return {"lesson": made.pk, "readers": len(readers)}


@action(
    "deviation.tolerate", label=_("Tolerate until a day"), icon="calendar-time",
    labels=_REASON | {"until": _("tolerated until")},
    says=_("Until then no rule of the audit finds it. After that it is looked at again by itself."), **_JUDGES,
)  # fmt: skip
def tolerate(deviation: Deviation, *, actor: Actor, until: date, reason: Words) -> None:
    """Neither better nor harmful enough: it is left alone until a day."""
    today = clock.today()
    if until <= today:
        raise Invalid({"until": [_t("A tolerance ends on a later day.")]})
    if until > today + LONGEST:
        raise Invalid({"until": [_t("A tolerance lasts a year at most. Judge it again then.")]})
    _judged(deviation, actor, State.TOLERATED, reason)
    deviation.until = until


@action(
    "deviation.reopen", label=pgettext_lazy("deviation court", "Reopen"), guard=rules.why_not_judged, icon="refresh",
    labels={"text": _("Why it is judged anew")},
    says=_("The verdict is taken back: a tolerance ends, a lesson is withdrawn, a draft stays as it is."),
)  # fmt: skip
def reopen(deviation: Deviation, *, text: Words) -> dict[str, str]:
    """Take a verdict back; it is judged anew."""
    was = str(deviation.state)
    _back(deviation)
    for one in Lesson.objects.filter(deviation=deviation, state=LessonState.GIVEN):
        lessons.withdraw(one, actor=system())
    return {"was": was, "text": text.strip()}


def _back(deviation: Deviation) -> None:
    deviation.state, deviation.reason, deviation.until = State.OPEN, "", None
    deviation.judged_by, deviation.judged_at, deviation.draft = None, None, None


@action(
    "deviation.resume", label=_("Tolerance over"), guard=rules.why_not_tolerated, icon="player-play", **_ENGINE
)  # fmt: skip
def resume(deviation: Deviation) -> None:
    """The day until which it was tolerated is over: it is to be judged again."""
    _back(deviation)


@action("deviation.settle", label=_("Part of the process"), guard=rules.why_not_asked, icon="circle-check", **_ENGINE)
def settle(deviation: Deviation) -> None:
    """The version with it is in force."""
    deviation.settled_at = clock.now()


ENGINE = (resume, settle)
