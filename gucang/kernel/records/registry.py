"""Which record types there are: those that code declares, and inside a company's scope those that it made itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models import Q

from gucang.kernel import permissions
from gucang.kernel.actors import Actor
from gucang.kernel.records.declared import RecordType
from gucang.kernel.scope import in_company_scope

Own = Mapping[str, RecordType]

_types: dict[str, RecordType] = {}
_by_model: dict[type[models.Model], RecordType] = {}
_own_sources: list[Callable[[], Own]] = []
_only_declared: ContextVar[bool] = ContextVar("only_declared", default=False)


def register(record_type: RecordType) -> RecordType:
    """Add a record type to the registry, with its permissions. Raises ValueError for a name taken."""
    if record_type.name in _types:
        raise ValueError(f"Record type {record_type.name} is registered twice.")
    _types[record_type.name] = record_type
    _by_model[record_type.model] = record_type
    for name, label in _rights(record_type).items():
        permissions.declare(name, label)
    return record_type


def _rights(record_type: RecordType) -> dict[str, Any]:
    """The permissions that a record type brings along, with their labels."""
    found = {f"{record_type.name}.view": record_type.label}
    found |= {action.name: action.label for action in record_type.verbs.values()}
    if record_type.exchange:
        found[f"{record_type.name}.export"] = record_type.label
    if record_type.comes_in:
        found[f"{record_type.name}.import"] = record_type.label
    return found


def own_from(source: Callable[[], Own]) -> Callable[[], Own]:
    """Register who knows the record types that the active company has made for itself, by name, retired ones too.

    It is asked inside a scope only, and its answer is for that company alone: it may keep it under the company's stamp.
    """
    _own_sources.append(source)
    return source


def own() -> Own:
    """The active company's own record types by name, retired ones too; none outside a scope."""
    if not _own_sources or _only_declared.get() or not in_company_scope():
        return {}
    return _own_sources[-1]()


@contextmanager
def only_declared() -> Iterator[None]:
    """Leave every company's own types out of what happens inside: for what is kept for all companies together."""
    token = _only_declared.set(True)
    try:
        yield
    finally:
        _only_declared.reset(token)


@permissions.more_from
def _own_rights() -> dict[str, Any]:
    """The permissions about the active company's own types; those of a retired one are kept until it comes back."""
    return {name: label for record_type in own().values() for name, label in _rights(record_type).items()}


def get(name: str) -> RecordType:
    """The record type called `name`. Raises LookupError."""
    found = _types.get(name) or own().get(name)
    if found is None:
        raise LookupError(f"There is no record type {name!r}.")
    return found


def by_plural(plural: str) -> RecordType | None:
    """The record type whose addresses start with `plural`, also a retired one; None where there is none."""
    declared = next((t for t in _types.values() if t.plural == plural), None)
    return declared or next((t for t in own().values() if t.plural == plural), None)


def by_model(model: type[models.Model]) -> RecordType:
    """The record type of a model. Raises LookupError."""
    found = _by_model.get(model)
    if found is None and (name := getattr(model, "own_name", "")):
        candidate = own().get(name)
        # A class of another company may have the same name, but never the same rows.
        found = candidate if candidate is not None and candidate.model.only_rows == model.only_rows else None  # type: ignore[attr-defined]
    if found is None:
        raise LookupError(f"{model.__name__} is not a record type.")
    return found


def plural_called(name: str) -> Any:
    """What records of this type are called; the name itself where there is no such type any more."""
    return _types[name].label_plural if name in _types else name


def verb_called(verb: str) -> Any:
    """What a verb is called, where types call it the same; the verb itself where no type has it."""
    return next((one.verbs[verb].label for one in _types.values() if verb in one.verbs), verb)


def every() -> Iterator[RecordType]:
    """All record types, in the order of their registration; then the company's own that are in use."""
    yield from _types.values()
    yield from (record_type for record_type in own().values() if not record_type.retired)


def find_one(
    model: type[models.Model], raw: Any, actor: Actor, limit: Callable[[Actor], Q] | None = None
) -> models.Model | None:
    """The one visible record that `raw` means: an id, a number, or an unmistakable name. None otherwise."""
    record_type = by_model(model)
    query = record_type.query(actor)
    if limit is not None:
        query = query.filter(limit(actor))
    text = str(raw).strip()
    if "\0" in text:
        return None  # no column can hold it, and the database refuses to look
    ways = []
    if text.isascii() and text.isdigit() and len(text) < 19:
        ways.append(Q(pk=int(text)))
    if record_type.number:
        ways.append(Q(number=text))
    if "name" in record_type.specs:
        ways.append(Q(name=text))
    for way in ways:
        found = list(query.filter(way)[:2])
        if len(found) == 1:
            return found[0]
    return None
