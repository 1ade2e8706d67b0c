"""The spec of a field that is declared elsewhere: on a model, or as a parameter of an action."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.choices import CallableChoiceIterator

from gucang.kernel.actors import Actor
from gucang.kernel.fields.spec import FieldSpec, LiveChoices
from gucang.kernel.models.fields import CreditCodeField, MoneyField, PhoneField, Reference, TagsField

# The first class that fits decides, so subclasses stand before their parents.
_KIND_OF_FIELD: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (Reference, "reference"),
    (models.ForeignKey, "reference"),
    (TagsField, "tags"),
    (PhoneField, "phone"),
    (CreditCodeField, "code"),
    (MoneyField, "money"),
    (models.EmailField, "email"),
    (models.DecimalField, "decimal"),
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.TextField, "longtext"),
    (models.CharField, "text"),
)


def spec_of(field: models.Field[Any, Any]) -> FieldSpec:
    """The spec of a model field. Raises TypeError for a field that no form can show."""
    kind = next((kind for cls, kind in _KIND_OF_FIELD if isinstance(field, cls)), None)
    if kind is None:
        raise TypeError(f"{field} has no kind that forms know.")
    choices: Sequence[tuple[Any, Any]] = tuple(_choices(field))
    if choices and isinstance(field.choices, CallableChoiceIterator):
        choices = LiveChoices(lambda: _choices(field))
    return FieldSpec(
        name=field.name,
        kind="choice" if choices else kind,
        label=field.verbose_name,
        required=not field.blank and kind != "boolean",
        help=field.help_text,
        choices=choices,
        max_length=getattr(field, "max_length", None),
        places=getattr(field, "decimal_places", None) or 0 if kind in ("decimal", "money") else 0,
        digits=getattr(field, "max_digits", None) or 16,
        target=field.related_model if kind == "reference" else None,
        default=field.get_default() if field.has_default() else None,
        summed=getattr(field, "summed", True),
        in_own=getattr(field, "in_own", False),
    )


def _choices(field: models.Field[Any, Any]) -> list[tuple[Any, Any]]:
    return [(value, label) for value, label in (field.flatchoices or ()) if value not in (None, "")]


_KIND_OF_TYPE: dict[Any, str] = {
    str: "text", int: "integer", Decimal: "decimal", date: "date", datetime: "moment", bool: "boolean",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """Marks a `str` parameter in an action's signature: Annotated[str, Text(long=True)]."""

    long: bool = False
    phone: bool = False
    max_length: int | None = None


@dataclass(frozen=True)
class Money:
    """Marks a `Decimal` parameter as an amount of money."""


@dataclass(frozen=True)
class Among:
    """Narrows a reference parameter: Annotated[Member, Among(lambda actor: Q(...))]."""

    limit: Callable[[Actor], models.Q]


def specs_of_signature(body: Callable[..., Any], labels: dict[str, Any]) -> tuple[FieldSpec, ...]:
    """The specs of a function's keyword-only parameters; the signature is the form."""
    hints = typing.get_type_hints(body, include_extras=True)
    specs = []
    for parameter in inspect.signature(body).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY or parameter.name in ("actor", "values"):
            continue
        spec = _spec_of_hint(parameter.name, hints[parameter.name], labels.get(parameter.name))
        has_default = parameter.default is not inspect.Parameter.empty
        default = parameter.default if has_default else None
        required = not has_default and spec.kind != "boolean"
        specs.append(replace(spec, required=required, default=default))
    return tuple(specs)


def _spec_of_hint(name: str, hint: Any, label: Any) -> FieldSpec:
    marks: Sequence[Any] = ()
    if typing.get_origin(hint) is typing.Annotated:
        hint, *marks = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
        if typing.get_origin(hint) is typing.Annotated:
            hint, *marks = typing.get_args(hint)
    spec = FieldSpec(name=name, kind="text", label=label or name.replace("_", " ").capitalize())
    if typing.get_origin(hint) is typing.Literal:
        return replace(spec, kind="choice", choices=tuple((value, value) for value in typing.get_args(hint)))
    if typing.get_origin(hint) is list:
        (item,) = typing.get_args(hint)
        if isinstance(item, type) and issubclass(item, models.Model):
            return replace(spec, kind="references", target=item)
        return replace(spec, kind="tags")
    if isinstance(hint, type) and issubclass(hint, models.Choices):
        return replace(spec, kind="choice", choices=tuple(hint.choices))
    if isinstance(hint, type) and issubclass(hint, models.Model):
        limit = next((mark.limit for mark in marks if isinstance(mark, Among)), None)
        return replace(spec, kind="reference", target=hint, limit=limit)
    kind = _KIND_OF_TYPE[hint]
    for mark in marks:
        if isinstance(mark, Money):
            kind = "money"
        elif isinstance(mark, Text):
            kind = "longtext" if mark.long else "phone" if mark.phone else "text"
            spec = replace(spec, max_length=mark.max_length)
    return replace(spec, kind=kind, max_length=spec.max_length or (200 if kind == "text" else None))
