"""A rule's page: its sentence, what it looks for by which figures, and what came of it the last time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from gucang.audits import queries, wording
from gucang.audits.actions import setup
from gucang.audits.kinds import Every, Severity
from gucang.audits.models import AuditRule, RuleRun
from gucang.kernel import records
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import find, sentences
from gucang.surface.screens.inputs import Input, input_for


def context(request: CompanyRequest, record_type: RecordType, rule: AuditRule) -> dict[str, Any]:
    """What the page shows besides the common."""
    return _context(request, rule, {}, {})


def _context(
    request: CompanyRequest, rule: AuditRule, typed: dict[str, str], errors: dict[str, list[str]]
) -> dict[str, Any]:
    found = rule.builtin
    run = RuleRun.objects.filter(rule=rule).first()
    return {
        "sentence": wording.placed(rule),
        "about": str(found.find.__doc__ or "") if found is not None else "",
        "declared": found,
        "on_page": ["tune"],
        "inputs": _inputs(request, rule, typed, errors),
        "may_tune": setup.tune.why_not(request.actor, rule) is None,
        "is_as_it_came": found is None or setup.is_as_it_came(rule, found),
        "run": run,
        "live": queries.live(rule).count(),
        "filter_url": f"{request.base}/{_plural(rule)}/?{rule.conditions}" if rule.conditions else "",
        "findings_url": f"{request.base}/findings/?rule={rule.pk}&view=all",
        "errors": [one for many in errors.values() for one in many],
    }


def _plural(rule: AuditRule) -> str:
    try:
        return records.get(rule.record_type).plural
    except LookupError:
        return "audit-rules"


def _inputs(
    request: CompanyRequest, rule: AuditRule, typed: dict[str, str], errors: dict[str, list[str]]
) -> list[Input]:
    """The severity, how often, and one control for each figure, with what it comes with beside it."""
    found = rule.builtin
    if found is None:
        return []
    severity = FieldSpec(
        name="severity", kind="choice", label=_t("severity"), required=True, choices=tuple(Severity.choices)
    )
    inputs = [input_for(request, severity, typed.get("severity", rule.severity))]
    label = pgettext("audit rule", "looked for")
    often = FieldSpec(name="every", kind="choice", label=label, required=True, choices=tuple(Every.choices))
    made = input_for(request, often, typed.get("every", rule.every))
    inputs.append(replace(made, help=_t("As it comes: %(often)s") % {"often": Every(found.every).label}))
    for name, default in found.defaults.items():
        spec = FieldSpec(name=name, kind="integer", label=found.labels.get(name, name), required=True)
        value = typed.get(name, rule.figures.get(name, default))
        made = input_for(request, spec, value, error=" ".join(errors.get(name, ())))
        inputs.append(replace(made, help=_t("As it comes: %(number)s") % {"number": default}))
    return inputs


@require_POST
@answered
def figures(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Set a rule's severity and figures, and how often it is looked for."""
    rule: AuditRule = find(records.get("audit_rule"), request, pk)
    found = rule.builtin
    names = found.defaults if found is not None else {}
    typed = {name: request.POST.get(name, "").strip() for name in ("severity", "every", *names)}
    given = {name: int(typed[name]) if _is_number(typed[name]) else typed[name] for name in names}
    try:
        setup.tune(
            rule, actor=request.actor, severity=typed["severity"], figures=json.dumps(given),
            every=typed["every"] or None, request_id=request.request_id,
        )  # fmt: skip
    except Invalid as problem:
        said = sentences(problem)
        return render(
            request, "audits/figures.html", _context(request, rule, typed, said) | {"record": rule}, status=422
        )
    toast(request, _t("Saved."))
    return go(request, f"{request.base}/audit-rules/{rule.pk}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
