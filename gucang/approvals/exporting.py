"""An export in words for who has to agree to it: what leaves the company, how much of it, and with which columns."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.approvals.models import ApprovalRequest
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.surface import filters
from gucang.surface.timeline import Change

DEED = "export.create"


def subject(request: ApprovalRequest) -> str:
    """What a request to export is about: "Customers, 120 records"; "" for any other."""
    if request.action != DEED:
        return ""
    rows = _new(request, "rows") or 0
    return _t("%(what)s, %(rows)s") % {
        "what": records.plural_called(_new(request, "record_type") or ""),
        "rows": ngettext("%(n)s record", "%(n)s records", rows) % {"n": rows},
    }


def changes(request: ApprovalRequest, actor: Actor) -> list[Change]:
    """What would leave, as the rows of the table of changes."""
    record_type = _type(request)
    if record_type is None:
        return []
    known = {spec.name: str(spec.label) for spec in (*record_type.specs.values(), *record_type.custom_fields())}
    columns = "、".join(known.get(name, name) for name in _new(request, "columns") or ())
    pairs = [
        (_t("What leaves"), subject(request)),
        (_t("Which"), _t("Picked rows") if _new(request, "picked") else _filter(request, record_type, actor)),
        (_t("Columns"), columns),
    ]
    return [Change(label, "", value) for label, value in pairs]


def _filter(request: ApprovalRequest, record_type: RecordType, actor: Actor) -> str:
    found = filters.parse(record_type, actor, QueryDict(_new(request, "query") or ""))
    words = [filters.phrase(one, said) for one, said in filters.describe(found.applied, actor)]
    words += [f"“{found.text}”"] if found.text else []
    return "；".join(words) or _t("All of the list")


def _type(request: ApprovalRequest) -> RecordType | None:
    try:
        return records.get(_new(request, "record_type") or "")
    except LookupError:
        return None


def _new(request: ApprovalRequest, name: str) -> Any:
    return request.changes.get(name, (None, None))[1]
