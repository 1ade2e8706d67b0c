"""Lines in a form: read from what was posted, drawn as rows, and worked out while somebody types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel import lines
from gucang.kernel.actions.values import assign
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Clash, Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.lines import Lines
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.labels import labels_of
from gucang.surface.middleware import CompanyRequest

BUTTON = "_lines"
BLANK_ROWS, MORE_ROWS = 3, 5
_NAME = re.compile(r"lines-(\d{1,6})-([a-z_]+)")
Row = dict[str, Any]


def rows_of(params: QueryDict, declared: Lines) -> dict[str, Row]:
    """The rows of a posted form by their mark, in their order, blank ones too."""
    found: dict[str, Row] = {}
    for name in params:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        row = found.setdefault(match[1], {})
        field = match[2].removesuffix("_text")
        spec = declared.specs.get(field)
        if spec is not None and spec.target is not None:
            row[field] = _picked(params, name.removesuffix("_text"))
        elif field == "key" or spec is not None:
            row[field] = params[name]
    return found


def _picked(params: QueryDict, name: str) -> Any:
    """What a picker holds: the id that a script found, else the words that were typed."""
    found = params.get(name, "")
    if found.isascii() and found.isdigit() and len(found) < 19:
        return int(found)
    return params.get(f"{name}_text", "").strip() or found


def is_blank(row: Row) -> bool:
    """Whether nothing was typed into a row."""
    return not any(value for name, value in row.items() if name != "key")


def read(params: QueryDict, declared: Lines) -> list[Row] | None:
    """The lines that a form holds; None where it had none to fill in."""
    if lines.NAME not in params.getlist("_sent"):
        return None
    return [row for row in rows_of(params, declared).values() if not is_blank(row)]


def pressed(params: QueryDict) -> bool:
    """Whether one of the buttons within the lines was pressed: the form comes back, and nothing is saved."""
    return BUTTON in params


def after_button(params: QueryDict, declared: Lines) -> list[Row]:
    """The rows after the button that was pressed: one taken away, or blank ones behind."""
    rows, button = rows_of(params, declared), params.get(BUTTON, "")
    rows.pop(button.removeprefix("remove-"), None)
    return [*rows.values(), *([{}] * MORE_ROWS if button == "add" else [])]


def drawn(
    request: CompanyRequest, record_type: RecordType, rows: Sequence[Row], problems: Mapping[str, str], pk: int | None
) -> dict[str, Any]:
    """What the template of the lines needs: a head, the rows with their cells, a blank row to copy, the totals."""
    declared = record_type.lines
    assert declared is not None
    rows = [*rows, *([] if any(is_blank(row) for row in rows) else [{}] * (1 if rows else BLANK_ROWS))]
    ids: dict[Any, set[int]] = {}
    for name, spec in declared.specs.items():
        if spec.target is not None:
            ids.setdefault(spec.target, set()).update(one for row in rows if type(one := row.get(name)) is int)
    labels = labels_of(request.actor, ids)
    specs = list(declared.specs.values())
    return {
        "specs": [(spec, ui.headed(spec.label)) for spec in specs],
        "shown": [ui.headed(spec.label) for spec in list(declared.shown_specs.values())[-1:]],
        "rows": [
            {
                "mark": n,
                "key": row.get("key") or "",
                "cells": [_cell(request, spec, row.get(spec.name), labels, problems.get(f"{n}.{spec.name}", ""))
                          for spec in specs],
            }
            for n, row in enumerate(rows)
        ],
        "blank": [_cell(request, spec, None, {}, "") for spec in specs],
        "totals": [ui.headed(spec.label) for spec in _totals(record_type, request.actor)],
        "url": f"{request.base}/{record_type.plural}/lines",
        "pk": pk or "",
        "most": lines.MOST,
    }  # fmt: skip


def _cell(request: CompanyRequest, spec: FieldSpec, value: Any, labels: Mapping[Any, str], error: str) -> Row:
    cell = {"name": spec.name, "label": ui.headed(spec.label), "value": "" if value is None else value, "error": error}
    cell |= {"numeric": spec.numeric, "max_length": spec.max_length or "", "target": spec.target is not None}
    if spec.target is not None:
        from gucang.kernel.records import by_model

        picked = type(value) is int
        text = labels.get((spec.target, value), str(value)) if picked else (value or "")
        cell |= {"value": value if picked else "", "text": text}
        cell["url"] = f"{request.base}/{by_model(spec.target).plural}/options"
    return cell


def _totals(record_type: RecordType, actor: Actor) -> list[FieldSpec]:
    assert record_type.lines is not None
    seen = (Access.READ, Access.WRITE)
    return [record_type.specs[name] for name in record_type.lines.totals if access(actor, record_type, name) in seen]


def clash(found: Clash, record: Any) -> dict[str, Any]:
    """Two versions of all lines: they are chosen as a whole."""
    theirs, mine = words_of(lines.of(record)), _t("as they stand in the form")
    return {"name": lines.NAME, "label": found.label, "theirs": theirs, "mine": mine, "clash": found}


def is_part(name: str) -> bool:
    """Whether a problem of this name is about one of the lines."""
    return name.startswith(f"{lines.NAME}.")


def in_form(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    values: Mapping[str, Any],
    problems: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """The lines as they are drawn: what was typed, after a button the rows that it leaves."""
    declared = record_type.lines
    assert declared is not None
    rows = values.get(lines.NAME) or []
    if request.method == "POST" and pressed(request.POST):
        rows = after_button(request.POST, declared)
    elif isinstance(rows, str):
        rows = lines.from_text(declared, rows)
    wrong = {name.removeprefix(f"{lines.NAME}."): " ".join(many) for name, many in problems.items() if is_part(name)}
    return drawn(request, record_type, rows, wrong, record.pk if record is not None else None)


# ---- while somebody types -------------------------------------------------------------------------------------------


def worked_out(request: CompanyRequest, record_type: RecordType, record: Any, specs: Mapping[str, FieldSpec]) -> Row:
    """What the form's lines would come to as they are: {"rows": {mark: …}, "totals": […]}; nothing is written.

    Rows that are not finished are left out of the sums; what is wrong in the others is said.
    """
    declared = record_type.lines
    assert declared is not None
    assert declared.settle is not None
    _put_head(request, record, specs)
    marks = {mark: row for mark, row in rows_of(request.POST, declared).items() if not is_blank(row)}
    said: dict[str, dict[str, str]] = {}
    left = dict(list(marks.items())[: lines.MOST])
    while not _settled(request.actor, record, declared, left, said):
        left = {mark: row for mark, row in left.items() if mark not in said}
    rows = lines.of(record) if left else []
    found = {mark: _told(declared, line) for mark, line in zip(left, rows, strict=True)}
    hints = declared.hints(record, request.actor) if declared.hints is not None and rows else [None] * len(rows)
    for mark, hint in zip(left, hints, strict=True):
        found[mark]["hint"] = hint or ("", "")
    for mark, sentences in said.items():
        asked = {name: text for name, text in sentences.items() if marks[mark].get(name) or _complete(marks[mark])}
        found[mark] = {"said": asked}
    currency = getattr(record, "currency", "") or request.company.currency
    return {
        "rows": found,
        "totals": [ui.money_text(getattr(record, spec.name), currency) for spec in _totals(record_type, request.actor)],
    }


def _put_head(request: CompanyRequest, record: Any, specs: Mapping[str, FieldSpec]) -> None:
    """Put onto the record what stands in the other fields of the form, as far as it makes sense yet."""
    for name, spec in specs.items():
        if name in request.POST and spec.kind in ("choice", "decimal", "reference", "date") and spec.own is None:
            try:
                value = spec.clean(request.POST[name], request.actor)
            except BadValue:
                continue
            assign(record, {name: value})


def _settled(actor: Actor, record: Any, declared: Lines, rows: dict[str, Row], said: dict[str, dict[str, str]]) -> bool:
    """Put these rows onto the record and work them out; what is wrong with some goes into `said` by their marks."""
    assert declared.settle is not None
    marks = list(rows)
    try:
        lines.put(record, declared.spec.bound(record).clean(list(rows.values()), actor))
        declared.settle(record)
    except lines.BadLines as problem:
        wrong: Mapping[str, Any] = problem.problems
    except Invalid as problem:
        wrong = {name.removeprefix("lines."): many[0] for name, many in problem.fields.items()}
    except BadValue:
        rows.clear()
        lines.put(record, [])
        return True
    else:
        return True
    for where, sentence in wrong.items():
        at, _dot, name = where.partition(".")
        if not at.isdigit():
            return True
        said.setdefault(marks[int(at)], {})[name] = str(sentence)
    return False


def _complete(row: Row) -> bool:
    return bool(row.get("product")) and bool(row.get("quantity"))


def _told(declared: Lines, line: Any) -> Row:
    found: Row = {"filled": {}, "shown": []}
    for name, spec in declared.specs.items():
        value = getattr(line, name)
        if spec.target is not None:
            found["filled"][name] = {"id": value.pk, "text": str(value)}
        elif value not in (None, ""):
            found["filled"][name] = str(lines.plain(value))
    found["offers"] = declared.offers(line) if declared.offers is not None else {}
    found["shown"] = [ui.number(getattr(line, name)) for name in list(declared.shown)[-1:]]
    return found


def words_of(value: Any) -> str:
    """Lines in a few words, for where two versions of them stand beside each other."""
    count = len(value) if isinstance(value, list | dict) else 0
    return _t("%(count)s lines") % {"count": count}
