"""What one field is: its kind, label and limits, and how a raw value becomes a clean one.

A `FieldSpec` is derived from a model field, from an action's parameter, or from a company's custom field. Forms, the
API's schemas, import, filters and the event log all read it, so a field is described once.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.models.fields import CreditCodeField, MoneyField, PhoneField, Reference, TagsField
from gucang.kernel.text import (
    BadText,
    check_credit_code,
    clean_text,
    mask_email,
    mask_name,
    mask_phone,
    mask_text,
    normalise_phone,
    parse_amount,
    parse_date,
)

KINDS = [
    "text",
    "longtext",
    "email",
    "phone",
    "code",
    "choice",
    "integer",
    "decimal",
    "money",
    "date",
    "moment",
    "boolean",
    "reference",
    "references",
    "tags",
]
LONGTEXT_MAX = 20_000


class BadValue(ValueError):
    """One value was not accepted; `sentence` says why and what to write instead."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True)
class FieldSpec:
    """One field. `target` is the model that a reference points at; `choices` are (value, label) pairs."""

    name: str
    kind: str
    label: Any
    required: bool = False
    help: Any = ""
    choices: tuple[tuple[Any, Any], ...] = ()
    max_length: int | None = None
    places: int = 2
    digits: int = 16
    target: type[models.Model] | None = None
    default: Any = None
    custom: bool = False
    limit: Callable[[Actor], models.Q] | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in ("integer", "decimal", "money")

    def clean(self, raw: Any, actor: Actor, known: dict[Any, Any] | None = None) -> Any:
        """The Python value of `raw` (text from a form or CSV, or a JSON value).

        `known` is a cache of references already looked up, for sets. Raises BadValue.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
            if self.required:
                raise BadValue(_t("Fill in %(field)s.") % {"field": self.label})
            return _EMPTY.get(self.kind, lambda: None)()
        try:
            return _CLEANERS[self.kind](self, raw, actor, known)
        except BadText as problem:
            raise BadValue(str(problem)) from problem

    def masked(self, value: Any) -> Any:
        """`value` with what identifies it hidden: words keep a part, everything else becomes None."""
        hide = _MASKS.get(self.kind)
        return hide(value) if hide is not None and isinstance(value, str) and value else None

    def to_json(self, value: Any) -> Any:
        """`value` as it stands in events and API answers: references as ids, decimals as strings, dates in ISO form."""
        return to_json(value)

    def show(self, value: Any) -> str:
        """`value` as plain words, for exports and sentences."""
        if value is None or value == "" or value == []:
            return ""
        if self.kind == "choice":
            return str(dict(self.choices).get(value, value))
        if self.kind == "boolean":
            return _t("yes") if value else _t("no")
        if self.kind == "tags":
            return "、".join(value)
        if self.kind == "moment":
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        return str(value)


_PLAIN = frozenset([str, int, bool])


def to_json(value: Any) -> Any:
    """A JSON value for a field's Python value."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value.normalize() if value == value.to_integral_value() else value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    return value


_MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone, "email": mask_email, "longtext": mask_text, "text": mask_name, "code": mask_name,
}  # fmt: skip
_EMPTY: dict[str, Callable[[], Any]] = {
    "text": str, "longtext": str, "email": str, "phone": str, "code": str, "tags": list, "references": list,
    "boolean": bool,
}  # fmt: skip


