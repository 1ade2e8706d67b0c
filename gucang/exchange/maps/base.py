"""What a ready map is, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gucang.exchange.engine import Plan
    from gucang.exchange.models import Import


@dataclass(frozen=True)
class ReadyMap:
    """One known kind of upload. `tables` are {table name: columns it must have}; `record_types` what comes in."""

    name: str
    label: Any
    tables: Mapping[str, Sequence[str]]
    record_types: tuple[str, ...]
    plan: Callable[[Import], Plan]

    def fits(self, tables: Sequence[Mapping[str, Any]]) -> bool:
        """Whether an upload with these tables is of this kind."""
        found = {table["name"]: set(table["columns"]) for table in tables}
        return all(set(columns) <= found.get(name, set()) for name, columns in self.tables.items())


_maps: dict[str, ReadyMap] = {}


def register(ready: ReadyMap) -> ReadyMap:
    """Add a ready map. Raises ValueError for a name taken."""
    if ready.name in _maps:
        raise ValueError(f"Ready map {ready.name} is registered twice.")
    _maps[ready.name] = ready
    return ready


def find(name: str) -> ReadyMap | None:
    """The ready map called `name`, or None."""
    return _maps.get(name)


def get(name: str) -> ReadyMap:
    """The ready map called `name`. Raises LookupError."""
    try:
        return _maps[name]
    except KeyError:
        raise LookupError(f"There is no ready map {name!r}.") from None


def every() -> list[ReadyMap]:
    """All ready maps."""
    return list(_maps.values())
