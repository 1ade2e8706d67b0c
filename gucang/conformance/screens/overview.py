"""How processes really go, in numbers: all of them, and one by version, week, department and member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from gucang.accounts.models import Department
from gucang.audits.queries import settings
from gucang.conformance import jobs, queries, rules, verdicts, wording
from gucang.conformance.mapping import names_of
from gucang.conformance.models import Watch
from gucang.conformance.queries import Total
from gucang.conformance.variants import words_of
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.kernel.records import RecordType
from gucang.sops.models import Process, ProcessVersion
from gucang.sops.queries import ever_in_force
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find


def process_of(request: CompanyRequest, pk: int) -> Process:
    """The process of an address. Raises NotVisible."""
    if not rules.may_see_maps(request.actor):
        raise NotVisible
    found: Process = find(records.get("process"), request, pk)
    return found


def tabs(request: CompanyRequest, process: Process, current: str) -> list[dict[str, Any]]:
    """The pages about one process."""
    url = f"{request.base}/processes/{process.pk}"
    found = [("map", _t("Map")), ("fit", _t("How it goes")), ("cases", _t("Cases"))]
    return [{"text": text, "url": f"{url}/{key}", "current": key == current} for key, text in found]


@require_safe
@answered
def every(request: CompanyRequest, **_address: str) -> HttpResponse:
    """All processes that cases were judged by: how many, how well they fit, and what waits."""
    if not rules.may_see_maps(request.actor):
        raise NotVisible
    by_version = {one.key: one for one in queries.standing(_all_versions(), "version")}
    watches = {one.case_type: one for one in Watch.objects.all()}
    rows = []
    for case_type, versions in sorted(ever_in_force().items()):
        for process in {one.process_id: one.process for one in versions}.values():
            sums = [by_version[one.pk] for one in versions if one.process_id == process.pk and one.pk in by_version]
            rows.append(
                {
                    "process": process,
                    "type": records.get(case_type).label_plural,
                    "total": added(sums),
                    "url": f"{request.base}/processes/{process.pk}",
                    "watch": watches.get(case_type),
                }
            )
    return render(request, "conformance/every.html", {"rows": rows, "may_judge": rules.may_audit(request.actor)})


def _all_versions() -> list[int]:
    return [one.pk for versions in ever_in_force().values() for one in versions]


def added(sums: Sequence[Total]) -> Total:
    """Several sums as one."""
    figures = ("cases", "over", "deviating", "cost", "worst")
    return Total("", *(sum(getattr(one, name) for one in sums) for name in figures))


@require_safe
@answered
def fit(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """One process: fitness by version, week and department, patterns, and members: oneself first."""
    process = process_of(request, pk)
    actor = request.actor
    versions = queries.versions_of(process)
    keys = [one.pk for one in versions]
    members = queries.standing(keys, "member")
    total = added(members)
    audits, patterns = rules.may_audit(actor), rules.may_see_patterns(actor)
    context = {
        "process": process,
        "tabs": tabs(request, process, "fit"),
        "total": total,
        "versions": _named(queries.standing(keys, "version"), {one.pk: f"v{one.number}" for one in versions}),
        "weeks": [
            (date_format(one.key, "n/j"), round(100 * (one.fitness or 0), 1), wording.fitness(one.cost, one.worst))
            for one in queries.weeks(keys)
        ],
        "departments": _named(queries.standing(keys, "department"), _departments()) if patterns else [],
        "mine": next((one for one in members if one.key is not None and one.key == actor.member_id), None),
        "members": _told(actor, members, keys) if audits else [],
        "patterns": _patterns(request, process, versions, total.cases) if patterns else [],
        "watch": Watch.objects.filter(case_type=process.case_type).first(),
        "late_hours": settings().late_entry_hours,
        "settings_url": f"{request.base}/audit-settings/" if actor.may("audit_settings.view") else "",
        "may_judge": audits,
        "names": audits,
        "propose": verdicts.way(actor, verdicts.Key(process.pk, "", "", "")),
        "url": f"{request.base}/processes/{process.pk}",
    }
    return render(request, "conformance/fit.html", context)


def _named(sums: Sequence[Total], names: dict[int, str]) -> list[tuple[str, Total]]:
    """Sums with their names, the worst fit first."""
    found = [(names.get(one.key, pgettext("cases", "Nobody")), one) for one in sums]
    return sorted(found, key=lambda pair: (pair[1].fitness if pair[1].fitness is not None else 2, pair[0]))


def _told(actor: Actor, members: Sequence[Total], versions: Sequence[int]) -> list[tuple[str, Total]]:
    """The sums of each member for who audits: of others only cases that had their time. Two queries."""
    sums = queries.without(members, versions, rules.not_yet_told(actor))
    return _named(sums, queries.names_of(one.key for one in sums))


def _departments() -> dict[int, str]:
    return dict(Department.objects.values_list("pk", "name"))


def _patterns(
    request: CompanyRequest, process: Process, versions: list[ProcessVersion], total: int
) -> list[dict[str, Any]]:
    """What departs, in words, with what was decided about it or the way to have it decided."""
    names = {one.pk: names_of(words_of(one)) for one in versions}
    numbers = {one.pk: one.number for one in versions}
    decided = verdicts.of_process(process.pk)
    found = []
    for one in queries.patterns(list(names)):
        steps = names.get(one.version_id, {})
        said = wording.pattern(one.kind, steps.get(one.step, one.step), steps.get(one.other, one.other))
        share = one.cases / total if total else 0
        time = wording.working(one.minutes) if one.minutes else ""
        key = verdicts.Key(process.pk, one.kind, one.step, one.other)
        found.append(
            {
                "said": said, "version": numbers[one.version_id], "one": one, "share": share, "time": time,
                "verdict": decided.get(key), "way": None if key in decided else verdicts.way(request.actor, key),
            }
        )  # fmt: skip
    return found


@require_POST
@answered
def judge(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Judge the cases that have news now, as the night does."""
    if not rules.may_audit(request.actor):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    for case_type in ever_in_force():
        jobs.judge_soon(case_type)
    return go(request, f"{request.base}/processes/fit")


def lead_here(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The way from a process, or from the list of them, to how it really goes."""
    if not rules.may_see_maps(request.actor):
        return None
    url = f"{request.base}/processes"
    return {"url": url if record is None else f"{url}/{record.pk}", "one": record is not None}
