"""One run: its progress, what became of the records, and the way back. Every step works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from gucang.bulk import actions, engine, rules
from gucang.bulk.deeds import stored
from gucang.bulk.models import COUNTS, FORWARD, BulkRun, Kind, RunLine, RunProgress, State, label_of
from gucang.bulk.screens.choose import said
from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.chips import Chip, chips_of
from gucang.surface.labels import labels_of
from gucang.surface.listed import listed, tab_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast
from gucang.surface.screens.common import find, record_url
from gucang.surface.sheets import guarded, lines

MOST_REASONS, FEW_OF_EACH, SOME = 20, 10, 500
VERBS: dict[str, Action] = {"cancel": actions.cancel, "take_back": actions.take_back}
TONES = {"running": "wait", "taking_back": "wait", "done": "ok", "failed": "bad"}


def _type(run: BulkRun) -> RecordType | None:
    return next((one for one in records.every() if one.name == run.record_type), None)


@require_GET
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Its progress while it runs, its result afterwards."""
    run = find(records.get("bulk_run"), request, pk)
    record_type = _type(run)
    sees = record_type is not None and request.actor.may(f"{record_type.name}.view")
    told = RunProgress.objects.filter(run=run).first()
    context = _progress(request, run, told) | {
        "what": label_of(run),
        "facts": _facts(request, run, record_type, told) if record_type is not None and sees else [],
        "groups": _groups(request.actor, run, record_type) if record_type is not None else [],
        "tone": TONES.get(run.state, ""),
        "until": run.finished_at + timedelta(days=rules.UNDO_DAYS) if run.finished_at else None,
        "list_url": _list_url(request, run, record_type) if record_type is not None and sees else "",
        "plural": record_type.plural if record_type is not None else "",
    }
    return render(request, "bulk/run.html", context)


def _list_url(request: CompanyRequest, run: BulkRun, record_type: RecordType) -> str:
    """The list on which it was begun, as it was then."""
    return f"{request.base}/{record_type.plural}/" + (f"?{run.came_from}" if run.came_from else "")


def _progress(request: CompanyRequest, run: BulkRun, progress: RunProgress | None) -> dict[str, Any]:
    counted: Any = run if run.is_over or progress is None else progress
    back = run.state in (State.TAKING_BACK, State.TAKEN_BACK)
    specs = records.get("bulk_run").specs
    return {
        "run": run,
        "url": record_url(request, records.get("bulk_run"), run.pk),
        "running": not run.is_over,
        "through": counted.undone + counted.left if back else sum(getattr(counted, name) for name in FORWARD[1:]),
        "whole": run.done if back else counted.rows,
        "counts": [
            (str(specs[name].label), getattr(counted, name))
            for name in (COUNTS if back else FORWARD)
            if name != "waiting" or counted.waiting
        ],
        "verbs": {name: verb.why_not(request.actor, run) for name, verb in VERBS.items()},
    }


def _facts(
    request: CompanyRequest, run: BulkRun, record_type: RecordType, progress: RunProgress | None
) -> list[tuple[str, str]]:
    """What was done to what, in words, as far as this person may see the fields."""
    found: list[tuple[str, str]] = []
    if progress is not None and run.verb in record_type.verbs:
        deed = stored(run, progress.values)
        for name, spec in deed.specs.items():
            open_to = access(request.actor, record_type, name) in (Access.READ, Access.WRITE)
            if run.owner_id == request.actor.member_id or open_to:
                found.append((str(spec.label), said(request, spec, deed.values[name])))
    if run.query:
        found.append((_t("Which"), _which(request.actor, run, record_type)))
    else:
        found.append((_t("Which"), _t("Picked rows")))
    return found


