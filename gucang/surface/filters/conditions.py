"""One condition: a field, an operator and what it is compared with, as a condition of the database and as words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec, to_json
from gucang.surface import spans, ui
from gucang.surface.filters.language import MANY, Applied

RANGES = {"gte": _("from"), "lte": _("up to"), "gt": _("more than"), "lt": _("less than")}
NOT, HAS = "not", "has"
OPS = frozenset((*RANGES, NOT, HAS, "in"))
RANGED = frozenset(["integer", "decimal", "money", "date", "moment"])
WORDS = frozenset(["text", "email", "phone", "code"])
MAX_VALUES = 40
NONE = "none"


def split(param: str) -> tuple[str, str]:
    """A parameter's name as (field, operator); the operator is "" for plain equality."""
    field_name, _mark, op = param.rpartition("__")
    return (field_name, "" if op == "in" else op) if field_name and op in OPS else (param, "")


def of(spec: FieldSpec, op: str, raw: list[str], actor: Actor) -> tuple[Applied, Q]:
    """What a parameter says of one field. Raises BadValue or BadText with the sentence."""
    if op in RANGES:
        return _range(spec, op, raw[-1], actor)
    if op == HAS:
        return _has(spec, raw[-1])
    if spec.kind in MANY:
        applied, condition = _among(spec, raw, actor)
    else:
        applied, condition = _exact(spec, raw[-1].strip(), actor)
    if op != NOT:
        return applied, condition
    verb = {"is": "not", "empty": "filled"}[applied.verb]
    return replace(applied, param=f"{spec.name}__{NOT}", verb=verb), _negated(spec, applied, condition)


def _negated(spec: FieldSpec, applied: Applied, condition: Q) -> Q:
    """Everything else, rows without a value included; Django leaves those out where the value lies in JSON."""
    return ~condition | _missing(spec) if spec.custom and None not in applied.values else ~condition


def _range(spec: FieldSpec, op: str, raw: str, actor: Actor) -> tuple[Applied, Q]:
    if spec.kind not in RANGED or (spec.custom and spec.kind != "date"):
        raise BadValue(_t("“%(field)s” has no order to filter by.") % {"field": spec.label})
    value = _clean(replace(spec, kind="date") if spec.kind == "moment" else spec, raw, actor)
    condition = _moment_range(spec, op, value) if spec.kind == "moment" else _value_range(spec, op, value)
    return _applied(spec, raw.strip(), (value,), _figure(spec, value), verb=op, param=f"{spec.name}__{op}"), condition


def _has(spec: FieldSpec, raw: str) -> tuple[Applied, Q]:
    text = raw.strip()
    if spec.kind not in WORDS:
        raise BadValue(_t("“%(field)s” has no words to look in.") % {"field": spec.label})
    _check_length(spec, text)
    condition = Q(**{f"{path_of(spec)}__icontains": text})
    return _applied(spec, text, (text,), f"“{text}”", verb=HAS, param=f"{spec.name}__{HAS}"), condition


def _among(spec: FieldSpec, raw: list[str], actor: Actor) -> tuple[Applied, Q]:
    texts = list(dict.fromkeys(part.strip() for one in raw for part in one.split(",") if part.strip()))
    if len(texts) > MAX_VALUES:
        raise BadValue(_t("“%(field)s” takes at most %(limit)s values.") % {"field": spec.label, "limit": MAX_VALUES})
    if not texts:
        raise _unfilled(spec)
    values = [_one(spec, text, actor) for text in texts]
    if values == [None]:
        return _applied(spec, NONE, (None,), " ", verb="empty"), _in(spec, values)
    return _applied(spec, ",".join(texts), tuple(values), _words(spec, texts, values)), _in(spec, values)


def _words(spec: FieldSpec, texts: list[str], values: list[Any]) -> str:
    """References have no words yet, so that a page can look them up in sets."""
    if spec.kind == "reference":
        return _t("me") if texts == ["me"] else ""
    return "、".join(spec.show([v] if spec.kind == "tags" else v) if v is not None else _t("none") for v in values)


def _one(spec: FieldSpec, text: str, actor: Actor) -> Any:
    if text == NONE:
        return None
    if spec.kind == "reference":
        if text == "me" and _is_member(spec):
            return actor.member_id or 0
        if text.isascii() and text.isdigit() and len(text) < 19:
            return int(text)
        return _clean(spec, text, actor).pk
    cleaned = _clean(spec, text, actor)
    return cleaned[0] if isinstance(cleaned, list) else cleaned


