"""Who may see and judge deviations before the court, and why something cannot be done to one now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from gucang.court.kinds import State
from gucang.kernel.actors import Actor

if TYPE_CHECKING:
    from gucang.court.models import Deviation, Lesson


def is_a_member(actor: Actor, record: Any) -> bool:
    """A better way is somebody's."""
    return actor.member_id is not None


def is_somebody_else(actor: Actor, deviation: Deviation) -> bool:
    """Nobody judges the better way that they have proposed themselves."""
    if actor.kind == "system" or deviation.origin != "proposed":
        return True
    return deviation.proposed_by_id != actor.member_id


def was_asked(actor: Actor, deviation: Deviation) -> bool:
    """Only who was asked answers."""
    if actor.member_id is None or deviation.draft_id is None:
        return False
    return bool(deviation.asked.filter(draft=deviation.draft_id, member=actor.member_id).exists())


def is_a_reader(actor: Actor, lesson: Lesson) -> bool:
    """Only whom it is for confirms having read it."""
    return actor.member_id is not None and bool(lesson.for_whom.filter(member=actor.member_id).exists())


def _said(deviation: Deviation) -> dict[str, Any]:
    return {"what": deviation, "verdict": deviation.verdict}


def why_not_to_judge(deviation: Deviation) -> str | None:
    """Why there is no verdict to give: there is one."""
    if deviation.state == State.OPEN:
        return None
    return _t("“%(what)s” was judged already: %(verdict)s. Reopen it first.") % _said(deviation)


def why_not_judged(deviation: Deviation) -> str | None:
    """Why nothing can be reopened: nothing was judged, or the new version holds."""
    if deviation.state == State.OPEN:
        return _t("“%(what)s” is still to be judged.") % _said(deviation)
    if deviation.settled_at is not None:
        return _t("“%(what)s” is part of the process by now. Draft a new version instead.") % _said(deviation)
    return None


def why_not_asked(deviation: Deviation) -> str | None:
    """Why nobody is asked: no draft of it waits."""
    if deviation.state == State.BETTER and deviation.settled_at is None:
        return None
    return _t("“%(what)s” does not wait for answers.") % _said(deviation)


def why_not_tolerated(deviation: Deviation) -> str | None:
    """Why its tolerance does not end: it has none."""
    return None if deviation.state == State.TOLERATED else _t("“%(what)s” is not tolerated.") % _said(deviation)


def why_not_given(lesson: Lesson) -> str | None:
    """Why there is nothing to confirm: the verdict behind it was taken back."""
    return None if lesson.state == "given" else _t("“%(lesson)s” was withdrawn.") % {"lesson": lesson}
