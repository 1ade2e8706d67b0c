"""The cases of a process that one may look into, and one of them: its trace beside the explanation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from gucang.audits.queries import late_entry
from gucang.conformance import queries, reading, rules, verdicts, wording
from gucang.conformance.kinds import Kind
from gucang.conformance.mapping import names_of
from gucang.conformance.models import Case, CaseDeviation
from gucang.conformance.screens.overview import process_of, tabs
from gucang.conformance.variants import words_of
from gucang.kernel import clock, event_visibility, events, jobs, records
from gucang.kernel.errors import NotVisible
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.sops.queries import ever_in_force
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.surface.screens.common import MAX_ID
from gucang.worktime.queries import calendar_of

PAGE = 50
MOST_EVENTS = 300
FILTERS = ("show", "waits", "kind", "step", "other", "holder", "owner")


@require_safe
@answered
def every(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The cases, the latest first: all, those that depart, those that wait for a step or with somebody."""
    process = process_of(request, pk)
    given = {name: request.GET[name].replace("\0", "") for name in FILTERS if request.GET.get(name)}
    query = rules.cases(request.actor, process.case_type).filter(process=process)
    query = _after(_narrowed(query, given, request.actor.member_id), request.GET.get("after", ""))
    rows = list(query.select_related("version", "owner", "holder").order_by("-last_at", "-pk")[: PAGE + 1])
    shown, further = rows[:PAGE], len(rows) > PAGE
    labels = _labels(process.case_type, [one.object_id for one in shown])
    versions = queries.versions_of(process)
    names = {one.pk: names_of(words_of(one)) for one in versions}
    url = f"{request.base}/processes/{process.pk}/cases"
    context = {
        "process": process,
        "tabs": tabs(request, process, "cases"),
        "rows": [
            {
                "case": one, "label": labels.get(one.object_id, ""), "fitness": wording.fitness(one.cost, one.worst),
                "waits": names[one.version_id].get(one.waits_for, ""),
            }
            for one in shown
        ],
        "url": url,
        "given": given,
        "choices": _choices(url, given, rules.may_audit(request.actor)),
        "said": _said(given, names),
        "next_url": f"{url}?{urlencode(given | {'after': _cursor(shown[-1])})}" if further else "",
        "first_url": f"{url}?{urlencode(given)}" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "conformance/cases.html", context)


def _narrowed(query: Any, given: dict[str, str], me: int | None) -> Any:
    show = given.get("show", "")
    conditions = {
        "deviating": Q(deviations__gt=0),
        "running": Q(ended_at=None),
        "over": Q(ended_at__isnull=False),
        "mine": Q(owner_id=me or 0),
        "me": Q(holder_id=me or 0, ended_at=None),
    }
    query = query.filter(conditions.get(show, Q()))
    if waits := given.get("waits"):
        query = query.filter(waits_for=waits, ended_at=None)
    for name in ("holder", "owner"):
        if given.get(name, "").isdigit():
            query = query.filter(**{f"{name}_id": int(given[name][:18])})
    if given.get("kind") in Kind.values or given.get("step"):
        kind = given["kind"] if given.get("kind") in Kind.values else ""
        query = query.filter(queries.deviating(kind, given.get("step", ""), given.get("other", "")))
    return query


def _cursor(case: Case) -> str:
    return f"{case.last_at.isoformat()}~{case.pk}"


def _after(query: Any, cursor: str) -> Any:
    moment, _mark, key = cursor.partition("~")
    at: datetime | None = None
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not key.isdigit() or len(key) > 18:
        return query
    return query.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=int(key)))


def _labels(case_type: str, ids: list[int]) -> dict[int, str]:
    return {pk: str(one) for pk, one in events.with_bin(records.get(case_type)).in_bulk(ids).items()}


def _choices(url: str, given: dict[str, str], audits: bool) -> list[tuple[str, str, bool]]:
    shown = [("", _t("All")), ("deviating", _t("Deviating"))]
    shown += [("running", pgettext("cases", "Running")), ("over", _t("Over"))]
    if audits:
        shown.append(("mine", _t("My own")))
    shown.append(("me", pgettext("cases", "Waiting for me")))
    return [
        (label, f"{url}?{urlencode({'show': key} if key else {})}", given.get("show", "") == key)
        for key, label in shown
    ]


def _said(given: dict[str, str], names: dict[int, dict[str, str]]) -> str:
    """What a list that one came to by a map or a pattern is narrowed to."""
    steps: dict[str, str] = {}
    for one in reversed(list(names.values())):
        steps |= one
    if given.get("kind") in Kind.values:
        step, other = given.get("step", ""), given.get("other", "")
        return wording.pattern(given["kind"], steps.get(step, step), steps.get(other, other))
    if given.get("waits"):
        return _t("Waiting for “%(step)s”") % {"step": steps.get(given["waits"], given["waits"])}
    return ""


