"""How a deviation comes before the court, and what those say whose work comes after it."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from gucang.conformance.kinds import Kind
from gucang.court import patterns, rules
from gucang.court.kinds import Hinders, Origin, State
from gucang.court.models import Asked, Deviation
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.sops.models import Process
from gucang.sops.models import State as VersionState

Words = Annotated[str, Text(long=True, max_length=2000)]
Step = Annotated[str, Text(max_length=60)]
_LABELS: dict[str, Any] = {
    "process": pgettext_lazy("SOP", "process"),
    "kind": _("kind of deviation"),
    "step": pgettext_lazy("deviation court", "step"),
    "other": _("other step"),
}


@action(
    "deviation.open", label=_("Bring before the court"), creates=True, icon="scale",
    labels=_LABELS | {"why": _("why it is looked at")},
)  # fmt: skip
def open_one(
    deviation: Deviation, *, actor: Actor, process: Process, kind: Kind, step: Step, why: Words, other: Step = ""
) -> dict[str, Any]:
    """Have a pattern judged that the log shows."""
    place = _begin(deviation, actor, process, Origin.SEEN, kind, step, other, why)
    found = patterns.counted(place)
    if not found.cases:
        sentence = _t("No case departs like this: %(what)s. Who works so may propose it as a better way.")
        raise Refused(sentence % {"what": place.said()})
    return {"cases": found.cases}


@action(
    "deviation.propose", label=_("Propose a better way"), creates=True, icon="bulb", tone="primary",
    allow=rules.is_a_member, labels=_LABELS | {"why": _("why it is better")},
)  # fmt: skip
def propose(
    deviation: Deviation, *, actor: Actor, process: Process, kind: Kind, step: Step, why: Words, other: Step = ""
) -> None:
    """Say that one works in another way because it is better, also where no case was counted yet."""
    _begin(deviation, actor, process, Origin.PROPOSED, kind, step, other, why)


def _begin(
    deviation: Deviation, actor: Actor, process: Process, origin: Origin, kind: str, step: str, other: str, why: str
) -> patterns.Place:
    # Held until the end: of two who bring the same at once, the second one sees the first.
    Process.objects.select_for_update(no_key=True).get(pk=process.pk)
    other = other if kind in patterns.OF_TWO else ""
    place = patterns.place_of(process, kind, step, other)
    _check_steps(place)
    _check_new(process, place)
    deviation.process, deviation.kind, deviation.step, deviation.other = process, kind, step, other
    deviation.origin, deviation.why, deviation.proposed_by_id = origin, why.strip(), actor.member_id
    with override(str(Company.objects.values_list("language", flat=True).get(pk=active_company_id()))):
        deviation.title = place.said()[:240]
    return place


def _check_steps(place: patterns.Place) -> None:
    if not place.versions:
        sentence = _t("No version of this process that holds or has held has this step. Choose one of its steps.")
        raise Invalid({"step": [sentence]})
    if place.kind in patterns.OF_TWO and place.other == place.step:
        raise Invalid({"other": [_t("Choose two different steps.")]})
    if place.kind == Kind.FOUR_EYES and not place.other:
        raise Invalid({"other": [_t("Say which other step the same person does.")]})


def _check_new(process: Process, place: patterns.Place) -> None:
    known = Deviation.objects.filter(process=process, kind=place.kind, step=place.step, other=place.other)
    for one in known.select_related("draft"):
        said = {"number": one.number, "verdict": one.verdict}
        if one.state == State.OPEN:
            raise Refused(_t("This is before the court already: %(number)s. Say what you know of it there.") % said)
        if one.state != State.BETTER:
            raise Refused(_t("This was judged: %(number)s, %(verdict)s. It can be reopened there.") % said)
        if one.draft is not None and one.draft.state == VersionState.DRAFT:
            raise Refused(_t("This was judged: %(number)s, %(verdict)s. The next version is being written.") % said)


@action(
    "deviation.answer", label=_("Does it hinder you?"), allow=rules.was_asked, guard=rules.why_not_asked, always=True,
    icon="message-circle", labels={"hinders": _("Does it hinder your work?"), "text": _("In which way")},
)  # fmt: skip
def answer(deviation: Deviation, *, actor: Actor, hinders: Hinders, text: Words = "") -> dict[str, str]:
    """Say whether the next version hinders one's own work; the last answer counts."""
    if hinders == Hinders.YES and not text.strip():
        raise Invalid({"text": [_t("Say in which way, so that it can be written otherwise.")]})
    asked = Asked.objects.filter(draft=deviation.draft_id, member=actor.member_id)
    asked.update(hinders=hinders, why=text.strip(), answered_at=clock.now())
    return {"hinders": str(hinders), "text": text.strip()}
