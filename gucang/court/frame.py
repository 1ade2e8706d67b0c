"""What this module puts on the pages of others: places, its record pages, cards, and what conformance tells of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.audits import recorded, waits
from gucang.audits.waits import Waits
from gucang.conformance import verdicts
from gucang.court import queries, telling
from gucang.court.kinds import State
from gucang.court.screens import pages
from gucang.kernel.actors import Actor
from gucang.surface import columns, home, nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import View

MOST_LESSONS = 5

verdicts.told_by(telling.Court())

nav.add(_("Deviation court"), "gavel", "/deviations/", "deviation.view", order=85, seldom=True, homes=("auditor",))
columns.tones("deviation.state", {str(state): tone for state, tone in telling.TONES.items()})
columns.tones("lesson.state", {"given": "ok", "withdrawn": "mute"})
columns.due("deviation.until", "state", (State.TOLERATED,))

panels.add("deviation", "top", "court/_deviation.html", pages.top)
panels.add("deviation", "main", "court/_effect.html", pages.effect, order=10)
panels.add("deviation", "main", "court/_draft.html", pages.next_version, order=5)
panels.add("deviation", "left", "court/_who.html", pages.who, order=20)
panels.draw_page("deviation", "court/deviation.html", pages.page)
panels.draw_dialog("deviation.find_better", pages.better_dialog)
panels.draw_page("lesson", "surface/record.html", pages.lesson_page)
panels.add("lesson", "main", "court/_lesson.html", pages.lesson)
panels.add("process", "main", "court/_of_process.html", pages.of_process)
panels.add("process_version", "main", "court/_of_version.html", pages.of_version)
panels.add_view(
    "deviation", View("open", pgettext_lazy("deviation court", "To judge"), lambda actor: Q(state=State.OPEN))
)
panels.add_view(
    "deviation", View("asked", pgettext_lazy("deviation court", "Asked of me"), lambda actor: _asked(actor))
)
panels.when_empty(
    "deviation",
    _("Who works in another way because it is better proposes it from “How it goes” of the process."),
)
panels.when_empty("lesson", _("What was judged harmful becomes a lesson, which appears here."))


def _asked(actor: Actor) -> Q:
    return Q(pk__in=queries.asked_of(actor.member_id or 0).values("deviation_id"))


@waits.on_me
def questions(actor: Actor, base: str) -> list[Waits]:
    """Whoever was asked whether a new way hinders them."""
    found = queries.waiting_for(actor.member_id or 0)
    todo = _t("Say whether it hinders you")
    return [
        Waits(what=one.title, who=one.who, since=one.since, url=f"{base}/deviations/{one.pk}/answer", todo=todo)
        for one in found
        if one.what == queries.ASKED
    ]


def lessons(request: CompanyRequest) -> dict[str, Any] | None:
    """The lessons that are for the person at the screen and not confirmed."""
    actor = request.actor
    if actor.member_id is None or actor.eyes is not None or not actor.may("lesson.view"):
        return None
    found = [one for one in queries.waiting_for(actor.member_id) if one.what == queries.LESSON]
    return {"rows": found[:MOST_LESSONS], "base": request.base} if found else None


home.card("lessons-to-read", template="court/_lessons.html", context=lessons, order=59, column="side")

_COURT = _("Whoever may see the deviation.")
recorded.keep(
    _("Deviations that you have brought or judged"), _COURT, "court.Deviation.proposed_by", "court.Deviation.judged_by"
)
recorded.keep(_("Questions whether a change hinders you, with your answers"), _COURT, "court.Asked.member")
recorded.keep(
    _("Lessons for you, with your answers"), _("You, and who audits."), "court.LessonReader.member", url="/lessons/"
)
