"""Take a list out: say first what it will hold, then give the file to who asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from gucang.exchange import export, rules, store
from gucang.exchange.actions import exports
from gucang.exchange.models import Export, State, label_of
from gucang.kernel import clock, records
from gucang.kernel.errors import NeedsApproval, NotVisible, Refused
from gucang.surface.meant import ids_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find
from gucang.surface.screens.forms import parked
from gucang.surface.sheets import lines

HOURS = 24


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def new(request: CompanyRequest, plural: str, **_address: str) -> HttpResponse:
    """How many records and which columns; pressing the button makes the file and notes it in the log."""
    record_type = records.by_plural(plural)
    if record_type is None or not request.actor.may(f"{record_type.name}.view"):
        raise NotVisible
    rules.check_may_export(request.actor, record_type)
    sent = request.method == "POST" and ("_run" in request.POST or "picked" not in request.POST)
    query = request.POST.get("query", "") if sent else request.GET.urlencode()
    ids = [] if request.POST.get("every") == "1" else request.POST.getlist("picked")
    picked = ids_of(",".join(dict.fromkeys(ids)), "picked")
    chosen = export.Extract.parse(record_type, request.actor, query, picked=picked)
    if sent:
        try:
            return _made(request, chosen, query, picked)
        except NeedsApproval as waiting:
            return parked(request, waiting, f"{request.base}/{plural}/")
    context = {
        "type": record_type,
        "query": query,
        "picked": picked,
        "back": export.without_columns(query),
        "columns": [str(spec.label) for spec in chosen.specs],
        "rows": chosen.query.count(),
        "direct": exports.DIRECT,
        "hours": HOURS,
    }
    return render(request, "exchange/export_new.html", context)


def _made(request: CompanyRequest, chosen: export.Extract, query: str, picked: list[int]) -> HttpResponse:
    record = exports.create(
        actor=request.actor,
        request_id=request.request_id,
        record_type=chosen.type.name,
        query=export.without_columns(query),
        columns=",".join(spec.name for spec in chosen.specs),
        picked=",".join(map(str, picked)),
    ).record
    if record.state == State.RUNNING:
        return go(request, f"{request.base}/exports/{record.pk}")
    response = HttpResponse("".join(lines(export.rows(chosen))), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(record)}"'
    return response


def _file_name(record: Export) -> str:
    return f"{records.get(record.record_type).plural}-{record.number}.csv"


@require_GET
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """One export: being written, ready, or gone."""
    record = find(records.get("export"), request, pk)
    context: dict[str, Any] = {
        "record": record,
        "what": str(label_of(record)),
        "url": f"{request.base}/exports/{record.pk}",
        "running": record.state == State.RUNNING,
        "why": _why_not(request, record),
        "until": record.ready_at + timedelta(hours=HOURS) if record.ready_at else None,
    }
    return render(request, "exchange/export.html", context)


def _why_not(request: CompanyRequest, record: Export) -> str:
    """Why this person cannot have the file; "" when they can."""
    if record.owner_id is None or record.owner_id != request.actor.member_id:
        return _t("The file is only for who asked for it.")
    if record.state == State.RUNNING:
        return _t("The file is being written.")
    gone = record.ready_at is None or record.ready_at + timedelta(hours=HOURS) < clock.now()
    if not record.file or gone or not store.path_of(record.file).is_file():
        return _t("The file is kept for a day and is gone now. Export the list again.")
    return ""


@require_GET
@answered
def file(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The file, for its maker, within a day."""
    record = find(records.get("export"), request, pk)
    if why := _why_not(request, record):
        raise Refused(why)
    answer: Any = FileResponse(
        store.path_of(record.file).open("rb"), as_attachment=True, filename=_file_name(record),
        content_type="text/csv; charset=utf-8",
    )  # fmt: skip
    return answer
