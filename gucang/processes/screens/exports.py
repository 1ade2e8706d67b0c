"""Take the company's own log out: choose what and of which days, wait, have the file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from gucang.exchange import store
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, NotVisible, Refused
from gucang.kernel.records import RecordType
from gucang.processes import exporting, extracts
from gucang.processes.actions import exports
from gucang.processes.models import ExportState, LogExport, LogExportProgress
from gucang.processes.screens.progress import answer, so_far
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find, record_url
from gucang.surface.screens.forms import parked

HOURS = 24
DAYS = ("since", "until")


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def new(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Choose types of record (`?types=`), days and format; pressing the button is noted in the log."""
    if not request.actor.may(extracts.CREATE):
        raise NotVisible
    error: dict[str, str] = {}
    if request.method == "POST":
        try:
            return go(request, _url(request, _made(request)))
        except NeedsApproval as waiting:
            return parked(request, waiting, f"{request.base}/log-exports/")
        except Invalid as problem:
            error = {key: many[0] for key, many in problem.fields.items()}
        except Forbidden as problem:
            error = {"types": str(problem)}
    sent = request.POST if request.method == "POST" else request.GET
    context = {
        "error": error,
        "types": [(one.name, str(one.label_plural)) for one in extracts.open_types(request.actor)],
        "chosen": sent.getlist("types"),
        "forms": list(exporting.FORMATS.items()),
        "form": sent.get("form", ".json"),
        "days": {name: sent.get(name, "") for name in DAYS},
        "hours": HOURS,
    }
    return render(request, "processes/export_new.html", context, status=422 if error else 200)


def _made(request: CompanyRequest) -> LogExport:
    days = {name: request.POST.get(name, "").strip() for name in DAYS}
    record: LogExport = exports.create(
        actor=request.actor,
        request_id=request.request_id,
        form=request.POST.get("form", "")[:10],
        types=",".join(request.POST.getlist("types")),
        since=_day("since", days["since"]),
        until=_day("until", days["until"]),
    ).record
    return record


def _day(name: str, text: str) -> Any:
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise Invalid({name: [_t("This is no day. Write it as 2026-11-23.")]})
    return found


def _url(request: CompanyRequest, record: LogExport) -> str:
    return record_url(request, records.get("log_export"), record.pk)


def _found(request: CompanyRequest, pk: int) -> LogExport:
    record: LogExport = find(records.get("log_export"), request, pk)
    return record


@require_GET
@answered
def progress(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """How far the writing has come, for htmx; what leads on when it is over."""
    record = _found(request, pk)
    return answer(request, _so_far(request, record), over=record.state != ExportState.WRITING)


def _so_far(request: CompanyRequest, record: LogExport) -> dict[str, Any]:
    row = LogExportProgress.objects.filter(log_export=record).first()
    return so_far(_url(request, record), row, writes=True)


def page(request: CompanyRequest, record_type: RecordType, record: LogExport) -> dict[str, Any]:
    """What the page of an extract shows besides the common."""
    known = {one.name: str(one.label_plural) for one in records.every()}
    return {
        "what": [known.get(name, name) for name in record.types],
        "form": exporting.FORMATS.get(record.form, record.form),
        "cases": exporting.has_cases(record.form),
        "writing": record.state == ExportState.WRITING,
        "why": _why_not(request.actor, record),
        "until": record.ready_at + timedelta(hours=HOURS) if record.ready_at else None,
    } | _so_far(request, record)


def _why_not(actor: Actor, record: LogExport) -> str:
    """Why this person cannot have the file; "" when they can."""
    if record.owner_id is None or record.owner_id != actor.member_id or actor.eyes is not None:
        return _t("The file is only for who asked for it.")
    if record.state == ExportState.WRITING:
        return _t("The file is being written.")
    if record.state == ExportState.FAILED:
        return record.reason
    gone = record.ready_at is None or record.ready_at + timedelta(hours=HOURS) < clock.now()
    if not record.file or gone or not store.path_of(record.file).is_file():
        return _t("The file is kept for a day and is gone now. Take the log out again.")
    return ""


@require_GET
@answered
def file(request: CompanyRequest, pk: int, **_address: str) -> Any:
    """The file, for who asked for it, within a day."""
    return file_of(_found(request, pk), request.actor, request.company.slug)


def file_of(record: LogExport, actor: Actor, company: str) -> FileResponse:
    """The file under the name of the company and its number. Raises Refused for anybody else, and once it is gone."""
    if why := _why_not(actor, record):
        raise Refused(why)
    name = f"{company}-{record.number}{record.form}"
    return FileResponse(
        store.path_of(record.file).open("rb"), as_attachment=True, filename=name,
        content_type="application/octet-stream",
    )  # fmt: skip


def begin(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The way in, above the list, for who may take it."""
    return {} if request.actor.may(extracts.CREATE) else None
