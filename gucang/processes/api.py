"""The API of extracts of the own log: GET /log-exports/17/file."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from gucang.kernel.records import RecordType
from gucang.processes.screens import exports
from gucang.surface.api import operations
from gucang.surface.api.extras import for_every_type

_FILE = {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


@for_every_type
def add_file(router: Any, record_type: RecordType) -> None:
    """Let the file of an extract be had by who asked for it, as on its page."""
    if record_type.name != "log_export":
        return

    def read_file(request: Any, id: int) -> FileResponse:
        record = operations.visible_record(record_type, request.actor, id)
        return exports.file_of(record, request.actor, request.company.slug)

    router.add_api_operation(
        f"/{record_type.plural}/{{int:id}}/file", ["GET"], read_file, operation_id="log_export.file",
        summary=_("The file, for who asked for it"), tags=[record_type.plural],
        openapi_extra={"responses": _FILE},
    )  # fmt: skip
