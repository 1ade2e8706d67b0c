"""Operations that higher modules add to every record type, besides those that the type itself declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gucang.kernel.records import RecordType

Adder = Callable[[Any, RecordType], None]
_adders: list[Adder] = []


def for_every_type(adder: Adder) -> Adder:
    """Register `adder(router, record_type)`, called once for each record type when the API is built."""
    _adders.append(adder)
    return adder


def add_to(router: Any, record_type: RecordType) -> None:
    """Add what the modules registered."""
    for adder in _adders:
        adder(router, record_type)
