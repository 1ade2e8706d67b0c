"""What records are called, asked for in sets: what a reference shows in place of its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db import models

from gucang.kernel import events, records
from gucang.kernel.actors import Actor
from gucang.kernel.scope import remembered
from gucang.kernel.setup import kept

MOST_LABELS = 5_000
Labels = dict[tuple[Any, int], str]


def labels_of(actor: Actor, wanted: Mapping[Any, Iterable[int]]) -> Labels:
    """What is called what: {model: ids} to {(model, id): label}, of what the actor may see.

    One query per model, and none for what was asked in this request before, or is set up and for everybody to see.
    """
    found: Labels = {}
    for model, ids in wanted.items():
        known = _known_labels(actor, model)
        asked = {pk for pk in ids if pk is not None}
        if missing := asked - known.keys():
            record_type = records.by_model(model)
            query = events.with_bin(record_type).filter(record_type.visible(actor), pk__in=missing)
            fields = label_fields(model)
            known |= {record.pk: str(record) for record in (query.only(*fields) if fields else query)}
        found |= {(model, pk): known[pk] for pk in asked & known.keys()}
    return found


def _known_labels(actor: Actor, model: Any) -> dict[int, str]:
    """What records of `model` are called, as far as it is known; filled by who asks for more."""
    record_type = records.by_model(model)
    if getattr(model, "setup", False) and label_fields(model) and not record_type.visible(actor):
        return kept(f"labels:{record_type.name}", dict[int, str])
    known: dict[int, str] = remembered(f"labels:{record_type.name}:{actor.key}", dict)
    if len(known) > MOST_LABELS:
        known.clear()  # a job may show a million rows within one scope
    return known


def remember_label(actor: Actor, record: models.Model) -> None:
    """Spare `labels_of` the query for a record that is at hand, and that the actor is known to see."""
    _known_labels(actor, type(record))[record.pk] = str(record)


@lru_cache(maxsize=1024)
def label_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The fields that a record's `str` reads; () stands for all where that is more than plain fields.

    A list names fifty customers by one word each, and a customer has forty columns.
    """
    code = getattr(model.__str__, "__code__", None)
    names = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    return tuple(code.co_names) if code is not None and code.co_names and names >= set(code.co_names) else ()
