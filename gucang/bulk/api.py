"""The API of bulk work: POST /customers/bulk begins a run, GET /bulk-runs/17/not-done says what was left and why."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.bulk import actions, rules
from gucang.bulk.models import RunLine
from gucang.kernel import records
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.api import openapi, operations, schemas
from gucang.surface.api.answers import answer
from gucang.surface.api.extras import for_every_type
from gucang.surface.labels import labels_of

_FIELDS = (
    FieldSpec("do", "text", _("Action"), required=True, help=_("The verb, such as edit, assign or delete.")),
    FieldSpec("ids", "references", _("Records"), help=_("These records. Give either ids or filter.")),
    FieldSpec(
        "filter", "text", _("Filter"), max_length=4000,
        help=_("All records of a list: its parameters, such as level=A&owner=me; an empty text is the whole list."),
    ),
)  # fmt: skip
_VALUES = _("What the verb is called with. Words can be added or taken away: {“tags”: {“add”: [“…”]}}.")


@for_every_type
def add_bulk(router: Any, record_type: RecordType) -> None:
    """Let many records of this type be changed by one call, and be read what a run left."""
    if record_type.name == "bulk_run":
        _add_not_done(router, record_type)
    if not any(rules.fits_many(record_type, verb) for verb in record_type.verbs.values()):
        return
    view = _beginning(record_type)
    view.__annotations__["body"] = schemas.model(
        schemas.pascal(record_type.name, "bulk"), _FIELDS, {"do"}, {"values": _VALUES}
    )
    router.add_api_operation(
        f"/{record_type.plural}/bulk", ["POST"], view, operation_id=f"{record_type.name}.bulk",
        summary=_("Change many"),
        description=_("Begins a run in the background; read /bulk-runs/{id} until it is over."),
        tags=[record_type.plural],
        response={201: None},
        openapi_extra={"parameters": openapi.write_headers(match=None)} | openapi.answers_with("BulkRun", 201),
    )  # fmt: skip


def _beginning(record_type: RecordType) -> operations.Operation:
    def begin_bulk(request: Any, body: Any) -> HttpResponse:
        given = request.json
        every = given.get("filter") is not None
        if every == (given.get("ids") is not None):
            raise Invalid({"ids": [_t("Say which records: either by “ids” or by “filter”.")]})
        outcome = actions.start(
            actor=request.actor,
            request_id=request.request_id,
            record_type=record_type.name,
            verb=given["do"],
            every=every,
            query=given.get("filter") or "",
            ids=",".join(str(one) for one in given.get("ids") or ()),
            given=json.dumps(given.get("values") or {}, default=str),
        )
        return operations.after(request, actions.start, outcome, status=201)

    return begin_bulk


def _add_not_done(router: Any, record_type: RecordType) -> None:
    line = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "label": {"type": "string"},
            "kind": {"type": "string"},
            "detail": {"type": "string"},
            "waits_at": {"type": "string", "description": _("Where it waits for approval, such as /approvals/17.")},
        },
        "required": ["id", "label", "kind", "detail", "waits_at"],
        "additionalProperties": False,
    }
    found = {"content": {"application/json": {"schema": schemas.page_schema(line)}}}
    router.add_api_operation(
        "/bulk-runs/{int:id}/not-done", ["GET"], not_done, operation_id="bulk_run.not_done",
        summary=_("What was left, and why"), tags=[record_type.plural],
        openapi_extra={"parameters": openapi.page_parameters(), "responses": {200: found}},
    )  # fmt: skip


def not_done(request: Any, id: int) -> HttpResponse:
    """GET /bulk-runs/17/not-done: the records that were left, as far as they are seen, each with its sentence."""
    run = operations.visible_record(records.get("bulk_run"), request.actor, id)
    limit, after = operations.limit_of(request.GET), request.GET.get("after", "")
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid({"after": [_t("This place in the list is gone. Start at the first page.")]})
    some = list(RunLine.objects.filter(run=run, pk__gt=int(after or 0)).order_by("pk")[: limit + 1])
    model = records.get(run.record_type).model
    labels = labels_of(request.actor, {model: {line.object_id for line in some[:limit]}})
    rows = [
        {
            "id": line.object_id,
            "label": labels[model, line.object_id],
            "kind": line.kind,
            "detail": line.sentence,
            "waits_at": line.waits_at,
        }
        for line in some[:limit]
        if (model, line.object_id) in labels
    ]
    return answer({"items": rows, "next": str(some[limit - 1].pk) if len(some) > limit else None})
