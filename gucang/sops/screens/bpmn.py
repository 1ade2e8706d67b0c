"""A version as a BPMN file, and a BPMN file as the next draft."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from gucang.kernel import records
from gucang.kernel.errors import Invalid, NotVisible
from gucang.processes.mining.bpmn import MOST_BYTES
from gucang.processes.screens.models import bpmn_file
from gucang.sops import bpmn, definitions
from gucang.sops.actions import versions
from gucang.sops.models import Process, ProcessVersion, State
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import find, record_url

LONGEST_REASON = 300


@require_GET
@answered
def download(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """A version with its drawing, to be drawn on elsewhere."""
    version: ProcessVersion = find(records.get("process_version"), request, pk)
    return bpmn_file(bpmn.written(version.read(), version.name), str(version))


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def upload(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Choose a diagram; it becomes a draft, and on to its editor. Nothing is made if it is refused."""
    process: Process = find(records.get("process"), request, pk)
    if not request.actor.may(versions.draft.name) or not request.actor.may(versions.define.name):
        raise NotVisible
    error = ""
    if request.method == "POST":
        try:
            return go(request, record_url(request, records.get("process_version"), _brought(request, process)))
        except Invalid as problem:
            error = " ".join(one for many in problem.fields.values() for one in many)
    context = {"process": process, "url": record_url(request, records.get("process"), pk), "error": error}
    return render(request, "sops/bpmn.html", context, status=422 if error else 200)


def _brought(request: CompanyRequest, process: Process) -> int:
    name, data = _file(request)
    found = bpmn.imported(data, _before(process), process.case_type)
    reason = (_t("From the diagram “%(file)s”.") % {"file": name})[:LONGEST_REASON]
    draft = versions.draft(actor=request.actor, process=process, reason=reason, request_id=request.request_id)
    versions.define(draft.record, actor=request.actor, definition=json.dumps(found.words.to_json()))
    toast(request, bpmn.summary(found))
    return int(draft.record.pk)


def _before(process: Process) -> definitions.Definition:
    """What the process says now, or said last."""
    known = ProcessVersion.objects.filter(process=process)
    last = known.filter(state=State.IN_FORCE).first() or known.order_by("-number").first()
    return last.read() if last is not None else definitions.EMPTY


def _file(request: CompanyRequest) -> tuple[str, bytes]:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise Invalid({"file": [_t("Choose a BPMN 2.0 file.")]})
    # One byte more than is read, so that what is larger is refused and not cut.
    return file.name or "", file.read(MOST_BYTES + 1)
