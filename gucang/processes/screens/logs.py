"""An outside log: how it comes in, and what is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from gucang.exchange import store
from gucang.exchange.readers import BadTable
from gucang.kernel import records
from gucang.kernel.errors import Invalid, NotVisible, Problem, Refused
from gucang.kernel.records import RecordType
from gucang.processes import reading, ways, writing
from gucang.processes.actions import logs
from gucang.processes.mining.trees import Tree
from gucang.processes.models import ActivityName, LogFile, LogVariant, OutsideLog, State
from gucang.processes.screens.progress import answer, so_far
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find, record_url

PAGE = 20
SHOWN_ACTIVITIES = 50
SHOWN_STEPS = 40
# Beyond so many steps a drawing is no map any more.
MOST_DRAWN = 60
# A larger one is written by the command line, which keeps nobody's browser waiting.
MOST_DOWNLOADED = 300_000


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def new(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Name the log and choose its file."""
    if not request.actor.may("outside_log.upload"):
        raise NotVisible
    error: dict[str, str] = {}
    if request.method == "POST":
        try:
            return go(request, _url(request, _received(request)))
        except Invalid as problem:
            error = {key if key in ("name", "file") else "name": many[0] for key, many in problem.fields.items()}
        except BadTable as problem:
            error = {"file": str(problem)}
    context = {
        "error": error,
        "name": request.POST.get("name", ""),
        "case_type": request.POST.get("case_type", ""),
        "kinds": ActivityName.choices,
        "activity": request.POST.get("activity", ActivityName.PLAIN),
    }
    return render(request, "processes/log_new.html", context, status=422 if error else 200)


def _received(request: CompanyRequest) -> OutsideLog:
    upload = request.FILES.get("file")
    if upload is None or isinstance(upload, list):
        raise Invalid({"file": [_t("Choose an XES or OCEL 2.0 file; it may be gzipped.")]})
    file = store.new_name()
    store.receive(upload, store.path_of(file))
    try:
        outcome = logs.upload(
            actor=request.actor,
            name=request.POST.get("name", "").strip() or (upload.name or "").partition(".")[0],
            file=file,
            file_name=upload.name or "",
            activity=request.POST.get("activity", ActivityName.PLAIN.value),
            case_type=request.POST.get("case_type", ""),
        )
    except Problem:
        store.remove(file)
        raise
    record: OutsideLog = outcome.record
    return record


def _url(request: CompanyRequest, log: OutsideLog) -> str:
    return record_url(request, records.get("outside_log"), log.pk)


def _found(request: CompanyRequest, pk: int) -> OutsideLog:
    log: OutsideLog = find(records.get("outside_log"), request, pk)
    return log


@require_GET
@answered
def progress(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """How far the reading has come, for htmx; what leads on when it is over."""
    log = _found(request, pk)
    return answer(request, _so_far(request, log), over=log.state != State.READING)


def _so_far(request: CompanyRequest, log: OutsideLog) -> dict[str, Any]:
    row = LogFile.objects.filter(log=log).only("done", "total").first()
    return so_far(_url(request, log), row, writes=False)


def page(request: CompanyRequest, record_type: RecordType, log: OutsideLog) -> dict[str, Any]:
    """What the page of a log shows besides the common."""
    if log.deleted_at is not None or log.state != State.READY:
        return {"log": log, "ready": False} | _so_far(request, log)
    file = LogFile.objects.filter(log=log).only("activities", "handoffs", "ways").first()
    number = _page_number(request)
    found = LogVariant.objects.filter(log=log).order_by("-cases", "number")
    variants = list(found[(number - 1) * PAGE : number * PAGE])
    url = _url(request, log)
    handoffs = file.handoffs if file and file.handoffs else [0, 0, 0]
    outdated = bool(log.judged) and log.judged != _digest(log)
    tree = _tree(log) if log.judged and not outdated else None
    found_ways = ways.of(file)
    title = _t("What really happened in “%(log)s”") % {"log": log}
    return {
        "drawing": ways.drawn(found_ways, tree, title=title) if tree is not None and found_ways else "",
        "ways": ways.table(found_ways, tree),
        "more_ways": max(len(found_ways) - ways.MOST_SHOWN, 0),
        "log": log,
        "ready": True,
        "url": url,
        "waiting": log.process_model_id is not None and not log.judged,
        "outdated": outdated,
        "activities": (file.activities if file else [])[:SHOWN_ACTIVITIES],
        "more_activities": max(len(file.activities) - SHOWN_ACTIVITIES, 0) if file else 0,
        "handoffs": handoffs,
        "variants": [_shown(log, one) for one in variants],
        "pager": _pager(url, number, log.variants),
        "models": _models(request),
        "may_compare": not logs.compare.why_not(request.actor, log),
        "may_model": request.actor.may("process_model.create"),
    }


def _digest(log: OutsideLog) -> str:
    return reading.digest_of(log.process_model.definition) if log.process_model is not None else ""


def _tree(log: OutsideLog) -> Tree | None:
    """The model that the log was compared with, where it can be drawn: a Petri net and a very large tree cannot."""
    tree = reading.tree_of_text(log.process_model.definition) if log.process_model is not None else None
    return tree if tree is not None and len(set(tree.labels())) <= MOST_DRAWN else None


def _models(request: CompanyRequest) -> list[tuple[str, str]]:
    query = records.get("process_model").query(request.actor).order_by("name")
    return [(str(pk), name) for pk, name in query.values_list("pk", "name")[:200]]


def _page_number(request: CompanyRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _pager(url: str, number: int, total: int) -> dict[str, str]:
    last = max((total + PAGE - 1) // PAGE, 1)
    return {
        "previous": f"{url}?{urlencode({'page': number - 1})}" if number > 1 else "",
        "next": f"{url}?{urlencode({'page': number + 1})}" if number < last else "",
        "text": _t("Page %(number)s of %(last)s") % {"number": number, "last": last} if last > 1 else "",
    }


def _shown(log: OutsideLog, variant: LogVariant) -> dict[str, Any]:
    steps: Sequence[Any] = (
        variant.steps
        if variant.steps is not None
        else [["sync", name, at] for at, name in enumerate(variant.activities[: SHOWN_STEPS + 1])]
    )
    worst = len(variant.activities) + log.shortest
    return {
        "number": variant.number,
        "cases": variant.cases,
        "share": variant.cases / log.cases if log.cases else 0,
        "cost": variant.cost if log.judged else None,
        "fitness": None if variant.cost is None or not log.judged else (1 - variant.cost / worst if worst else 1.0),
        "steps": [(move, label) for move, label, _at in steps[:SHOWN_STEPS]],
        "more": max(len(steps), len(variant.activities)) - SHOWN_STEPS,
    }


@require_GET
@answered
def download(request: CompanyRequest, pk: int, **_address: str) -> Any:
    """The log as gzipped XES, with every event and attribute that came in."""
    log = _found(request, pk)
    if log.state != State.READY:
        raise Refused(_t("The file is still being read. Wait until it is done."))
    if log.events > MOST_DOWNLOADED:
        raise Refused(
            _t("This log has more than %(most)s events. Write it with the command “gucang export-log”.")
            % {"most": f"{MOST_DOWNLOADED:,}"}
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    writing.write_gzipped(file, log)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{log.name}.xes.gz", content_type="application/gzip")


def begin(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The way in, above the list, for who may take it."""
    return {} if request.actor.may("outside_log.upload") else None
