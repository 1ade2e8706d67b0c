"""What is worth knowing about rows that somebody has just added: the records that look like them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gucang.grid.models import GridChange
from gucang.grid.sheet import fillable
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import panels

# Each row is looked for by itself, as a form does, so a request takes only a few of them.
AT_ONCE = 20
LONGEST = 200  # characters of a value, as the form sends it
_READ = (Access.READ, Access.WRITE)


def read(text: str) -> list[int]:
    """The ids in "12,15,18", at most `AT_ONCE`; whatever is no id is left out."""
    parts = [one for one in text[:1000].split(",") if one.isascii() and one.isdigit() and len(one) < 19]
    return [int(one) for one in parts[:AT_ONCE]]


def advice(record_type: RecordType, actor: Actor, ids: Iterable[int]) -> dict[int, list[panels.Advice]]:
    """By record: what a form would have said before it was made. Only of records that this person added in a grid."""
    if not panels.has_advisers(record_type):
        return {}
    own = GridChange.objects.filter(
        step__member_id=actor.member_id or 0, step__record_type=record_type.name, made=True, object_id__in=ids
    )
    found = {}
    for record in record_type.query(actor).filter(pk__in=own.values("object_id")).order_by("pk"):
        if said := panels.advice(record_type, _typed(record_type, actor, record), actor, record.pk):
            found[record.pk] = said
    return found


def _typed(record_type: RecordType, actor: Actor, record: Any) -> dict[str, str]:
    """The texts of a record as its form would send them, without what this person may not read."""
    texts = {name: getattr(record, name, None) for name in fillable(record_type)}
    return {
        name: text[:LONGEST]
        for name, text in texts.items()
        if isinstance(text, str) and text and access(actor, record_type, name, record) in _READ
    }
