"""The home page's registry: higher modules put cards on it, for the roles whose home it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gucang.surface.middleware import CompanyRequest

Context = Callable[[CompanyRequest], dict[str, Any] | None]


@dataclass(frozen=True)
class Card:
    """One part of the home page. `context` gives what its template shows, or None to leave it out."""

    key: str
    template: str
    context: Context
    homes: tuple[str, ...] = ()
    order: int = 50
    column: str = "main"


_cards: dict[str, Card] = {}
_homes: list[Callable[[CompanyRequest], tuple[str, ...]]] = []


def card(
    key: str, *, template: str, context: Context, homes: tuple[str, ...] = (), order: int = 50, column: str = "main"
) -> None:
    """Put a card on the home pages named in `homes` (() is all of them); `column` is "main", "side" or "top"."""
    _cards[key] = Card(key, template, context, homes, order, column)


def homes_from(
    homes: Callable[[CompanyRequest], tuple[str, ...]],
) -> Callable[[CompanyRequest], tuple[str, ...]]:
    """Register who knows which home pages a person has, by their roles ("sales", "manager", …), main one first."""
    _homes.append(homes)
    return homes


def homes_of(request: CompanyRequest) -> tuple[str, ...]:
    """The home pages of this person, main one first."""
    return _homes[-1](request) if _homes else ("sales",)


def cards(request: CompanyRequest, homes: tuple[str, ...]) -> list[tuple[Card, dict[str, Any]]]:
    """The cards for these homes, in order, each with its context."""
    found = []
    for each in sorted(_cards.values(), key=lambda one: one.order):
        if each.homes and not set(each.homes) & set(homes):
            continue
        context = each.context(request)
        if context is not None:
            found.append((each, context))
    return found
