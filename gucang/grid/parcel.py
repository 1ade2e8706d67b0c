"""What a browser sends: the changes of one deed, or a part of it. Read with suspicion."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.grid.models import Kind
from gucang.kernel.errors import Invalid

MOST_ROWS = 500
MOST_CELLS = 10_000
MOST_REMOVED = 100
MOST_IN_A_STEP = 20_000
CELL_BYTES = 65_536
_KEY = re.compile(r"[0-9A-Za-z-]{8,40}")


@dataclass(frozen=True)
class Edit:
    """New values for one record. `seen` is the version that the person looked at."""

    pk: int
    seen: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class New:
    """One new record; `key` is the browser's name for its row."""

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Parcel:
    """A part of a step. The same `part` of the same `step` is only ever done once."""

    step: str
    part: int
    kind: str
    edits: tuple[Edit, ...]
    news: tuple[New, ...]

    @property
    def cells(self) -> int:
        return sum(len(one.values) for one in self.edits) + sum(len(one.values) for one in self.news)


@dataclass(frozen=True)
class Removal:
    """Records that go into the bin: a part of a step, done once like any other."""

    step: str
    part: int
    rows: tuple[int, ...]


def read(body: bytes) -> Parcel:
    """The parcel in a request's body. Raises Invalid with a sentence for one that no page of ours sends."""
    try:
        found = json.loads(body)
        parcel = Parcel(
            step=_key(found["step"]),
            part=_number(found["part"], 10_000),
            kind=Kind(found["kind"]).value,
            edits=tuple(
                Edit(_number(one[0]), _number(one[1], 2**31), _values(one[2])) for one in found.get("edits", [])
            ),
            news=tuple(New(_key(one[0]), _values(one[1])) for one in found.get("news", [])),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Invalid({"": [_t("The program could not read what was sent. Load the page again.")]}) from error
    if len(parcel.edits) + len(parcel.news) > MOST_ROWS or parcel.cells > MOST_CELLS:
        raise Invalid({"": [_t("That is too much at once: at most 500 rows and 10,000 cells fit.")]})
    if len({one.pk for one in parcel.edits}) != len(parcel.edits):
        raise Invalid({"": [_t("The program could not read what was sent. Load the page again.")]})
    return parcel


def read_removal(body: bytes) -> Removal:
    """The rows that are to go. Raises Invalid."""
    try:
        found = json.loads(body)
        removal = Removal(
            step=_key(found["step"]),
            part=_number(found["part"], 10_000),
            rows=tuple(dict.fromkeys(_number(one) for one in found["rows"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Invalid({"": [_t("The program could not read what was sent. Load the page again.")]}) from error
    if len(removal.rows) > MOST_REMOVED:
        raise Invalid({"": [_t("That is too much at once: at most %(most)s rows fit.") % {"most": MOST_REMOVED}]})
    return removal


def read_turn(body: bytes) -> tuple[int, str]:
    """The step that is to be undone or done again, and the browser's name for this try. Raises Invalid."""
    try:
        found = json.loads(body)
        return _number(found["step"]), _key(found["key"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Invalid({"": [_t("The program could not read what was sent. Load the page again.")]}) from error


def _number(value: Any, most: int = 2**63) -> int:
    if type(value) is not int or not 0 <= value < most:
        raise ValueError(value)
    return value


def _key(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise ValueError(value)
    return value


def _values(value: Any) -> dict[str, Any]:
    """{field: text}, or {field: {"id": 12}} for a record that was picked from a list."""
    if not isinstance(value, dict) or not all(isinstance(one, str) or _picked(one) for one in value.values()):
        raise ValueError(value)
    return value


def _picked(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"id"} and type(value["id"]) is int and 0 <= value["id"] < 2**63
