"""What one field is: its kind, label and limits.

A `FieldSpec` is derived from a model field, from an action's parameter, or from a company's custom field. Forms, the
API's schemas, import, filters and the event log all read it, so a field is described once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.fields.own import Own
from gucang.kernel.fields.values import CLEANERS, EMPTY, MASKS, BadValue, to_json
from gucang.kernel.text import (
    BadText,
)

KINDS = [
    "text",
    "longtext",
    "email",
    "phone",
    "code",
    "choice",
    "choices",
    "integer",
    "decimal",
    "money",
    "date",
    "moment",
    "boolean",
    "reference",
    "references",
    "tags",
    "lines",
]


class LiveChoices(Sequence[tuple[Any, Any]]):
    """Choices that are asked for each time, because companies differ in them and a spec serves all companies."""

    def __init__(self, ask: Callable[[], Sequence[tuple[Any, Any]]]) -> None:
        self._ask = ask

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._ask())

    def __len__(self) -> int:
        return len(self._ask())

    @overload
    def __getitem__(self, index: int) -> tuple[Any, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[Any, Any]]: ...

    def __getitem__(self, index: Any) -> Any:
        return self._ask()[index]


@dataclass(frozen=True)
class FieldSpec:
    """One field. `target` is the model that a reference points at; `choices` are (value, label) pairs.

    `own` is what only a company's own field has. What is not `summed` is added up under no list. An amount is in the
    currency of its record, or `in_own`, the company's.
    """

    name: str
    kind: str
    label: Any
    required: bool = False
    help: Any = ""
    choices: Sequence[tuple[Any, Any]] = ()
    max_length: int | None = None
    places: int = 2
    digits: int = 16
    target: type[models.Model] | None = None
    default: Any = None
    limit: Callable[[Actor], models.Q] | None = None
    own: Own | None = None
    summed: bool = True
    in_own: bool = False

    def bound(self, record: Any) -> FieldSpec:
        """The spec as it is asked of `record`: of most fields the same."""
        return self

    @property
    def custom(self) -> bool:
        """Whether it is one of the company's own fields."""
        return self.own is not None

    @property
    def computed(self) -> bool:
        """Whether nobody fills it in: a formula."""
        return self.own is not None and self.own.read is not None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The fields that a formula is worked out from."""
        return self.own.formula.inputs if self.own is not None and self.own.formula is not None else ()

    @property
    def missing(self) -> str:
        """What is said where it was left empty. A label may be a question, which does not end a sentence."""
        return _t("Fill in %(field)s.") % {"field": str(self.label).rstrip("?？")}

    @property
    def numeric(self) -> bool:
        return self.kind in ("integer", "decimal", "money")

    def clean(self, raw: Any, actor: Actor, known: dict[Any, Any] | None = None) -> Any:
        """The Python value of `raw` (text from a form or CSV, or a JSON value).

        `known` is a cache of references already looked up, for sets. Raises BadValue.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
            if self.required:
                raise BadValue(self.missing)
            return EMPTY.get(self.kind, lambda: None)()
        try:
            return CLEANERS[self.kind](self, raw, actor, known)
        except BadText as problem:
            raise BadValue(str(problem)) from problem

    def masked(self, value: Any) -> Any:
        """`value` with what identifies it hidden: words keep a part, everything else becomes None."""
        hide = MASKS.get(self.kind)
        return hide(value) if hide is not None and isinstance(value, str) and value else None

    def to_json(self, value: Any) -> Any:
        """`value` as it stands in events and API answers: references as ids, decimals as strings, dates in ISO form."""
        return to_json(value)

    def show(self, value: Any) -> str:
        """`value` as plain words, for exports and sentences."""
        if value is None or value == "" or value == []:
            return ""
        if self.kind == "choice":
            return self.choice_label(value)
        if self.kind == "choices":
            return "、".join(self.choice_label(one) for one in value)
        if self.kind == "boolean":
            return _t("yes") if value else _t("no")
        if self.kind == "tags":
            return "、".join(value)
        if self.kind == "moment":
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        return str(value)

    def choice_label(self, value: Any) -> str:
        """What a choice is called, also one that is not offered any more."""
        known = dict(self.choices)
        if value not in known and self.own is not None:
            known = dict(self.own.former)
        return str(known.get(value, value))