def _as_text(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise BadValue(_t("Write text here."))
    return str(raw)


def _text(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> str:
    limit = spec.max_length or LONGTEXT_MAX
    value = clean_text(_as_text(raw), limit, multiline=spec.kind == "longtext")
    if spec.required and not value:
        raise BadValue(_t("Fill in %(field)s.") % {"field": spec.label})
    return value


def _email(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    value = _text(spec, raw, actor, known)
    try:
        validate_email(value)
    except ValidationError:
        raise BadValue(
            _t("“%(text)s” is not an e-mail address. It looks like name@company.com.") % {"text": value[:60]}
        ) from None
    return value


def _phone(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> str:
    phone = normalise_phone(_as_text(raw))
    return phone.e164 + (f";ext={phone.extension}" if phone.extension else "")


def _code(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> str:
    return check_credit_code(_as_text(raw))


def _choice(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> Any:
    text = raw if not isinstance(raw, str) else clean_text(raw, LONGTEXT_MAX)
    for value, label in spec.choices:
        if text in (value, str(label)) or str(value) == str(text):
            return value
    options = "、".join(str(label) for _value, label in spec.choices[:12])
    raise BadValue(_t("“%(text)s” is not one of: %(options)s.") % {"text": str(raw)[:60], "options": options})


def _integer(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> int:
    number = _number(raw)
    if number != number.to_integral_value() or abs(number) > 2_147_483_647:
        raise BadValue(_t("Write a whole number."))
    return int(number)


def _decimal(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> Decimal:
    number = _number(raw)
    # First the size: rounding a number beyond the precision of Decimal would raise.
    if abs(number) >= Decimal(10) ** (spec.digits - spec.places):
        raise BadValue(_t("This number is too large."))
    rounded = round(number, spec.places)
    if rounded != number:
        raise BadValue(_t("At most %(places)s decimals fit.") % {"places": spec.places})
    return rounded


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise BadValue(_t("Write a number."))
    number = parse_amount(str(raw))
    if not number.is_finite():
        raise BadValue(_t("Write a number."))
    return number


def _date(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> date:
    if isinstance(raw, datetime):
        return timezone.localdate(raw)
    if isinstance(raw, date):
        return raw
    return parse_date(_as_text(raw), today=clock.today())


def _moment(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> datetime:
    if isinstance(raw, datetime):
        return raw if timezone.is_aware(raw) else timezone.make_aware(raw)
    text = _as_text(raw).strip().replace(" ", "T", 1)
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        day = parse_date(_as_text(raw), today=clock.today())
        moment = datetime.combine(day, time(9, 0))
    if not 1900 <= moment.year <= 2200:
        raise BadValue(_t("Write a date between 1900 and 2200."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


_TRUE = {"true", "1", "on", "yes", "y", "是", "有", "√"}
_FALSE = {"false", "0", "off", "no", "n", "否", "无", "×"}


def _boolean(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _as_text(raw).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadValue(_t("Write yes or no."))


def _tags(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> list[str]:
    if isinstance(raw, str):
        for mark in "，、；;|\n":
            raw = raw.replace(mark, ",")
        raw = raw.split(",")
    if not isinstance(raw, list | tuple):
        raise BadValue(_t("Write words, with commas between them."))
    words = list(dict.fromkeys(clean_text(_as_text(word), LONGTEXT_MAX) for word in raw))
    words = [word for word in words if word]
    if len(words) > 20 or any(len(word) > 40 for word in words):
        raise BadValue(_t("At most 20 tags of 40 characters fit."))
    return words


def _reference(spec: FieldSpec, raw: Any, actor: Actor, known: dict[Any, Any] | None) -> models.Model:
    from gucang.kernel import records

    assert spec.target is not None
    if isinstance(raw, spec.target):
        return raw
    key = (spec.target, str(raw).strip())
    if known is not None and key in known:
        found = known[key]
    else:
        found = records.find_one(spec.target, raw, actor, limit=spec.limit)
        if known is not None:
            known[key] = found
    if found is None:
        raise BadValue(
            _t("There is no %(what)s “%(text)s” that you may see. Choose one from the list.")
            % {"what": spec.target._meta.verbose_name, "text": str(raw)[:60]}
        )
    return found


def _references(spec: FieldSpec, raw: Any, actor: Actor, known: dict[Any, Any] | None) -> list[models.Model]:
    many = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(many, list | tuple):
        raise BadValue(_t("Choose from the list."))
    return [_reference(spec, one, actor, known) for one in many]


_CLEANERS: dict[str, Callable[[FieldSpec, Any, Actor, Any], Any]] = {
    "text": _text, "longtext": _text, "email": _email, "phone": _phone, "code": _code, "choice": _choice,
    "integer": _integer, "decimal": _decimal, "money": _decimal, "date": _date, "moment": _moment,
    "boolean": _boolean, "tags": _tags, "reference": _reference, "references": _references,
}  # fmt: skip

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
    choices = tuple((value, label) for value, label in (field.flatchoices or ()) if value not in (None, ""))
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
    )


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
