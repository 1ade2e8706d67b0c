"""Documents on a board by their state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.records import Board
from gucang.surface import ui


def by_state(
    states: type[models.TextChoices], tones: Mapping[Any, str], drops: Mapping[str, str], card: tuple[str, ...]
) -> Board:
    """A board with a column for each of these states; `drops` says which action brings a document into a state."""

    def lanes(actor: Actor, filters: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
        return [(value, ui.headed(states(value).label), tone) for value, tone in tones.items()]

    def drop(record: Any, value: Any) -> tuple[str, dict[str, Any]]:
        if value not in drops:
            raise Refused(
                _t("Nothing is put into “%(state)s” by hand; it comes there by itself.")
                % {"state": ui.headed(states(value).label)}
            )
        return drops[value], {}

    return Board(by="state", lanes=lanes, drop=drop, total="total", card=card)
