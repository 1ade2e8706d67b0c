"""What the pages of deviations, lessons, processes and versions show of the court."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.conformance import queries, rules, wording
from gucang.conformance.kinds import Kind as Deviates
from gucang.court import drafting, effects, patterns, people, telling
from gucang.court import rules as rules_of_court
from gucang.court.actions import deviations, lessons
from gucang.court.effects import Effect, Figure, Kind, Sample
from gucang.court.kinds import Hinders, State
from gucang.court.models import Asked, Deviation, Lesson, LessonReader
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.kernel.scope import remembered
from gucang.sops import vocabulary
from gucang.sops import wording as sops
from gucang.sops.models import State as VersionState
from gucang.surface import ui
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import Dialog

PEOPLE = 12


@dataclass(frozen=True)
class Shown:
    """What a deviation's page reads once for all of its parts."""

    place: patterns.Place
    counted: patterns.Counted
    sample: Sample | None


def shown(deviation: Deviation) -> Shown:
    """Where it stands, how often, and the newest cases on both sides. Seven queries, then remembered."""
    found: Shown = remembered(f"the court shows {deviation.pk}", lambda: _read(deviation))
    return found


def _read(deviation: Deviation) -> Shown:
    place = patterns.of(deviation)
    sample = effects.sample(place, deviation.process.case_type, deviation.process_id) if place.versions else None
    return Shown(place, patterns.counted(place), sample)


def page(request: CompanyRequest, record_type: RecordType, deviation: Deviation) -> dict[str, Any]:
    """The frame of the page. What makes another record, and what one is not asked, is no button of this one."""
    asked = rules_of_court.was_asked(request.actor, deviation)
    hidden = [deviations.open_one.verb, deviations.propose.verb, *([] if asked else [deviations.answer.verb])]
    return {"on_page": hidden, "process_url": f"{request.base}/processes/{deviation.process_id}"}


def better_dialog(actor: Actor, deviation: Deviation) -> Dialog:
    """What is asked for a change: of two steps their order, of another role which, of a limit how much."""
    of = {"order": Deviates.REVERSED, "role": Deviates.ROLE, "amount": Deviates.LATE}
    found = shown(deviation)
    values: dict[str, Any] = {}
    did = found.sample.did if found.sample is not None else ()
    if found.place.versions:
        words = (patterns.current(found.place) or found.place.versions[0]).read()
        word = people.usual_role(words, deviation.kind, deviation.step, (one.member for one in did))
        role = vocabulary.roles().get(word)
        values = {
            "role": role.pk if role is not None else None,
            "amount": drafting.usual_limit(words, deviation.kind, deviation.step, did) or None,
        }
    return Dialog(values=values, leaves_out=[name for name, kind in of.items() if kind != deviation.kind])


def top(request: CompanyRequest, record_type: RecordType, deviation: Deviation) -> dict[str, Any]:
    """What departs, why it is looked at, how often, and the verdict with its reasons."""
    found = shown(deviation)
    did = {one.member for one in found.sample.did if one.member is not None} if found.sample else set()
    url = f"{request.base}/processes/{deviation.process_id}"
    return {
        "deviation": deviation,
        "sentence": found.place.said() if found.place.versions else deviation.title,
        "counted": found.counted,
        "people": max(found.counted.people, len(did)),
        "time": wording.working(found.counted.minutes) if found.counted.minutes else "",
        "versions": ui.listed(f"v{one.number}" for one in reversed(found.place.versions)),
        "verdict": telling.words_of(deviation),
        "tone": telling.TONES[State(deviation.state)],
        "lesson": _lesson_of(deviation),
        "url": url,
        "cases_url": f"{url}/cases?kind={deviation.kind}&step={deviation.step}&other={deviation.other}",
        "base": request.base,
    }


def _lesson_of(deviation: Deviation) -> Lesson | None:
    if deviation.state != State.HARMFUL:
        return None
    found: Lesson | None = Lesson.objects.filter(deviation=deviation, state="given").order_by("-pk").first()
    return found


def effect(request: CompanyRequest, record_type: RecordType, deviation: Deviation) -> dict[str, Any] | None:
    """The comparison: what is told of cases that depart so, beside those that keep to the process there."""
    sample = shown(deviation).sample
    if sample is None:
        return None
    return {
        "rows": [_row(one) for one in effects.effects(sample)],
        "departing": len(sample.departing),
        "keeping": len(sample.keeping),
        "few": min(len(sample.departing), len(sample.keeping)) < effects.LEAST,
        "least": effects.LEAST,
        "sampled": effects.SAMPLE
        if len(sample.departing) >= effects.SAMPLE or len(sample.keeping) >= effects.SAMPLE
        else 0,
    }


def _row(one: Effect) -> dict[str, Any]:
    said = {
        "few": _t("too few cases to say"),
        "same": _t("no difference to speak of"),
        "less": _t("shorter") if one.measure.kind is Kind.TIME else _t("more seldom"),
        "more": _t("longer") if one.measure.kind is Kind.TIME else _t("more often"),
    }[one.verdict]
    tone = {"few": "mute", "same": "mute", "less": "ok", "more": "bad"}[one.verdict]
    return {
        "label": one.measure.label, "about": one.measure.about, "said": said, "tone": tone,
        "departing": _figure(one.measure.kind, one.departing), "keeping": _figure(one.measure.kind, one.keeping),
    }  # fmt: skip


