"""Controls of their own for single fields of a form: what the plain control of the kind would make hard to fill in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input

Draw = Callable[[CompanyRequest, Any, Input], Input | None]


@dataclass(frozen=True)
class Control:
    """`read(params)` is the value that a posted form holds, None where the control was not sent. `draw(request, record,
    plain)` makes of the plain input the one that is drawn, None to leave it out. `redraws(params)` is whether a button
    within the control was pressed: the form comes back with what it did, and nothing is saved.
    """

    read: Callable[[QueryDict], Any]
    draw: Draw
    redraws: Callable[[QueryDict], bool] = lambda params: False


_controls: dict[str, dict[str, Control]] = {}


def register(record_type: str, field: str, control: Control) -> None:
    """Let a field of a record type be filled in by `control`."""
    _controls.setdefault(record_type, {})[field] = control


def of(record_type: str) -> dict[str, Control]:
    """The controls of a record type's form, by field."""
    return _controls.get(record_type, {})
