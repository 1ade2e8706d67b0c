"""The lines of a record on its page: one table with what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gucang.kernel import lines, records
from gucang.kernel.actors import Access
from gucang.kernel.fields import FieldSpec
from gucang.kernel.lines import Lines
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.labels import labels_of
from gucang.surface.middleware import CompanyRequest

SEEN = (Access.READ, Access.WRITE)
REMARK = 100  # a text that may be as long as this is a remark


def table(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What the template of the table needs; None where the type has no lines, or this person may not see them.

    Columns in which nothing stands are left out. A remark stands below what it is about and a unit beside its quantity:
    as columns of their own they leave no room for the amounts. One query for the lines, and one for each type they
    refer to.
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
    remarks = [spec for spec in specs[1:] if _is_remark(spec)]
    specs = [spec for spec in specs if spec not in remarks and spec.name not in declared.measured.values()]
    cell = _Cell(request.base, labels, declared, remarks)
    currency = getattr(record, "currency", "") or request.company.currency
    return {
        "columns": [(ui.headed(spec.label), spec.numeric) for spec in specs],
        "rows": [[cell.of(spec, line, first=n == 0) for n, spec in enumerate(specs)] for line in found],
        "totals": _totals(request, record_type, record, currency),
        "count": len(found),
    }


def _is_remark(spec: FieldSpec) -> bool:
    return spec.kind in ("text", "longtext") and (spec.max_length or REMARK) >= REMARK


@dataclass(frozen=True)
class _Cell:
    """What stands in the cells of a table of lines."""

    base: str
    labels: Mapping[Any, str]
    declared: Lines
    remarks: Sequence[FieldSpec]

    def of(self, spec: FieldSpec, line: Any, *, first: bool) -> Any:
        """The value of a field of a line with its unit; in the first cell with the remarks on the line."""
        shown = self._value(spec, line)
        unit = getattr(line, self.declared.measured.get(spec.name, ""), "")
        if unit and shown != "":
            shown = Markup('<span class="nb">%s %s</span>') % (shown, unit)
        said = [str(getattr(line, one.name)) for one in self.remarks if first and getattr(line, one.name)]
        return shown + Markup("").join(Markup('<span class="remark">%s</span>') % words for words in said)

    def _value(self, spec: FieldSpec, line: Any) -> Any:
        if spec.target is not None:
            pk = getattr(line, f"{spec.name}_id")
            label = self.labels.get((spec.target, pk))
            plural = records.by_model(spec.target).plural
            link = Markup('<a href="%s/%s/%s">%s</a>')
            return link % (self.base, plural, pk, label) if label is not None else Markup("—")
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
