"""A rule without code: a list is narrowed by its own filters, and what it then shows is what offends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.audits import queries
from gucang.audits.actions import setup
from gucang.kernel import records
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import go, render, toast
from gucang.surface.screens import inputs
from gucang.surface.screens.common import list_url, record_url, screen, sentences
from gucang.surface.ui import headed
from gucang.views.actions import plain

ASKED = ("name", "says", "severity", "every", "responsible")
COUNTED = 10_000


@screen
def build(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """What the list shows now becomes a rule: its words, whose it is, how often; and how many would offend today."""
    if not request.actor.may(setup.create.name):
        raise NotVisible
    given = request.POST if request.method == "POST" else request.GET
    conditions = plain(given.get("conditions", "") if request.method == "POST" else request.GET.urlencode())
    specs = _specs(record_type)
    typed = inputs.typed(given, specs) if request.method == "POST" else {}
    said: dict[str, list[str]] = {}
    if request.method == "POST":
        values = {**typed, "record_type": record_type.name, "conditions": conditions}
        try:
            made = setup.create(actor=request.actor, values=values, request_id=request.request_id).record
        except Problem as problem:
            said = sentences(problem)
        else:
            toast(request, _t("The rule “%(rule)s” is made; it looks for the first time tonight.") % {"rule": made})
            return go(request, record_url(request, records.get("audit_rule"), made.pk))
    context = _context(request, record_type, conditions) | {
        "controls": [
            inputs.input_for(request, spec, typed.get(name, spec.default), error=" ".join(said.get(name, ())))
            for name, spec in specs.items()
        ],
        "problems": [one for name, many in said.items() for one in many if name not in specs],
    }  # fmt: skip
    return render(request, "audits/build.html", context, status=422 if said else 200)


def _context(request: CompanyRequest, record_type: RecordType, conditions: str) -> dict[str, Any]:
    """The condition in words, and its dry run."""
    found = queries.matching(record_type, conditions, request.actor)
    phrases = [(one.group, filters.phrase(one, words)) for one, words in filters.describe(found.applied, request.actor)]
    groups = sorted({group for group, _words in phrases if group})
    return {
        "type": record_type,
        "conditions": conditions,
        "must": [words for group, words in phrases if not group],
        "ways": [[words for at, words in phrases if at == group] for group in groups],
        "unreadable": list(found.problems.values()),
        "count": found.query.order_by()[:COUNTED].count() if conditions and not found.problems else 0,
        "most": COUNTED,
        "list_url": list_url(request, record_type) + (f"?{conditions}" if conditions else ""),
    }


def _specs(record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields of a rule that are asked here; the responsible one is chosen among what names a member."""
    known = records.get("audit_rule").specs
    places = " ".join(f"{{{name}}}" for name, spec in record_type.specs.items() if _shown(record_type, spec))
    named = [(one.name, headed(one.label)) for one in queries.members_named_by(record_type)]
    return {name: known[name] for name in ASKED} | {
        "says": replace(known["says"], help=_t("Fields are written like %(places)s.") % {"places": places}),
        "responsible": replace(known["responsible"], kind="choice", choices=tuple(named), help=""),
    }  # fmt: skip


def _shown(record_type: RecordType, spec: FieldSpec) -> bool:
    return spec.name in record_type.columns and spec.kind != "reference"