def _which(actor: Actor, run: BulkRun, record_type: RecordType) -> str:
    """The list that was meant, as its chips say it."""
    params = QueryDict(run.query)
    applied, tab = listed(record_type, actor, params), tab_of(record_type, actor, params)
    chips = chips_of(applied, actor, lambda one: "")
    words = [str(tab.label)] if tab is not None else []
    words += [_said(chip) for chip in chips.must]
    words += [f" {_t('or')} ".join(ui.listed(_said(chip) for chip in way) for way in chips.ways)] if chips.ways else []
    words += [f"“{applied.text}”"] if applied.text else []
    return pgettext("between clauses", "; ").join(words) or _t("All of the list")


def _said(chip: Chip) -> str:
    return " ".join(part for part in (chip.label, chip.verb, chip.words) if part.strip())


def _groups(actor: Actor, run: BulkRun, record_type: RecordType) -> list[dict[str, Any]]:
    """Why records were left, the commonest reason first, each with the first few of its records."""
    own = RunLine.objects.filter(run=run)
    reasons = list(own.values("kind", "sentence").annotate(count=Count("id")).order_by("-count")[:MOST_REASONS])
    if not reasons:
        return []
    place = Window(RowNumber(), partition_by=[F("kind"), F("sentence")], order_by="id")
    some = list(own.annotate(place=place).filter(place__lte=FEW_OF_EACH).order_by("id")[: MOST_REASONS * FEW_OF_EACH])
    labels = labels_of(actor, {record_type.model: {line.object_id for line in some}})
    for reason in reasons:
        mine = [line for line in some if (line.kind, line.sentence) == (reason["kind"], reason["sentence"])]
        known = [(line.object_id, labels.get((record_type.model, line.object_id)), line.waits_at) for line in mine]
        reason["records"] = [(pk, label, at) for pk, label, at in known if label is not None]
        reason["is"] = Kind(reason["kind"])
        reason["more"] = reason["count"] - len(reason["records"])
    return reasons


@require_GET
@answered
def progress(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The bar, asked for again every second while it runs; at the end the whole page is loaded."""
    run = find(records.get("bulk_run"), request, pk)
    if run.is_over:
        return go(request, record_url(request, records.get("bulk_run"), run.pk))
    told = RunProgress.objects.filter(run=run).first()
    return fragment(request, "bulk/_progress.html", _progress(request, run, told))


@require_POST
@answered
def act(request: CompanyRequest, pk: int, verb: str, **_address: str) -> HttpResponse:
    """Stop, take back. What is short is taken back before the answer."""
    run = find(records.get("bulk_run"), request, pk)
    if verb not in VERBS:
        raise NotVisible
    VERBS[verb](run, actor=request.actor, request_id=request.request_id)
    if verb == "take_back" and run.done <= rules.DIRECT:
        while engine.step_back(run.pk):
            pass
        run.refresh_from_db()
        record_type = _type(run)
        if not run.left and record_type is not None:
            toast(request, _t("Taken back."))
            return go(request, _list_url(request, run, record_type))
    return go(request, record_url(request, records.get("bulk_run"), run.pk))


@require_GET
@answered
def not_done(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The records that were left, each with its reason, as a table; a few hundred are in memory at a time."""
    run = find(records.get("bulk_run"), request, pk)
    record_type = _type(run)
    if record_type is None:
        raise NotVisible
    # Read whole before the answer leaves: with it ends the scope in which the company's rows can be read.
    text = "".join(lines(_rows(request.actor, run, record_type)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.number}.csv"'
    return response


def _rows(actor: Actor, run: BulkRun, record_type: RecordType) -> Iterator[list[str]]:
    yield ["id", str(record_type.label), _t("Result"), _t("Reason")]
    after = 0
    while some := list(RunLine.objects.filter(run=run, pk__gt=after).order_by("pk")[:SOME]):
        labels = labels_of(actor, {record_type.model: {line.object_id for line in some}})
        for line in some:
            label = labels.get((record_type.model, line.object_id))
            if label is None:
                continue  # what this person does not see is not told either
            yield [guarded(cell) for cell in (str(line.object_id), label, line.get_kind_display(), line.sentence)]
        after = some[-1].pk
