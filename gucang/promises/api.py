"""The API of the answer card: GET /customers/17/answers, for a telephone exchange or a help desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.fields import to_json
from gucang.kernel.records import RecordType
from gucang.promises import answers, saying
from gucang.promises.answers import Item, Section
from gucang.surface.api import operations
from gucang.surface.api.answers import answer
from gucang.surface.api.extras import for_every_type

_TEXT = {"type": "string"}
_WHEN = {"type": ["string", "null"]}
_ITEM = {
    "type": "object",
    "properties": {
        "what": _TEXT, "holder": _TEXT, "since": _WHEN, "until": _WHEN, "say": _TEXT, "path": _TEXT,
        "tone": {"type": "string", "enum": ["", "ok", "warn", "bad"]},
        "more": {"type": "array", "items": {"type": "object", "properties": {"label": _TEXT, "path": _TEXT}}},
    },
}  # fmt: skip
_SECTION = {
    "type": "object",
    "properties": {
        "key": _TEXT, "label": _TEXT, "nothing": _TEXT, "more": {"type": "boolean"},
        "items": {"type": "array", "items": _ITEM},
    },
}  # fmt: skip
_BODY = {
    "type": "object",
    "properties": {
        "customer": {"type": "integer"}, "open": {"type": "integer"}, "say": _TEXT,
        "sections": {"type": "array", "items": _SECTION},
    },
}  # fmt: skip


@for_every_type
def add_answers(router: Any, record_type: RecordType) -> None:
    """Let the answer card of a customer be read."""
    if record_type.name != "customer":
        return
    router.add_api_operation(
        "/customers/{int:id}/answers", ["GET"], _read, operation_id="customer.answers", summary=_("Answer card"),
        tags=["customers"], openapi_extra={"responses": {200: {"content": {"application/json": {"schema": _BODY}}}}},
    )  # fmt: skip


def _read(request: Any, id: int) -> HttpResponse:
    customer = operations.visible_record(records.get("customer"), request.actor, id)
    found = answers.keyed(request.actor, customer)
    said = answers.sentences([section for _key, section in found])[: answers.READ_OUT]
    return answer(
        {
            "customer": customer.pk,
            "open": answers.count([section for _key, section in found]),
            "say": saying.joined(*said),
            "sections": [_section(key, section) for key, section in found],
        }
    )


def _section(key: str, section: Section) -> dict[str, Any]:
    head = {"key": key, "label": section.label, "nothing": section.nothing, "more": section.more}
    return head | {"items": [_item(one) for one in section.items]}


def _item(item: Item) -> dict[str, Any]:
    times = {"since": to_json(item.since), "until": to_json(item.until)}
    times["more"] = [{"label": label, "path": path} for label, path in item.more]
    return times | {name: getattr(item, name) for name in ("what", "holder", "say", "path", "tone")}
