"""How lines are declared with a form, and lines as one field of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext_lazy

from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec, spec_of
from gucang.kernel.lines.cleaning import MOST, Rows, key_of
from gucang.kernel.lines.kept import NAME, plain
from gucang.kernel.models.lines import Line


def _field(model: type[Line], name: str) -> models.Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


_SEPARATORS = ("\t", "|")


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a record type: their model, its reference `to` the owner, and the `fields` that people fill in.

    `shown` are fields worked out from those, `totals` fields of the record that sum them up. `measured` says of a field
    which other one is its unit: they are read as one. A reference is also understood by the words in one of its
    target's `found_by` fields, such as a barcode. `settle(record)` works out what follows from the lines, also while
    somebody types; `offers(line)` gives what may be chosen in fields of a line, `hints(record, actor)` what is worth
    knowing of each line then: (words, tone), or None for nothing.
    """

    model: type[Line]
    to: str
    fields: tuple[str, ...]
    shown: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    settle: Callable[[Any], None] | None = None
    offers: Callable[[Any], dict[str, list[str]]] | None = None
    measured: Mapping[str, str] = field(default_factory=dict)
    hints: Callable[[Any, Actor], Sequence[tuple[str, str] | None]] | None = None

    @cached_property
    def specs(self) -> dict[str, FieldSpec]:
        """What is filled in, by name."""
        return {name: spec_of(_field(self.model, name)) for name in self.fields}

    @cached_property
    def shown_specs(self) -> dict[str, FieldSpec]:
        """What is worked out, by name."""
        return {name: spec_of(_field(self.model, name)) for name in self.shown}

    @cached_property
    def spec(self) -> LinesSpec:
        """All lines as one field of the record's form, called "lines"."""
        return LinesSpec(name=NAME, kind="lines", label=pgettext_lazy("document", "lines"), of_type=self)


@dataclass(frozen=True)
class LinesSpec(FieldSpec):
    """The lines as one field: cleaned together, so that what they refer to is looked up in sets.

    Raw are a list of {field: value}, each with the `key` of a line that is there already; a patch {key: {…} or None};
    or text with a line for each, its cells in the order of the fields, between tabs or "|". `record` is whose they are.
    """

    of_type: Lines | None = None
    record: Any = None

    def bound(self, record: Any) -> FieldSpec:
        return LinesSpec(name=self.name, kind=self.kind, label=self.label, of_type=self.of_type, record=record)

    def clean(self, raw: Any, actor: Actor, known: dict[Any, Any] | None = None) -> Any:
        assert self.of_type is not None
        if raw is None or raw == "":
            return []
        if isinstance(raw, str):
            raw = from_text(self.of_type, raw)
        patched = isinstance(raw, Mapping)
        rows = list(raw.values()) if isinstance(raw, Mapping) else raw
        if not isinstance(rows, list | tuple) or not all(isinstance(one, Mapping) or one is None for one in rows):
            raise BadValue(_t("Write a list of lines here, each with its fields."))
        if len(rows) > MOST:
            raise BadValue(_t("At most %(most)s lines fit into one document.") % {"most": MOST})
        if not patched and None in rows:
            raise BadValue(_t("Write a list of lines here, each with its fields."))
        clean = Rows(self.of_type, actor, self.record, known).clean(rows, new=not patched)
        return dict(zip([key_of(key) for key in raw], clean, strict=True)) if patched else clean

    def show(self, value: Any) -> str:
        return "" if not isinstance(value, Sequence) or isinstance(value, str) else str(len(value))


def from_text(declared: Lines, text: str) -> list[dict[str, str]]:
    """The lines in a text, one a line, with cells between tabs or "|" in the order of the fields."""
    found = []
    for row in text.splitlines():
        if not row.strip():
            continue
        mark = next((one for one in _SEPARATORS if one in row), _SEPARATORS[0])
        found.append(dict(zip(declared.fields, (cell.strip() for cell in row.split(mark)), strict=False)))
    return found


def to_text(declared: Lines, lines: Iterable[Any], labels: Mapping[tuple[Any, int], str]) -> str:
    """The same text for lines that are there; `labels` say what they refer to."""
    rows = []
    for line in lines:
        cells = []
        for name, spec in declared.specs.items():
            value = getattr(line, f"{name}_id" if spec.target else name)
            cells.append(labels.get((spec.target, value), "") if spec.target else str(plain(value) or ""))
        rows.append(" | ".join(cells).rstrip(" |"))
    return "\n".join(rows)