def _figure(kind: Kind, one: Figure) -> dict[str, Any]:
    if not one.cases:
        return {"main": "", "more": "", "cases": 0}
    if kind is Kind.SHARE:
        return {"main": f"{100 * (one.share or 0):.0f}%", "more": "", "cases": one.cases}
    return {"main": wording.working(one.middle), "more": wording.working(one.most), "cases": one.cases}


def next_version(request: CompanyRequest, record_type: RecordType, deviation: Deviation) -> dict[str, Any] | None:
    """The draft that a better way has led to: what is different, and what those say whose work comes after it."""
    draft = deviation.draft
    if draft is None:
        return None
    start = next((one for one in shown(deviation).place.versions if one.pk != draft.pk), None)
    asked = answers(deviation)
    me = request.actor.member_id
    mine = next((one for one in asked if one.member_id == me), None)
    waits = deviation.state == State.BETTER and deviation.settled_at is None
    return {
        "draft": draft,
        "is_draft": draft.state == VersionState.DRAFT,
        "differences": [] if start is None else sops.differences(start.read(), draft.read(), draft.case_type),
        "asked": asked,
        "answered": sum(one.answered_at is not None for one in asked),
        "hindered": sum(one.hinders == Hinders.YES for one in asked),
        "to_answer": mine is not None
        and waits
        and request.actor.eyes is None
        and request.actor.may(deviations.answer.name),
        "mine": mine,
        "answer_url": f"{request.base}/deviations/{deviation.pk}/answer",
        "draft_url": f"{request.base}/process-versions/{draft.pk}",
    }


def answers(deviation: Deviation) -> list[Asked]:
    """Who was asked about the draft, what hinders first. One query."""
    rows = Asked.objects.filter(deviation=deviation, draft=deviation.draft_id).select_related("member__department")
    order = {Hinders.YES: 0, Hinders.NO: 1, "": 2}
    return sorted(rows, key=lambda one: (order[one.hinders], one.pk))


def who(request: CompanyRequest, record_type: RecordType, deviation: Deviation) -> dict[str, Any] | None:
    """Who departs so, for who audits, once they had their time; what is the person's alone stays so."""
    sample = shown(deviation).sample
    if not rules.may_audit(request.actor) or sample is None or not sample.did:
        return None
    settled = rules.settled()
    told = [one for one in sample.did if one.last_at <= settled and one.member is not None]
    private = rules.private(deviation.process.case_type, [one.record for one in told])
    counted = Counter(one.member for one in told if (one.record, one.member) not in private)
    names = queries.names_of(counted)
    rows = [(names[pk], count) for pk, count in counted.most_common() if pk in names]
    return {
        "rows": rows[:PEOPLE],
        "more": max(len(rows) - PEOPLE, 0),
        "held_back": len(sample.did) > sum(counted.values()),
    }


# --- other pages -----------------------------------------------------------------------------------------------------


def of_process(request: CompanyRequest, record_type: RecordType, process: Any) -> dict[str, Any] | None:
    """On a process: what was judged about it, with reasons, the latest first."""
    if not request.actor.may("deviation.view"):
        return None
    rows = list(Deviation.objects.filter(process=process).select_related("draft").order_by("-pk")[: PEOPLE + 1])
    if not rows:
        return None
    return {
        "rows": [
            {"one": one, "verdict": telling.words_of(one), "tone": telling.TONES[State(one.state)]}
            for one in rows[:PEOPLE]
        ],
        "more_url": f"{request.base}/deviations/?process={process.pk}" if len(rows) > PEOPLE else "",
        "base": request.base,
    }


def of_version(request: CompanyRequest, record_type: RecordType, version: Any) -> dict[str, Any] | None:
    """On a version: the verdicts that it came from, and what those say whom it would touch."""
    if not request.actor.may("deviation.view"):
        return None
    rows = list(Deviation.objects.filter(draft=version).order_by("pk"))
    if not rows:
        return None
    asked = {one.pk: answers(one) for one in rows}
    return {"rows": [{"one": one, "asked": asked[one.pk]} for one in rows], "base": request.base}


def lesson_page(request: CompanyRequest, record_type: RecordType, lesson: Lesson) -> dict[str, Any]:
    """The frame of the page. To whoever has still to read it, the lesson itself offers the button."""
    return {"on_page": [lessons.confirm.verb]}


def lesson(request: CompanyRequest, record_type: RecordType, lesson: Lesson) -> dict[str, Any]:
    """A lesson to read, with its question; who has read it, for who audits."""
    readers = list(LessonReader.objects.filter(lesson=lesson).select_related("member").order_by("confirmed_at", "pk"))
    mine = next((one for one in readers if one.member_id == request.actor.member_id), None)
    return {
        "lesson": lesson,
        "mine": mine,
        "to_confirm": mine is not None
        and mine.confirmed_at is None
        and lesson.state == "given"
        and request.actor.eyes is None,
        "readers": readers if rules.may_audit(request.actor) else [],
        "url": f"{request.base}/lessons/{lesson.pk}",
        "deviation_url": f"{request.base}/deviations/{lesson.deviation_id}",
    }
