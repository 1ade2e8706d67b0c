"""What follows: a better way is part of the process once its version holds; and who hears of all that."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.court import rules
from gucang.court.actions import verdicts
from gucang.court.kinds import Hinders, State
from gucang.court.models import Asked, Deviation, LessonReader
from gucang.kernel.actors import Actor, system
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.sops.models import ProcessVersion

COURT = kinds.declare("deviation_court", _("The deviation court asks or tells me something"), icon="gavel", mail=False)


@reaction("process_version.put_in_force")
def settle(event: Event, version: ProcessVersion, actor: Actor) -> None:
    """What was found better holds from now on."""
    for one in Deviation.objects.filter(draft=version, state=State.BETTER, settled_at=None):
        if rules.why_not_asked(one) is None:
            verdicts.settle(one, actor=system())


def _of(event: Event) -> Deviation | None:
    return Deviation.objects.filter(pk=event.subject_id).first()


@hears("deviation.find_better", kind=COURT)
def ask_who_comes_after(event: Event) -> Iterator[Told]:
    """Whose work comes after it is asked; who proposed it hears that it is better."""
    found = _of(event)
    if found is None:
        return
    sentence = gettext_noop("Does this hinder your work? The process is to change: %(what)s")
    for one in Asked.objects.filter(draft=found.draft_id):
        yield Told(one.member_id, sentence, {"what": found.title})
    yield from _tell_who_proposed(event)


@hears("deviation.find_harmful", "deviation.tolerate", "deviation.settle", kind=COURT)
def tell_who_proposed(event: Event) -> Iterator[Told]:
    """Who brought it hears the verdict."""
    yield from _tell_who_proposed(event)


def _tell_who_proposed(event: Event) -> Iterator[Told]:
    found = _of(event)
    if found is None:
        return
    sentence = {
        "deviation.find_better": gettext_noop("%(who)s has judged it better, the next version is drafted: %(what)s"),
        "deviation.find_harmful": gettext_noop("%(who)s has judged it harmful: %(what)s"),
        "deviation.tolerate": gettext_noop("%(who)s lets it be for now: %(what)s"),
        "deviation.settle": gettext_noop("What you have brought is part of the process from now on: %(what)s"),
    }[event.name]
    yield Told(found.proposed_by_id, sentence, {"who": actor_name(event), "what": found.title})


@hears("deviation.answer", kind=COURT)
def tell_who_judged(event: Event) -> Iterator[Told]:
    """Whoever judged it hears of what hinders; what does not is on the page."""
    found = _of(event)
    if found is not None and event.facts.get("hinders") == Hinders.YES:
        sentence = gettext_noop("%(who)s would be hindered: %(what)s")
        yield Told(found.judged_by_id, sentence, {"who": actor_name(event), "what": found.title})


@hears("lesson.give", kind=COURT)
def give_lesson(event: Event) -> Iterator[Told]:
    """Everybody whom a lesson is for."""
    sentence = gettext_noop("A lesson for everybody in your role, please read it: %(what)s")
    for one in LessonReader.objects.filter(lesson=event.subject_id):
        yield Told(one.member_id, sentence, {"what": event.subject_label})
