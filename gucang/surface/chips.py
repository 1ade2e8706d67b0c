"""The filters that are on as a page shows them: what is said, and the address without it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from gucang.kernel.actors import Actor
from gucang.surface import filters, ui
from gucang.surface.filters import Applied, Filtered


@dataclass(frozen=True)
class Chip:
    """One condition: the field, "is", and the value."""

    label: str
    verb: str
    words: str
    remove_url: str


@dataclass
class Chips:
    """`must` all hold; of `ways` one holds whole."""

    must: list[Chip] = field(default_factory=list)
    ways: list[list[Chip]] = field(default_factory=list)


def chips_of(found: Filtered, actor: Actor, without: Callable[[Applied], str], switches: Collection[str] = ()) -> Chips:
    """The chips of what was filtered; `without` gives the address without one of them.

    The parameters `switches` are shown and changed elsewhere on the page.
    """
    words = {id(one): said for one, said in filters.describe(found.applied, actor)}

    def chip(one: Applied) -> Chip:
        return Chip(ui.headed(one.label), filters.verb_of(one), words[id(one)], without(one))

    must = [chip(one) for one in found.applied if not one.group and one.param not in switches]
    return Chips(must, [[chip(one) for one in group] for group in found.groups])
