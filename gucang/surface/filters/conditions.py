"""One condition: a field, an operator and what it is compared with, as a condition of the database and as words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.custom import conditions as own
from gucang.kernel.fields import BadValue, FieldSpec
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
    if spec.computed:
        _check_worked_out(spec)
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
    return replace(applied, param=f"{spec.name}__{NOT}", verb=verb), ~condition


def _check_worked_out(spec: FieldSpec) -> None:
    """Refuse a formula that is not worked out for all records yet: the filter would leave some out."""
    work = own.at_work(spec)
    if work is not None:
        done = min(99, work.done * 100 // work.total) if work.total else 0
        sentence = _t("“%(field)s” is being worked out, %(done)s%% so far. Filter by it in a moment.")
        raise BadValue(sentence % {"field": spec.label, "done": done})


def _range(spec: FieldSpec, op: str, raw: str, actor: Actor) -> tuple[Applied, Q]:
    if spec.kind not in RANGED:
        raise BadValue(_t("“%(field)s” has no order to filter by.") % {"field": spec.label})
    value = _clean(replace(spec, kind="date") if spec.kind == "moment" else spec, raw, actor)
    condition = _moment_range(spec, op, value) if spec.kind == "moment" else _value_range(spec, op, value)
    return _applied(spec, raw.strip(), (value,), _figure(spec, value), verb=op, param=f"{spec.name}__{op}"), condition


def _has(spec: FieldSpec, raw: str) -> tuple[Applied, Q]:
    text = raw.strip()
    if spec.kind not in WORDS:
        raise BadValue(_t("“%(field)s” has no words to look in.") % {"field": spec.label})
    _check_length(spec, text)
    condition = own.contains(spec, text) if spec.custom else Q(**{f"{spec.name}__icontains": text})
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
    return "、".join(
        spec.show([v] if spec.kind in ("tags", "choices") else v) if v is not None else _t("none") for v in values
    )


def _one(spec: FieldSpec, text: str, actor: Actor) -> Any:
    if text == NONE:
        return None
    if spec.kind == "reference":
        if text == "me" and is_member(spec):
            return actor.member_id or 0
        if text.isascii() and text.isdigit() and len(text) < 19:
            return int(text)
        return _clean(spec, text, actor).pk
    cleaned = _clean(spec, text, actor)
    return cleaned[0] if isinstance(cleaned, list) else cleaned


def _in(spec: FieldSpec, values: list[Any]) -> Q:
    real = [value for value in values if value is not None]
    empty = _missing(spec) if None in values else Q(pk__in=())
    if spec.custom:
        return own.among(spec, values)
    if spec.kind == "tags":
        return _tagged(spec, real) | empty if real else empty
    path = f"{spec.name}_id" if spec.kind == "reference" else spec.name
    found = Q(**{path: real[0]}) if len(real) == 1 else Q(**{f"{path}__in": real})
    if None not in values:
        return found
    return found | empty if real else empty


def _tagged(spec: FieldSpec, words: list[str]) -> Q:
    return Q(**{f"{spec.name}__overlap": words})


def _missing(spec: FieldSpec) -> Q:
    """That there is no value."""
    if spec.custom:
        return ~own.filled(spec)
    path = spec.name
    if spec.numeric or spec.kind in ("reference", "date", "moment"):
        return Q(**{f"{path}__isnull": True})
    return Q(**{path: [] if spec.kind == "tags" else ""})


def _exact(spec: FieldSpec, text: str, actor: Actor) -> tuple[Applied, Q]:
    if text == NONE and spec.kind != "boolean":
        return _applied(spec, text, (None,), " ", verb="empty"), _missing(spec)
    if spec.kind in ("date", "moment"):
        return _day(spec, text, actor)
    value = _clean(spec, text, actor)
    condition = own.among(spec, [value]) if spec.custom else Q(**{spec.name: value})
    return _applied(spec, text, (value,), spec.show(value)), condition


def _day(spec: FieldSpec, text: str, actor: Actor) -> tuple[Applied, Q]:
    found = spans.span(text, clock.today())
    if found is None:
        day = _clean(replace(spec, kind="date"), text, actor)
        found, words = (day, day + timedelta(days=1)), str(day)
    else:
        words = spans.day_words(text)
    return _applied(spec, text, (), words), _between(spec, *found)


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


def is_member(spec: FieldSpec) -> bool:
    """Whether a field holds one of the company's people."""
    return spec.target is not None and records.by_model(spec.target).name == "member"


def _figure(spec: FieldSpec, value: Any) -> str:
    """A bound as the list itself writes it."""
    if spec.numeric:
        return ui.number(value)
    return ui.day_text(value, clock.today())


def _value_range(spec: FieldSpec, op: str, value: Any) -> Q:
    if not spec.custom:
        return Q(**{f"{spec.name}__{op}": value})
    if op in ("gte", "gt"):
        return own.between(spec, low=value, over=op == "gt")
    return own.between(spec, high=value, under=op == "lt")


def _moment_range(spec: FieldSpec, op: str, day: date) -> Q:
    """A day lasts until its end, so "up to the 3rd" takes in the 3rd."""
    start, end = clock.midnight(day), clock.midnight(day + timedelta(days=1))
    op, edge = {"gte": ("gte", start), "lt": ("lt", start), "lte": ("lt", end), "gt": ("gte", end)}[op]
    return Q(**{f"{spec.name}__{op}": edge})


def _between(spec: FieldSpec, start: date | None, end: date | None) -> Q:
    if spec.custom:
        return own.days(spec, start, end)

    def edge(day: date) -> Any:
        return clock.midnight(day) if spec.kind == "moment" else day

    condition = Q()
    if start is not None:
        condition &= Q(**{f"{spec.name}__gte": edge(start)})
    if end is not None:
        condition &= Q(**{f"{spec.name}__lt": edge(end)})
    return condition
