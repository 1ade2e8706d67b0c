"""Checks at start: what pages draw must exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from gucang.kernel import records
from gucang.surface.ui import icon_names


def check_icons(app_configs: Sequence[AppConfig] | None = None, **options: Any) -> list[CheckMessage]:
    """Every icon that a record type or an action names is in the sprite; a page that lacks one cannot be drawn."""
    return [
        Error(
            f"{where} names the icon “{icon}”, which the sprite lacks.",
            hint="Choose one of gucang/surface/assets/icons.txt, or add it there and run “make assets”.",
            id="gucang.E120",
        )
        for where, icon in _named()
        if icon and icon not in icon_names()
    ]


def _named() -> Iterator[tuple[str, str]]:
    for record_type in records.every():
        yield record_type.name, record_type.icon
        for action in record_type.verbs.values():
            yield action.name, action.icon
