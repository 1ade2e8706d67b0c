"""Which records somebody means: those they picked, or everything that a list shows. Bulk work and exports ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.keyset import Order
from gucang.surface.listed import listed


@dataclass(frozen=True)
class Meant:
    """The records in `query`, as far as the actor sees them: either `ids` are picked, or everything under `address`,
    the query of a list, which gives the `order`.
    """

    type: RecordType
    actor: Actor
    query: QuerySet[Any]
    ids: tuple[int, ...] | None = None
    address: str = ""
    order: Order | None = None


def picked(record_type: RecordType, actor: Actor, ids: Sequence[int]) -> Meant:
    """These rows; one that the actor does not see is among the ids and not in the query."""
    ids = tuple(dict.fromkeys(ids))
    return Meant(record_type, actor, record_type.query(actor).filter(pk__in=ids), ids)


def everything(
    record_type: RecordType,
    actor: Actor,
    address: str | Mapping[str, Any],
    *,
    customs: Sequence[FieldSpec] | None = None,
) -> Meant:
    """All rows of the list at this address. Raises Invalid for an address that would mean more than it says."""
    params = QueryDict(address) if isinstance(address, str) else address
    found = listed(record_type, actor, params, customs=customs)
    if found.problems:
        raise Invalid({name: [sentence] for name, sentence in found.problems.items()})
    return Meant(record_type, actor, found.query, None, address if isinstance(address, str) else "", found.order)


def ids_of(text: str, field: str) -> list[int]:
    """The ids in a text such as "12,15". Raises Invalid for `field`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if wrong := [part for part in parts if not (part.isascii() and part.isdigit() and len(part) < 19)]:
        raise Invalid({field: [_t("“%(text)s” is not the id of a record.") % {"text": wrong[0][:40]}]})
    return [int(part) for part in parts]


def type_called(name: str) -> RecordType:
    """The record type of this name or plural. Raises Invalid."""
    try:
        return records.by_plural(name) or records.get(name)
    except LookupError:
        raise Invalid({"record_type": [_t("There is no record type %(name)s.") % {"name": name[:40]}]}) from None
