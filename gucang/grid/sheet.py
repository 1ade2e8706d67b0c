"""A list as a grid: its columns with what may stand in them, and its rows as plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Access, Actor
from gucang.kernel.fields import FieldSpec, to_json
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.kernel.text import initials, pinyin_key
from gucang.surface import ui
from gucang.surface.columns import columns_of
from gucang.surface.labels import labels_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import value_of
from gucang.surface.screens.inputs import input_for

NOT_IN_CELLS = frozenset(["references", "lines"])
TAGS_OF, MOST_TAGS = 2_000, 200  # records that are looked at for the words in use; words that are offered
Text = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """One column: its field, and whether people fill it in at all."""

    spec: FieldSpec
    fills: bool


class Sheet:
    """Some columns of a record type as one actor may see and fill them. Columns that they may not see are left out."""

    def __init__(self, record_type: RecordType, actor: Actor, names: Iterable[str]) -> None:
        self.type, self.actor = record_type, actor
        form = fillable(record_type)
        self.columns = [
            Column(one.spec, one.name in form) for one in columns_of(record_type, actor, list(dict.fromkeys(names)))
        ]
        self.ruled = {name.partition(".")[2] for name in actor.field_rules if name.startswith(f"{record_type.name}.")}

    def described(self, request: CompanyRequest) -> list[dict[str, Any]]:
        """The columns for the browser: what they are called, and what may be chosen in them."""
        return [self._described(request, column) for column in self.columns]

    def _described(self, request: CompanyRequest, column: Column) -> dict[str, Any]:
        spec = column.spec
        found: dict[str, Any] = {"name": spec.name, "label": str(spec.label), "kind": spec.kind}
        if not column.fills:
            return found | {"why": _t("“%(field)s” is not filled in here.") % {"field": spec.label}}
        found["needed"] = spec.required and spec.default in (None, "")
        if spec.kind in ("choices", "tags"):
            found["many"] = True
            words = self._tags_in_use(spec) if spec.kind == "tags" else [str(label) for _value, label in spec.choices]
            found["choices"] = [[text, _found_by(text)] for text in words]
        elif spec.kind == "boolean":
            found["choices"] = [[_t("yes"), _found_by(_t("yes"))], [_t("no"), _found_by(_t("no"))]]
        elif spec.kind in ("choice", "reference"):
            one = input_for(request, spec)
            found["choices"] = [
                [text, find or _found_by(text), *([key] if spec.kind == "reference" else [])]
                for key, text, find in one.choices
            ]
            found["options"] = one.options_url
        return found

    def _tags_in_use(self, spec: FieldSpec) -> list[str]:
        """The words that stand in a field of tags of the newest records, the most used first."""
        if spec.name in self.ruled or spec.custom:
            return []
        newest = self.type.query(self.actor).order_by("-pk").values_list(spec.name, flat=True)[:TAGS_OF]
        return [word for word, _count in Counter(word for words in newest for word in words).most_common(MOST_TAGS)]

    def rows(self, records: Sequence[Any]) -> list[list[Any]]:
        """The rows for the browser: [id, version, words of each cell, {place of a locked cell: why}, why none]."""
        texts = self._texts(records)
        edit = self.type.edit
        found = []
        for record in records:
            locked = self._locked(record)
            cells = [
                self._masked(column.spec, text(record), locked.get(n)) if locked else text(record)
                for n, (column, text) in enumerate(zip(self.columns, texts, strict=True))
            ]
            why = edit.why_not(self.actor, record) if edit is not None else ""
            found.append([record.pk, record.version, cells, {n: one.value for n, one in locked.items()}, why or ""])
        return found

    def words(self, record: Any, name: str) -> str:
        """What stands in one cell. The column must be among the sheet's."""
        place = next(n for n, column in enumerate(self.columns) if column.spec.name == name)
        cells: list[str] = self.rows([record])[0][2]
        return cells[place]

    def _locked(self, record: Any) -> dict[int, Access]:
        """The cells of a record that this actor may not write, by place."""
        found: dict[int, Access] = {}
        for n, column in enumerate(self.columns):
            if column.spec.name in self.ruled:
                may = access(self.actor, self.type, column.spec.name, record)
                if may is not Access.WRITE:
                    found[n] = may
        return found

    @staticmethod
    def _masked(spec: FieldSpec, text: str, may: Access | None) -> str:
        if may is Access.HIDDEN:
            return ""
        return str(spec.masked(text) or "") if may is Access.MASKED else text

    def _texts(self, records: Sequence[Any]) -> list[Text]:
        wanted: dict[Any, set[int]] = {}
        for column in self.columns:
            if column.spec.kind == "reference":
                wanted.setdefault(column.spec.target, set()).update(value_of(one, column.spec) for one in records)
        labels = labels_of(self.actor, wanted)
        return [_text(column.spec, self.actor, labels) for column in self.columns]


def fillable(record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields that the cells of a grid can hold, of those that people fill in."""
    unseen = record_type.form.unseen
    return {
        name: spec
        for name, spec in record_type.form_specs().items()
        if name not in unseen and spec.kind not in NOT_IN_CELLS
    }


def _text(spec: FieldSpec, actor: Actor, labels: Any) -> Text:
    """A function from a record to the words of one cell: such as could be typed or pasted there again."""
    if spec.kind == "reference":
        return lambda record: _label(spec, value_of(record, spec), labels)
    if spec.numeric:
        return lambda record: str(to_json(value_of(record, spec)) or "") if value_of(record, spec) != 0 else "0"
    if spec.kind == "phone":
        return lambda record: ui.phone(value_of(record, spec)) if value_of(record, spec) else ""
    if spec.custom and spec.kind == "moment":
        return lambda record: spec.show(spec.clean(value_of(record, spec), actor)) if value_of(record, spec) else ""
    return lambda record: spec.show(value_of(record, spec))


def _label(spec: FieldSpec, pk: int | None, labels: Any) -> str:
    return "" if pk is None else labels.get((spec.target, pk), _t("not visible"))


def _found_by(text: str) -> str:
    letters = "".join(letter for letter in pinyin_key(text) if not letter.isdigit())
    return f"{letters} {initials(text)}"
