"""From a field's spec to what a form draws for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.fields import FieldSpec, ShowIf
from gucang.kernel.scope import remembered
from gucang.kernel.text import initials, pinyin_key
from gucang.surface import ui
from gucang.surface.middleware import CompanyRequest

FEW = 200  # up to so many records are a select; more are found by typing
TEXT_MAX = 100_000
SEVERAL = ("references", "choices")  # kinds whose controls send several values


@dataclass(frozen=True)
class Input:
    """One control: `value` is what stands in it, `text` the words of a reference, `choices` are (value, text, find).

    `within` names the control whose record the choice must be a part of. `template` draws it where the macro of its
    kind does not (see `surface.controls`), with `more` for it alone.
    """

    name: str
    kind: str
    label: str
    value: Any = ""
    text: str = ""
    help: str = ""
    error: str = ""
    required: bool = False
    locked: bool = False
    choices: list[tuple[Any, str, str]] = field(default_factory=list)
    options_url: str = ""
    within: str = ""
    max_length: int | None = None
    unit: str = ""
    wide: bool = False
    show_if: ShowIf | None = None
    template: str = ""
    more: Any = None

    @property
    def shown_by(self) -> dict[str, str]:
        """What a script needs in order to show the control only while its condition holds."""
        if self.show_if is None:
            return {}
        return {"data-show-by": self.show_if.field, "data-show-for": json.dumps(self.show_if.values)}

    @property
    def words(self) -> str:
        """What stands in the control, as people read it."""
        if self.kind == "boolean":
            return _t("yes") if self.value else _t("no")
        many = self.value if isinstance(self.value, list) else [self.value]
        known = {str(key): text for key, text, _find in self.choices}
        return self.text or "、".join(known.get(str(one), str(one)) for one in many)


def input_for(
    request: CompanyRequest, spec: FieldSpec, value: Any = None, *, error: str = "", filtering: bool = False
) -> Input:
    """The control for `spec` with `value`: a Python or JSON value, or the raw text that somebody typed.

    For a filter nothing is required and yes-or-no becomes a choice of three.
    """
    choices, text, url = _options(request, spec, value)
    kind = _kind(spec, bool(choices), filtering=filtering)
    if filtering and spec.kind == "boolean":
        choices = [("1", _t("yes"), ""), ("0", _t("no"), "")]
    return Input(
        name=spec.name,
        kind=kind,
        label=str(spec.label),
        value=_ticked(value)
        if kind == "references"
        else _written(spec, _first(value) if kind == "reference" else value),
        text=text,
        help="" if filtering else str(spec.help or ""),
        error=error,
        required=spec.required and not filtering,
        choices=choices,
        options_url=url,
        within=records.by_model(spec.target).owned_through if url and spec.target is not None else "",
        max_length=spec.max_length if kind in ("text", "longtext") else None,
        unit=_unit(request, spec),
        wide=not filtering and (spec.kind == "longtext" or (spec.own is not None and spec.own.wide)),
        show_if=spec.own.show_if if spec.own is not None and not filtering else None,
    )


def _kind(spec: FieldSpec, has_choices: bool, *, filtering: bool) -> str:
    """Which control it is. Several of few are ticked; of more than a list holds one is looked for at a time."""
    if spec.kind in SEVERAL and not filtering and (has_choices or spec.kind == "choices"):
        return spec.kind
    if has_choices or (filtering and spec.kind == "boolean"):
        return "choice"
    return "reference" if spec.kind == "references" else spec.kind


def _ticked(value: Any) -> list[Any]:
    """The ids of what is ticked, as they are or as a form sent them."""
    held = value if isinstance(value, list) else [] if value in (None, "") else [value]
    return [int(one) if isinstance(one, str) and one.isascii() and one.isdigit() else one for one in held]


def _first(value: Any) -> Any:
    """The value, or the first of several where one is looked for at a time."""
    return (value[0] if value else "") if isinstance(value, list) else value


def _unit(request: CompanyRequest, spec: FieldSpec) -> str:
    if spec.kind == "money":
        return ui.unit_of(request.company.currency)
    return spec.own.unit if spec.own is not None else ""


def _written(spec: FieldSpec, value: Any) -> Any:
    """The value as it stands in its control."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return value.pk
    if spec.kind == "boolean":
        return value in (True, "1", "true", "on")
    if isinstance(value, list):
        return value if spec.kind in SEVERAL else "、".join(str(one) for one in value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize() if value == value.to_integral_value() else value, "f")
    if spec.kind == "phone" and isinstance(value, str) and value.startswith("+86"):
        return ui.phone(value)
    return str(value)[:TEXT_MAX]


