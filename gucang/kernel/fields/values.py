"""How a raw value becomes a clean one, for each kind of field; and how it is masked and written as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.text import (
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

if TYPE_CHECKING:
    from gucang.kernel.fields.spec import FieldSpec

LONGTEXT_MAX = 20_000
MOST_CHOSEN = 100


class BadValue(ValueError):
    """One value was not accepted; `sentence` says why and what to write instead."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


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
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    return value


MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone, "email": mask_email, "longtext": mask_text, "text": mask_name, "code": mask_name,
}  # fmt: skip
EMPTY: dict[str, Callable[[], Any]] = {
    "text": str, "longtext": str, "email": str, "phone": str, "code": str, "tags": list, "references": list,
    "choices": list,
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
        raise BadValue(spec.missing)
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


def _choices(spec: FieldSpec, raw: Any, actor: Actor, known: Any) -> list[Any]:
    """Several of the choices, in the order in which they are offered."""
    if isinstance(raw, str):
        whole = next((value for value, label in spec.choices if raw.strip() in (value, str(label))), None)
        raw = [whole] if whole is not None else re.split(r"[,，、;；|\n]", raw)
    if not isinstance(raw, list | tuple):
        raise BadValue(_t("Choose from the list."))
    if len(raw) > MOST_CHOSEN:
        raise BadValue(_t("At most %(limit)s of them can be chosen.") % {"limit": MOST_CHOSEN})
    chosen = {_choice(spec, one, actor, known) for one in raw if str(one).strip()}
    return [value for value, _label in spec.choices if value in chosen]


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
    if len(words) > 50 or any(len(word) > 40 for word in words):
        raise BadValue(_t("At most 50 tags of 40 characters fit."))
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


CLEANERS: dict[str, Callable[[FieldSpec, Any, Actor, Any], Any]] = {
    "text": _text, "longtext": _text, "email": _email, "phone": _phone, "code": _code, "choice": _choice,
    "choices": _choices, "integer": _integer, "decimal": _decimal, "money": _decimal, "date": _date,
    "moment": _moment, "boolean": _boolean, "tags": _tags, "reference": _reference, "references": _references,
}  # fmt: skip
