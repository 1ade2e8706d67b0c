"""Derived tables that are kept in step with records, inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps

from gucang.kernel.scope import only_writing
from gucang.kernel.snapshots import Snapshot

Keep = Callable[[list[tuple[Snapshot | None, Any]]], None]

_keeps: dict[str, list[Keep]] = {}


def keep(record_name: str) -> Callable[[Keep], Keep]:
    """Register what keeps a derived table (such as sums by stage) in step, inside the same transaction.

    It gets a list of (snapshot before or None, record now), one pair for a single action, many for bulk work, and may
    write the derived tables and columns of the module that it stands in, also about another module's records.
    """

    def remember(function: Keep) -> Keep:
        _keeps.setdefault(record_name, []).append(function)
        return function

    return remember


def run_keeps(record_name: str, pairs: list[tuple[Snapshot | None, Any]]) -> None:
    """Run what is kept in step with these records, each with leave to write its own module's tables."""
    for function in _keeps.get(record_name, ()):
        config = apps.get_containing_app_config(function.__module__)
        assert config is not None, f"{function} stands in no module"
        with only_writing(config.label):
            function(pairs)