def _options(request: CompanyRequest, spec: FieldSpec, value: Any) -> tuple[list[tuple[Any, str, str]], str, str]:
    """(choices, words of the present value, where to look for more)."""
    if spec.kind in ("choice", "choices"):
        called = str if spec.own is not None else ui.headed
        return [(key, called(label), "") for key, label in (*spec.choices, *_former(spec, value))], "", ""
    if spec.target is None:
        return [], "", ""
    record_type = records.by_model(spec.target)
    # Parts (the contacts of a customer) are looked for within it: names repeat from one to another.
    if not record_type.owned_through:
        few = _few(request, spec, record_type)
        if few is not None:
            return few, "", ""
    return [], _words(request, record_type, _first(value)), f"{request.base}/{record_type.plural}/options"


def _former(spec: FieldSpec, value: Any) -> list[tuple[str, str]]:
    """The choices that the control holds but that are not offered any more, or were taken out while it was open."""
    if spec.own is None:
        return []
    held = value if isinstance(value, list) else [value]
    former, offered = dict(spec.own.former), {key for key, _label in spec.choices}
    return [(one, former.get(one, one)) for one in held if one and isinstance(one, str) and one not in offered]


def _few(
    request: CompanyRequest, spec: FieldSpec, record_type: records.RecordType
) -> list[tuple[Any, str, str]] | None:
    """All that may be chosen, when they are few; None when they have to be looked for."""

    def look() -> list[tuple[Any, str, str]] | None:
        query = record_type.query(request.actor)
        if spec.limit is not None:
            query = query.filter(spec.limit(request.actor))
        by = (
            "name_key"
            if hasattr(record_type.model, "name_key")
            else "position"
            if "position" in record_type.specs
            else "pk"
        )
        rows = list(query.order_by(by, "pk")[: FEW + 1])
        return [(row.pk, str(row), found_by(str(row))) for row in rows] if len(rows) <= FEW else None

    return remembered(f"few:{record_type.name}:{id(spec.limit)}", look)


def found_by(text: str) -> str:
    """Pinyin and initials, by which a script finds one among few."""
    letters = "".join(letter for letter in pinyin_key(text) if not letter.isdigit())
    return f"{letters} {initials(text)}"


def is_found_by(text: str, typed_text: str) -> bool:
    """Whether a name is meant by what was typed: a part of it, its pinyin or its initials."""
    return typed_text.casefold() in f"{text} {found_by(text)}".casefold()


def _words(request: CompanyRequest, record_type: records.RecordType, value: Any) -> str:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19):
        found = record_type.query(request.actor).filter(pk=int(value)).first()
        return str(found) if found is not None else str(value)
    return str(value or "")


def typed(params: Any, specs: Mapping[str, FieldSpec]) -> dict[str, Any]:
    """What a posted form holds for these fields, as typed: a field that was not sent is left out.

    A picker sends the id it found, or only words where no script ran; a box that is not ticked sends nothing, so the
    form says with `_sent` that it was there.
    """
    sent = set(params.getlist("_sent"))
    raw: dict[str, Any] = {}
    for name, spec in specs.items():
        if spec.kind == "boolean":
            if name in params or name in sent:
                raw[name] = params.get(name, "") in ("1", "on", "true")
        elif spec.kind in SEVERAL:
            if name in params or name in sent:
                raw[name] = [one for one in params.getlist(name) if one]
        elif name in params:
            raw[name] = params[name] or params.get(f"{name}_text", "")
    return raw
