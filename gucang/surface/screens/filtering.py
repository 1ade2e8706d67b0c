"""The filter editor: conditions in words, and/or groups. One form with scripts and without: all buttons submit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filterform, filters, spans, ui
from gucang.surface.filterform import EDITED, PREFIX, Row
from gucang.surface.labels import labels_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, go, render, wants_fragment
from gucang.surface.screens.inputs import found_by, input_for

TICKS = 12  # up to so many choices stand there to be ticked; of more, those that are picked
LEFT_BEHIND = ("after", "peek", "fragment", "open", "shown", "lane")


@dataclass
class Control:
    """What a row is compared with. `shape`: ticks, pick, day, days, figure, words, between, select or none."""

    shape: str
    kind: str = "text"
    values: list[str] = field(default_factory=list)
    choices: list[tuple[Any, str, str]] = field(default_factory=list)
    options_url: str = ""
    texts: dict[str, str] = field(default_factory=dict)


def editor(
    request: CompanyRequest, record_type: RecordType, specs: Mapping[str, FieldSpec], action: str, keep: str = ""
) -> HttpResponse:
    """The editor of the filters of the page at `action`: itself a page, or for a script the inside of a dialog.

    `keep` names a filter that the page has another control for.
    """
    actor, params = request.actor, request.GET
    sent, do = EDITED in params, params.get("do", "")
    if sent:
        groups = filterform.change(filterform.rows_in(params), do)
    else:
        groups = filterform.rows_of(filters.parse(record_type, actor, _filters_in(params, keep)))
        groups = groups if any(groups) else [[Row()]]
    filterform.settled(groups, specs)
    kept = _kept(params, keep)
    fresh = any(row.fresh for group in groups for row in group)
    if sent and do == "apply" and not fresh:
        found = filterform.written(groups, record_type, actor, specs)
        if not any(row.error for group in groups for row in group):
            return go(request, f"{action}?{urlencode(kept + found)}" if kept or found else f"{action}?view=all")
    context = {
        "type": record_type,
        "action": action,
        "url": request.path,
        "kept": kept,
        **drawn(request, record_type, groups, specs),
        "clear_url": f"{action}?{urlencode(kept) or 'view=all'}",
    }
    status = 422 if any(row.error for group in groups for row in group) else 200
    if wants_fragment(request):
        # A dialog has its own idea of where the focus goes.
        return fragment(request, "surface/_filters.html", context | {"fresh": None}, status)
    return render(request, "surface/filters.html", context, status)


def drawn(
    request: CompanyRequest,
    record_type: RecordType,
    groups: Sequence[Sequence[Row]],
    specs: Mapping[str, FieldSpec],
    *,
    personal: bool = True,
) -> dict[str, Any]:
    """What the macro of `surface/_conds.html` needs for these rows; `personal` offers what is the reader's own."""
    fields = _fields(record_type, request.actor, specs) if personal else _plain(specs)
    return {
        "groups": [
            [(row, _operators(row, specs), _control(request, row, specs, personal)) for row in group]
            for group in groups
        ],
        "fields": fields,
        "labels": {name: label for name, label, _found in fields},
        "fresh": next((row for group in groups for row in group if row.fresh), None),
    }


def _filters_in(params: Any, keep: str) -> Any:
    """The filters of an address; the words looked for stay in their own box."""
    found = params.copy()
    for name in ("q", "sort", keep, *filters.RESERVED):
        found.pop(name, None)
    return found


def _kept(params: Any, keep: str) -> list[tuple[str, str]]:
    """What of the address is not for the editor: order, columns, tab, words looked for."""
    stays = ("q", "sort", keep, *filters.RESERVED)
    return [
        (name, value)
        for name, values in params.lists()
        for value in values
        if name in stays and name not in LEFT_BEHIND and not name.startswith(PREFIX) and value
    ]


def _fields(record_type: RecordType, actor: Any, specs: Mapping[str, FieldSpec]) -> list[tuple[str, str, str]]:
    """(name, label, what it is found by) of what can be compared."""
    found = _plain(specs)
    if record_type.owner and actor.member_id is not None:
        found.insert(0, ("mine", _t("Whose"), found_by(_t("Whose"))))
    return found


def _plain(specs: Mapping[str, FieldSpec]) -> list[tuple[str, str, str]]:
    labels = {name: ui.headed(spec.label) for name, spec in specs.items()}
    return [(name, label, found_by(label)) for name, label in labels.items()]


def _operators(row: Row, specs: Mapping[str, FieldSpec]) -> list[tuple[str, str]]:
    spec = specs.get(row.name)
    if spec is None:
        return [("is", _t("is"))]
    found = filterform.operators(spec)
    return found if row.op in dict(found) else [*found, ("not", _t("is not"))]


def _control(request: CompanyRequest, row: Row, specs: Mapping[str, FieldSpec], personal: bool) -> Control:
    if row.name == "mine":
        ways = [("1", _t("mine"), ""), (filters.TEAM, _t("mine and my department's"), "")]
        return Control("select", values=row.values, choices=ways)
    spec = specs.get(row.name)
    if spec is None or row.op in ("empty", "filled"):
        return Control("none")
    family = filterform.family(spec)
    if family == "many":
        return _among(request, row, spec, personal)
    if family == "yes":
        return Control("select", values=row.values, choices=[("1", _t("yes"), ""), ("0", _t("no"), "")])
    kind = "date" if family == "day" else spec.kind if family == "figure" else "text"
    if row.op == "between":
        return Control("between", kind, [*row.values, "", ""][:2])
    if row.op in ("next", "last"):
        return Control("days", "integer", row.values or ["7"])
    if row.op == "word":
        words = [word for word in (*spans.DAY_WORDS, *row.values) if word and spans.is_word(word)]
        found = [(word, spans.day_words(word), "") for word in dict.fromkeys(words)]
        return Control("select", values=row.values, choices=found)
    return Control("one", kind, row.values)


def _among(request: CompanyRequest, row: Row, spec: FieldSpec, personal: bool) -> Control:
    """Choices to tick, or to pick one after the other where they are many."""
    blank = input_for(request, replace(spec, required=False, default=None), filtering=True)
    choices = list(blank.choices)
    if personal and spec.target is not None and filters.is_member(spec):
        choices.insert(0, ("me", _t("me"), "me"))
    chosen = [value for value in dict.fromkeys(part for one in row.values for part in one.split(",")) if value]
    if choices and len(choices) <= TICKS and not blank.options_url:
        return Control("ticks", values=chosen, choices=choices)
    texts = {str(key): text for key, text, _find in choices} | {"none": _t("none")}
    if spec.target is not None:
        ids = [int(value) for value in chosen if value.isascii() and value.isdigit() and len(value) < 19]
        found = labels_of(request.actor, {spec.target: ids})
        texts |= {str(pk): found.get((spec.target, pk), _t("not visible")) for pk in ids}
    if not choices and not blank.options_url:
        return Control("one", "text", [",".join(chosen)])
    return Control("pick", values=chosen, choices=choices, options_url=blank.options_url, texts=texts)