def _in(spec: FieldSpec, values: list[Any]) -> Q:
    real = [value for value in values if value is not None]
    empty = _missing(spec) if None in values else Q(pk__in=())
    if spec.kind == "tags":
        return _tagged(spec, real) | empty if real else empty
    path = f"{spec.name}_id" if spec.kind == "reference" and not spec.custom else path_of(spec)
    found = Q(**{path: real[0]}) if len(real) == 1 else Q(**{f"{path}__in": real})
    if None not in values:
        return found
    return found | empty if real else empty


def _tagged(spec: FieldSpec, words: list[str]) -> Q:
    if spec.custom:
        return Q(*(Q(**{f"{path_of(spec)}__contains": [word]}) for word in words), _connector=Q.OR)
    return Q(**{f"{spec.name}__overlap": words})


def _missing(spec: FieldSpec) -> Q:
    """That there is no value."""
    path = path_of(spec)
    if spec.custom:  # never written, or emptied
        return Q(**{f"{path}__isnull": True}) | Q(**{path: None}) | Q(**{path: [] if spec.kind == "tags" else ""})
    if spec.numeric or spec.kind in ("reference", "date", "moment"):
        return Q(**{f"{path}__isnull": True})
    return Q(**{path: [] if spec.kind == "tags" else ""})


def _exact(spec: FieldSpec, text: str, actor: Actor) -> tuple[Applied, Q]:
    if text == NONE and spec.kind != "boolean":
        return _applied(spec, text, (None,), " ", verb="empty"), _missing(spec)
    if spec.kind in ("date", "moment"):
        return _day(spec, text, actor)
    value = _clean(spec, text, actor)
    stored = to_json(value) if spec.custom else value
    return _applied(spec, text, (value,), spec.show(value)), Q(**{path_of(spec): stored})


def _day(spec: FieldSpec, text: str, actor: Actor) -> tuple[Applied, Q]:
    found = spans.span(text, clock.today())
    if found is None:
        day = _clean(replace(spec, kind="date"), text, actor)
        found, words = (day, day + timedelta(days=1)), str(day)
    else:
        words = spans.day_words(text)
    return _applied(spec, text, (), words), _between(spec, path_of(spec), *found)


def _clean(spec: FieldSpec, text: str, actor: Actor) -> Any:
    _check_length(spec, text)
    value = replace(spec, required=True).clean(text, actor)
    if value in (None, "", []):
        raise _unfilled(spec)
    return value


def _check_length(spec: FieldSpec, text: str) -> None:
    if len(text) > 200:
        raise BadValue(_t("What “%(field)s” is filtered by is too long.") % {"field": spec.label})
    if "\0" in text:
        raise BadValue(_t("Write text here."))


def _unfilled(spec: FieldSpec) -> BadValue:
    return BadValue(_t("Fill in %(field)s.") % {"field": spec.label})


def _applied(
    spec: FieldSpec, raw: str, values: tuple[Any, ...], words: str, *, verb: str = "is", param: str = ""
) -> Applied:
    return Applied(param or spec.name, str(spec.label), (raw,), spec, values, words, verb)


def path_of(spec: FieldSpec) -> str:
    """Where a field's value lies, as the ORM names it."""
    return f"extra__{spec.name.removeprefix('extra.')}" if spec.custom else spec.name


def _is_member(spec: FieldSpec) -> bool:
    return spec.target is not None and records.by_model(spec.target).name == "member"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _figure(spec: FieldSpec, value: Any) -> str:
    """A bound as the list itself writes it."""
    if spec.numeric:
        return ui.number(value)
    return ui.day_text(value, clock.today())


def _value_range(spec: FieldSpec, op: str, value: Any) -> Q:
    return Q(**{f"{path_of(spec)}__{op}": to_json(value) if spec.custom else value})


def _moment_range(spec: FieldSpec, op: str, day: date) -> Q:
    """A day lasts until its end, so "up to the 3rd" takes in the 3rd."""
    start, end = _midnight(day), _midnight(day + timedelta(days=1))
    op, edge = {"gte": ("gte", start), "lt": ("lt", start), "lte": ("lt", end), "gt": ("gte", end)}[op]
    return Q(**{f"{path_of(spec)}__{op}": edge})


def _between(spec: FieldSpec, path: str, start: date | None, end: date | None) -> Q:
    def edge(day: date) -> Any:
        return _midnight(day) if spec.kind == "moment" else day.isoformat() if spec.custom else day

    condition = Q()
    if start is not None:
        condition &= Q(**{f"{path}__gte": edge(start)})
    if end is not None:
        condition &= Q(**{f"{path}__lt": edge(end)})
    return condition
