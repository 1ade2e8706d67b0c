"""A model from a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from gucang.kernel import records
from gucang.kernel.errors import Invalid, NotVisible, Refused
from gucang.kernel.records import RecordType
from gucang.processes import reading
from gucang.processes.actions import models
from gucang.processes.mining.bpmn import write_bpmn
from gucang.processes.mining.drawing import draw
from gucang.processes.models import ProcessModel
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find, record_url

MOST_BYTES = 2 << 20


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def upload(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Choose a BPMN or PNML file, or a process tree as text, and name it."""
    if not request.actor.may("process_model.create"):
        raise NotVisible
    error: dict[str, str] = {}
    name = request.POST.get("name", "").strip()
    if request.method == "POST":
        try:
            values = {"name": name, "definition": _text(request)}
            record = models.create(actor=request.actor, values=values).record
            return go(request, record_url(request, records.get("process_model"), record.pk))
        except Invalid as problem:
            error = {("file" if key == "definition" else "name"): many[0] for key, many in problem.fields.items()}
    return render(request, "processes/model_new.html", {"error": error, "name": name}, status=422 if error else 200)


def _text(request: CompanyRequest) -> str:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise Invalid(
            {"definition": [_t("Choose a file with a process: BPMN 2.0, a Petri net (PNML) or a process tree.")]}
        )
    if (file.size or 0) > MOST_BYTES:
        raise Invalid({"definition": [_t("The file is larger than 2 MB; that is no process model.")]})
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid({"definition": [_t("The file is not text in UTF-8. Save it as UTF-8.")]}) from None


def page(request: CompanyRequest, record_type: RecordType, model: ProcessModel) -> dict[str, Any]:
    """The steps that a model speaks of, in its order, each once."""
    net = reading.net_of_text(model.definition)
    steps = dict.fromkeys(one.label for one in net.transitions if one.label is not None)
    return {
        "drawing": _drawing(model),
        "bpmn_url": f"{record_url(request, record_type, model.pk)}/process.bpmn",
        "steps": [*steps],
        "silent": sum(one.label is None for one in net.transitions),
        "places": net.places,
    }


def _drawing(model: ProcessModel) -> str:
    """The picture of a process tree; a Petri net has none."""
    tree = reading.tree_of_text(model.definition)
    return draw(tree, title=str(model)) if tree is not None else ""


@require_GET
@answered
def download(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """A process tree as BPMN 2.0, with its drawing."""
    model: ProcessModel = find(records.get("process_model"), request, pk)
    tree = reading.tree_of_text(model.definition)
    if tree is None:
        raise Refused(_t("This model is a Petri net. Only a process tree can be written as BPMN."))
    return bpmn_file(write_bpmn(tree, {}, name=model.name), model.name)


def bpmn_file(text: str, name: str) -> HttpResponse:
    """A document in BPMN, to be kept under a name."""
    held = content_disposition_header(True, f"{name}.bpmn") or ""
    return HttpResponse(text.encode(), content_type="application/xml", headers={"Content-Disposition": held})


def begin(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The way in from a file, above the list, for who may take it."""
    return {} if request.actor.may("process_model.create") else None
