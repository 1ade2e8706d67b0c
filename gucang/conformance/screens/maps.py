"""The process map: what is drawn, what really happens on it, what waits where, and where a record is on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from gucang.conformance import mapping, queries, wording
from gucang.conformance.explaining import next_step
from gucang.conformance.models import Case, Watch
from gucang.conformance.screens.overview import process_of, tabs
from gucang.conformance.variants import Words, words_of
from gucang.kernel import clock, records
from gucang.kernel.errors import NotVisible
from gucang.kernel.models import Event
from gucang.processes.mining.alignments import Move
from gucang.sops import people
from gucang.sops.definitions import Step
from gucang.sops.models import ProcessVersion
from gucang.sops.people import Colleague
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.worktime.queries import calendar_of

NAMES = 3


@require_safe
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The map of a version (`?version=`), seen from a record (`?record=`)."""
    process = process_of(request, pk)
    versions = queries.versions_of(process)
    here = _here(request, process.case_type)
    version = _chosen(request, versions, here)
    context: dict[str, Any] = {
        "process": process,
        "tabs": tabs(request, process, "map"),
        "version": version,
        "versions": [
            {"text": f"v{one.number}", "url": f"?version={one.number}", "current": one is version} for one in versions
        ],
        "watch": Watch.objects.filter(case_type=process.case_type).first(),
    }
    if version is not None:
        found, waiting = queries.arrows(version.pk), queries.queues(version.pk)
        list_url = f"{request.base}/processes/{process.pk}/cases?waits="
        context |= {
            "drawing": mapping.drawn(version, found, waiting, list_url=list_url, here=here),
            "arrows": mapping.table(version, found),
            "total": queries.totals([version.pk]),
            "queues": _queues(version, waiting),
            "list_url": list_url,
            "here": _around(request, here) if here is not None else None,
        }
    return render(request, "conformance/map.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _here(request: CompanyRequest, case_type: str) -> Case | None:
    pk = _number(request.GET.get("record", ""))
    if not pk:
        return None
    if not records.get(case_type).query(request.actor).filter(pk=pk).exists():
        raise NotVisible
    return queries.case_of(case_type, pk)


def _chosen(request: CompanyRequest, versions: list[ProcessVersion], here: Case | None) -> ProcessVersion | None:
    number = _number(request.GET.get("version", ""))
    if number:
        found = next((one for one in versions if one.number == number), None)
        if found is None:
            raise NotVisible
        return found
    if here is not None:
        return next((one for one in versions if one.pk == here.version_id), None)
    return versions[0] if versions else None


def _queues(version: ProcessVersion, waiting: dict[str, queries.Queue]) -> list[dict[str, Any]]:
    """What waits, by step in the order of the process: how long, and with whom."""
    words, hours, now = words_of(version), calendar_of(), clock.now()
    names = queries.names_of(holder for one in waiting.values() for holder in one.holders)
    rows = []
    for key in words.order:
        if (queue := waiting.get(key)) is None:
            continue
        step = words.definition.steps[key]
        with_whom = [
            (names.get(holder or 0) or mapping.roles_said(step.roles), count)
            for holder, count in queue.holders.most_common(6)
        ]
        rows.append(
            {
                "key": key, "name": step.name, "cases": queue.cases, "late": queue.late, "with": with_whom,
                "longest": wording.since(queue.since, now, hours), "middle": wording.since(queue.middle, now, hours),
                "whom": step.whom, "when_late": step.when_late,
            }
        )  # fmt: skip
    return rows


def _around(request: CompanyRequest, case: Case) -> dict[str, Any]:
    """Where a case is: who did the step before, who does this one, who is served next, and how to reach them."""
    words = words_of(case.version)
    record = records.get(case.object_type).query(request.actor).get(pk=case.object_id)
    done = [step for move, step, _at in case.variant.running_moves if move == Move.SYNC.value]
    now = words.definition.steps.get(case.waits_for)
    after = _after(words, case)
    known = people.company().members
    parts = [
        (_t("Before"), words.definition.steps.get(done[-1]) if done else None, _one_of(known, _doer(case))),
        (_t("Now"), now, _one_of(known, case.holder_id) or _who_do(now, case, done)),
        (_t("After that"), after, _who_do(after, case, [*done, case.waits_for])),
    ]
    return {
        "record": record,
        "url": f"{request.base}/{records.get(case.object_type).plural}/{case.object_id}",
        "over": case.ended_at is not None,
        "parts": [
            {
                "when": when, "step": step.name, "who": who,
                "roles": mapping.roles_said(step.roles), "whom": step.whom, "when_late": step.when_late,
            }
            for when, step, who in parts if step is not None
        ],
    }  # fmt: skip


def _one_of(known: Mapping[int, Colleague], pk: int | None) -> list[Colleague]:
    return [known[pk]] if pk is not None and pk in known else []


def _who_do(step: Step | None, case: Case, done: Sequence[str]) -> list[Colleague]:
    """Some of those who do a step of this case; not who has it now, where four eyes are to look at both."""
    if step is None:
        return []
    same = case.waits_for in done and case.waits_for in step.four_eyes
    return people.who_does(step, case.owner_id, [case.holder_id] if same and case.holder_id else [])[:NAMES]


def _doer(case: Case) -> int | None:
    found = Event.objects.filter(pk=case.last_event).exclude(actor_kind="system").values_list("actor_id", flat=True)
    return found.first()


def _after(words: Words, case: Case) -> Any:
    """The step that comes when the one that is waited for is done."""
    if not case.waits_for:
        return None
    key = next_step(words.aligner, [*case.variant.steps, case.waits_for], words.order)
    return words.definition.steps.get(key)
