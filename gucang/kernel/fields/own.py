"""What only a company's own field has, beside what every field has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gucang.kernel.formulas import Formula


@dataclass(frozen=True)
class ShowIf:
    """The form shows a field only while `field` holds one of `values`; without values, anything at all."""

    field: str
    values: tuple[str, ...] = ()

    def holds(self, value: Any) -> bool:
        """Whether it holds for a value as it is stored or was cleaned."""
        found = [as_word(one) for one in (value if isinstance(value, list | tuple) else [value])]
        found = [one for one in found if one]
        return any(one in self.values for one in found) if self.values else bool(found)


def as_word(value: Any) -> str:
    """A value as conditions compare it: yes is "true", a record its id."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    return str(getattr(value, "pk", value))


@dataclass(frozen=True)
class Own:
    """An own field's row in short. `default` is as it was written ("today", "me"); see `custom.default_of`.

    `former` are choices that are not offered any more, as (value, label), `ranks` the places of all choices, `tones`
    their colours. `read` gives a formula's value for a record, as it would be stored; None for what people fill in.
    """

    field_id: int
    key: str
    unit: str = ""
    default: Any = None
    former: tuple[tuple[str, str], ...] = ()
    ranks: Mapping[str, int] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)
    section: str = ""
    wide: bool = False
    first: bool = False
    on_card: bool = False
    in_calendar: bool = False
    searchable: bool = False
    show_if: ShowIf | None = None
    required_in: frozenset[str] = frozenset()
    formula: Formula | None = None
    read: Callable[[Any], Any] | None = None
