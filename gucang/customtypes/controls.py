"""How the form of a type lets people choose its picture: from pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gucang.customtypes.models import ICONS
from gucang.surface import controls
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input


def draw_icon(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """Every picture as a button to press."""
    return replace(plain, template="customtypes/_icon.html", wide=True, more=list(ICONS.items()))


def register() -> None:
    """Give the form its control; what is sent is the picture's name, as in any choice."""
    controls.register("record_type", "icon", controls.Control(lambda params: None, draw_icon))
