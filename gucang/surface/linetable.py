"""The lines of a record on its page: one table with what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gucang.kernel import lines, records
from gucang.kernel.actors import Access
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.columns import labels_of
from gucang.surface.middleware import CompanyRequest

SEEN = (Access.READ, Access.WRITE)


def table(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What the template of the table needs; None where the type has no lines, or this person may not see them.

    Columns in which nothing stands are left out. One query for the lines, and one for each type they refer to.
    """
    declared = record_type.lines
    if declared is None or access(request.actor, record_type, lines.NAME, record) not in SEEN:
        return None
    found = lines.of(record)
    ids: dict[Any, set[int]] = {}
    for name, spec in declared.specs.items():
        if spec.target is not None:
            ids.setdefault(spec.target, set()).update(getattr(line, f"{name}_id") for line in found)
    labels = labels_of(request.actor, ids)
    specs = [
        spec
        for name, spec in (declared.specs | declared.shown_specs).items()
        if spec.target is not None or any(getattr(line, name) for line in found)
    ]
    currency = getattr(record, "currency", "") or request.company.currency
    return {
        "columns": [(ui.headed(spec.label), spec.numeric) for spec in specs],
        "rows": [[_cell(request.base, spec, line, labels) for spec in specs] for line in found],
        "totals": _totals(request, record_type, record, currency),
        "count": len(found),
    }


def _cell(base: str, spec: FieldSpec, line: Any, labels: Mapping[Any, str]) -> Any:
    if spec.target is not None:
        pk = getattr(line, f"{spec.name}_id")
        label = labels.get((spec.target, pk))
        plural = records.by_model(spec.target).plural
        return Markup('<a href="%s/%s/%s">%s</a>') % (base, plural, pk, label) if label is not None else "—"
    value = getattr(line, spec.name)
    if spec.kind == "money":
        return f"{value:,.2f}"
    return ui.number(value, spec.places) if spec.numeric else spec.show(value)


def _totals(request: CompanyRequest, record_type: RecordType, record: Any, currency: str) -> Sequence[tuple[str, Any]]:
    assert record_type.lines is not None
    specs = [record_type.specs[name] for name in record_type.lines.totals]
    return [
        (ui.headed(spec.label), ui.money(getattr(record, spec.name), currency))
        for spec in specs
        if access(request.actor, record_type, spec.name, record) in SEEN
    ]
