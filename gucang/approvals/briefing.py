"""Whose requests are: by the records of which type they are gathered, as the module above says that owns it.

What waits behind a request is what waits behind the record that it is about, see `audits.impact`.
"""

from __future__ import annotations

from typing import Any

from gucang.kernel import events
from gucang.kernel.records import RecordType

_party: list[str] = []


def gather_by(record: str) -> None:
    """Let requests be gathered by the records of this type that they concern: by customer, say.

    Raises ValueError for a second type.
    """
    if _party and _party != [record]:
        raise ValueError(f"Requests are gathered by {_party[0]} already.")
    _party[:] = [record]


def party_of(record_type: RecordType, record: Any, *, is_new: bool = False) -> int | None:
    """Whom a request about `record` concerns: itself, or whom its timeline joins. None for nobody.

    One that `is_new` is taken back while it waits, so its own id means nothing.
    """
    if record_type.name in _party:
        return None if is_new else record.pk
    return next((pk for kind, pk, _role in events.objects_of(record_type, record, {}) if kind in _party), None)