@require_safe
@answered
def one(request: CompanyRequest, pk: int, number: int, **_address: str) -> HttpResponse:
    """One case: what was done, beside what the process says of it."""
    process = process_of(request, pk)
    if number >= MAX_ID:
        raise NotVisible
    query = rules.cases(request.actor, process.case_type).filter(process=process, pk=number)
    query = query.annotate(is_told=rules.is_told(request.actor))
    found = query.select_related("version", "variant", "owner", "holder").first()
    if found is None:
        raise NotVisible
    _note_look(request, found)
    record_type = records.get(process.case_type)
    record = events.with_bin(record_type).filter(pk=found.object_id).first()
    context = {
        "process": process,
        "tabs": tabs(request, process, "cases"),
        "case": found,
        "record": record,
        "record_url": f"{request.base}/{record_type.plural}/{found.object_id}",
        "fitness": wording.fitness(found.cost, found.worst),
        "waits": names_of(words_of(found.version)).get(found.waits_for, ""),
        "deviations": _decided(request, found, told(request, found)),
        "rows": _beside(request, found),
        "url": f"{request.base}/processes/{process.pk}",
    }
    return render(request, "conformance/case.html", context)


def _note_look(request: CompanyRequest, case: Case) -> None:
    me = request.actor.member_id
    if request.actor.eyes is None and me is not None and me != case.owner_id:
        jobs.enqueue("conformance.looked", case_id=case.pk, looker_id=me)


class Told(NamedTuple):
    """A deviation of a case: its sentence, who it was, and of which pattern."""

    said: str
    who: str
    key: verdicts.Key


def told(request: CompanyRequest, case: Any) -> list[Told]:
    """The deviations of a case (annotated with `is_told`) that this person may read of: their own, and to who audits
    those of others who had their time. At most three queries.
    """
    found, me = list(CaseDeviation.objects.filter(case=case).order_by("pk")), request.actor.member_id
    seen = [one for one in found if me is not None and one.member_id == me]
    if case.is_told and len(seen) < len(found):
        private = rules.private(case.object_type, [case.object_id])
        seen = [one for one in found if one.member_id == me or (case.object_id, one.member_id) not in private]
    people = queries.names_of(one.member_id for one in seen)
    steps, hours, now = names_of(words_of(case.version)), calendar_of(), clock.now()
    rows = []
    for one in seen:
        overdue = hours.minutes_between(one.since, now) if one.since is not None else None
        key = verdicts.Key(case.process_id, one.kind, one.step, one.other)
        rows.append(Told(wording.sentence(one, steps, overdue), people.get(one.member_id or 0, ""), key))
    return rows


def _decided(request: CompanyRequest, case: Case, rows: Sequence[Told]) -> list[dict[str, Any]]:
    """The same with what was decided about their patterns, or the way to have it decided."""
    decided = verdicts.of_process(case.process_id) if rows else {}
    return [
        {
            "said": one.said, "who": one.who, "verdict": decided.get(one.key),
            "way": None if one.key in decided else verdicts.way(request.actor, one.key),
        }
        for one in rows
    ]  # fmt: skip


def _beside(request: CompanyRequest, case: Case) -> list[dict[str, Any]]:
    """The explanation in order: what was done with who and when, what was skipped in its place, what was extra."""
    words = words_of(case.version)
    names = names_of(words)
    logged = next(
        (rows for _pk, rows in reading.cases(case.object_type, [case.object_id], words.definition.events)), []
    )
    logged = logged[:MOST_EVENTS]
    moves = case.variant.moves if case.whole else case.variant.running_moves
    seen = _visible(request, [one.event for one in logged])
    people = queries.names_of(one.member for one in logged)
    rows, limit = [], late_entry()
    for how, step, at in wording.moves(moves, names):
        deed = logged[at] if how != "skipped" and at < len(logged) else None
        shown = deed is not None and deed.event in seen
        rows.append(
            {
                "how": how, "step": step, "at": deed.occurred_at if deed is not None else None,
                "who": people.get(deed.member or 0, "") if deed is not None and shown else "",
                "late": deed is not None and deed.recorded_at - deed.occurred_at > limit,
            }
        )  # fmt: skip
    return rows


def _visible(request: CompanyRequest, ids: list[int]) -> set[int]:
    """Which of these events this person may see."""
    found = list(Event.objects.filter(pk__in=ids))
    return {one.pk for one in event_visibility.visible_to(request.actor, found)}


def of_record(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """On a record's page: as the process says, or what departs from it, for who may know. Four queries at most."""
    if not rules.may_see_maps(request.actor) or not _has_process(record_type.name):
        return None
    actor = request.actor
    case: Any = queries.case_of(record_type.name, record.pk, is_told=rules.is_told(actor))
    if case is None:
        return None
    allowed = case.is_told or (actor.member_id is not None and actor.member_id in (case.owner_id, case.holder_id))
    rows = told(request, case) if allowed and case.deviations else []
    if rows and case.is_told:
        _note_look(request, case)
    url = f"{request.base}/processes/{case.process_id}"
    return {
        "case": case,
        "rows": rows[:5],
        "fits": allowed and not case.deviations,
        "more": max(len(rows) - 5, 0),
        "waits": names_of(words_of(case.version)).get(case.waits_for, ""),
        "map_url": f"{url}/map?record={record.pk}",
        "case_url": f"{url}/cases/{case.pk}" if allowed else "",
    }


def _has_process(name: str) -> bool:
    return name in ever_in_force()
