"""From the parameters of an address to a filtered, sorted query, and to words that say what was filtered.

No HTTP here: lists, boards, exports and the API use it. A parameter is `<field>` or `<field>__<op>`:

- `stage=won,lost` or `stage=won&stage=lost`: one of these (choices, references, tags)
- `owner=me`, `owner=none`, `customer=12`, `customer=KH-2611-0001`
- `amount__gte=10万`, `amount__lte=500000`, `closes_on__lt=2026-12-01`
- `closes_on=overdue`, `today`, `thisweek`, `next7d`, `last30d`, `thismonth`, `none`, …
- `q=shgc`: contains, by the search index; `mine=1`: the actor's own; `sort=-amount`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, permissions, records, search
from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec, to_json
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, clean_text
from gucang.surface import spans, ui
from gucang.surface.keyset import Order, order_of

RESERVED = frozenset(["after", "limit", "columns", "view", "density", "peek", "fragment", "lane", "shown"])
RANGES = {"gte": _("from"), "lte": _("up to"), "gt": _("more than"), "lt": _("less than")}
MAX_VALUES, MAX_TEXT, MAX_PARAMS = 40, 100, 60
SORTABLE = frozenset(
    ["text", "email", "phone", "code", "choice", "integer", "decimal", "money", "date", "moment", "boolean"]
)
RANGED = frozenset(["integer", "decimal", "money", "date", "moment"])
MANY = frozenset(("choice", "reference", "tags"))
ALWAYS = ("created_at", "updated_at")


@dataclass(frozen=True)
class Applied:
    """One filter that is on: its parameter, what it is called, the clean values, and the words where known."""

    param: str
    label: str
    raw: tuple[str, ...]
    spec: FieldSpec | None = None
    values: tuple[Any, ...] = ()
    words: str = ""


@dataclass
class Filtered:
    """What came of the parameters. `problems` maps a parameter that was left out to the sentence that says why."""

    query: QuerySet[Any]
    order: Order
    applied: list[Applied] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters that hold, for building addresses."""
        found = [(one.param, raw) for one in self.applied for raw in one.raw]
        return [*found, ("q", self.text)] if self.text else found


def filterable(
    record_type: RecordType, actor: Actor, customs: Sequence[FieldSpec] | None = None
) -> dict[str, FieldSpec]:
    """The fields that `actor` may filter a list by, declared ones first; the company's own when `customs` has them."""
    names = [*record_type.filters, owner_field(record_type), *ALWAYS, "number"]
    specs = {name: record_type.specs[name] for name in names if name in record_type.specs}
    specs |= {spec.name: spec for spec in customs or () if spec.kind not in ("longtext", "references")}
    return {name: spec for name, spec in specs.items() if permissions.may_filter_by(actor, record_type, name)}


def owner_field(record_type: RecordType) -> str:
    """The record's own field that holds its owner; "" when it has none, is its own or another record's owner's."""
    return "" if record_type.owned_through or record_type.owner == "id" else record_type.owner_field


def sortable(record_type: RecordType, actor: Actor, name: str) -> bool:
    """Whether lists can be sorted by a field: it has an order that people understand, and betrays nothing."""
    spec = record_type.specs.get(name)
    return spec is not None and spec.kind in SORTABLE and permissions.may_filter_by(actor, record_type, name)


def parse(
    record_type: RecordType,
    actor: Actor,
    params: Mapping[str, Any],
    *,
    customs: Sequence[FieldSpec] | None = None,
    ignore: Iterable[str] = (),
) -> Filtered:
    """Filter the records that `actor` may see by `params` (a QueryDict, or a dict of texts or lists of texts).

    Never raises for a bad parameter: it is left out and named in `problems`; the API refuses such a request, a page
    says the sentence. The names in RESERVED and `ignore` are not filters. Custom fields are `extra.<key>`.
    """
    given = _lists(params)
    if customs is None and any(name.startswith("extra.") for name in given):
        customs = record_type.custom_fields()
    work = _Parse(record_type, actor, filterable(record_type, actor, customs))
    for name in list(given)[:MAX_PARAMS]:
        if name not in RESERVED and name not in ignore:
            work.take(name, given[name])
    return work.result


def describe(found: Iterable[Applied], actor: Actor) -> list[tuple[Applied, str]]:
    """Each filter with its words. References are looked up in sets: one query per type of record named."""
    found = list(found)
    wanted: dict[type[models.Model], set[int]] = {}
    for one in found:
        if one.spec is not None and one.spec.target is not None and not one.words:
            wanted.setdefault(one.spec.target, set()).update(v for v in one.values if isinstance(v, int))
    labels: dict[type[models.Model], dict[int, str]] = {}
    for target, ids in wanted.items():
        query = records.by_model(target).query(actor)
        labels[target] = {record.pk: str(record) for record in query.filter(pk__in=ids)} if ids else {}
    return [(one, one.words or _named(one, labels)) for one in found]


def _named(one: Applied, labels: Mapping[Any, Mapping[int, str]]) -> str:
    assert one.spec is not None
    assert one.spec.target is not None
    known = labels.get(one.spec.target, {})
    words = [_t("nobody") if v is None else known.get(v, _t("not visible")) for v in one.values]
    return "、".join(words)


def _lists(params: Mapping[str, Any]) -> dict[str, list[str]]:
    getlist = getattr(params, "getlist", None)
    found: dict[str, list[str]] = {}
    for name in params:
        value = getlist(name) if getlist else params[name]
        many = value if isinstance(value, list | tuple) else [value]
        found[name] = [str(one) for one in many if one is not None]
    return found


class _Parse:
    """One call of `parse`."""

    def __init__(self, record_type: RecordType, actor: Actor, specs: dict[str, FieldSpec]) -> None:
        self.type, self.actor, self.specs = record_type, actor, specs
        order = order_of(record_type.model, record_type.order)
        self.result = Filtered(record_type.query(actor), order)

    def take(self, name: str, raw: list[str]) -> None:
        if not any(one.strip() for one in raw):
            return
        try:
            special = {"q": self._contains, "sort": self._sort, "mine": self._mine}.get(name)
            if special is not None:
                special(raw[-1])
            else:
                self._filter(name, raw)
        except (BadValue, BadText) as problem:
            self.result.problems[name[:60]] = str(problem)

    def _contains(self, raw: str) -> None:
        text = clean_text(raw, MAX_TEXT)
        if not text:
            return
        if self.type.search:
            wanted = Q(pk__in=search.matching_ids(self.actor, self.type, text))
        elif "name" in self.type.specs:
            wanted = Q(name__icontains=text)
        else:
            raise BadValue(_t("This list cannot be searched."))
        self.result.text = text
        self.result.query = self.result.query.filter(wanted)

    def _sort(self, raw: str) -> None:
        name = raw.removeprefix("-")
        if name not in ("id", *ALWAYS) and not sortable(self.type, self.actor, name):
            raise BadValue(_t("The list cannot be sorted by “%(field)s”.") % {"field": name[:40]})
        try:
            self.result.order = order_of(self.type.model, raw)
        except FieldDoesNotExist:
            raise BadValue(_t("The list cannot be sorted by “%(field)s”.") % {"field": name[:40]}) from None

    def _mine(self, raw: str) -> None:
        if raw.strip().lower() in ("0", "false"):
            return
        if not self.type.owner:
            raise BadValue(_t("These belong to nobody, so none of them are yours."))
        mine = Q(**{self.type.owner: self.actor.member_id or 0})
        self._apply(Applied("mine", _t("Only mine"), ("1",), words=" "), mine)

    def _filter(self, name: str, raw: list[str]) -> None:
        field_name, _mark, op = name.rpartition("__")
        if not field_name or (op not in RANGES and op != "in"):
            field_name, op = name, ""
        spec = self.specs.get(field_name)
        if spec is None:
            raise BadValue(_t("There is no filter “%(name)s” here.") % {"name": field_name[:60]})
        if op in RANGES:
            self._range(spec, op, raw[-1])
        elif spec.kind in MANY:
            self._among(spec, raw)
        else:
            self._exact(spec, raw[-1])

    def _apply(self, applied: Applied, condition: Q) -> None:
        self.result.applied.append(applied)
        self.result.query = self.result.query.filter(condition)

    def _range(self, spec: FieldSpec, op: str, raw: str) -> None:
        if spec.kind not in RANGED or (spec.custom and spec.kind != "date"):
            raise BadValue(_t("“%(field)s” has no order to filter by.") % {"field": spec.label})
        value = self._clean(replace(spec, kind="date") if spec.kind == "moment" else spec, raw)
        condition = _moment_range(spec, op, value) if spec.kind == "moment" else _value_range(spec, op, value)
        words = f"{RANGES[op]} {_figure(spec, value)}"
        param = f"{spec.name}__{op}"
        self._apply(Applied(param, str(spec.label), (raw.strip(),), spec, (value,), words), condition)

    def _among(self, spec: FieldSpec, raw: list[str]) -> None:
        texts = list(dict.fromkeys(part.strip() for one in raw for part in one.split(",") if part.strip()))
        if len(texts) > MAX_VALUES:
            raise BadValue(
                _t("“%(field)s” takes at most %(limit)s values.") % {"field": spec.label, "limit": MAX_VALUES}
            )
        values = [self._one(spec, text) for text in texts]
        applied = Applied(
            spec.name, str(spec.label), (",".join(texts),), spec, tuple(values), self._words(spec, texts, values)
        )
        self._apply(applied, self._in(spec, values))

    @staticmethod
    def _words(spec: FieldSpec, texts: list[str], values: list[Any]) -> str:
        """References have no words yet, so that a page can look them up in sets."""
        if spec.kind == "reference":
            return _t("me") if texts == ["me"] else ""
        return "、".join(spec.show([v] if spec.kind == "tags" else v) if v is not None else _t("none") for v in values)

    def _one(self, spec: FieldSpec, text: str) -> Any:
        if text == "none":
            return None
        if spec.kind == "reference":
            if text == "me" and _is_member(spec):
                return self.actor.member_id or 0
            if text.isascii() and text.isdigit() and len(text) < 19:
                return int(text)
            return self._clean(spec, text).pk
        cleaned = self._clean(spec, text)
        return cleaned[0] if isinstance(cleaned, list) else cleaned

    @staticmethod
    def _in(spec: FieldSpec, values: list[Any]) -> Q:
        if spec.kind == "tags":
            words = [value for value in values if value is not None]
            if spec.custom:
                return Q(*(Q(**{f"{_path(spec)}__contains": [word]}) for word in words), _connector=Q.OR)
            found = Q(**{f"{spec.name}__overlap": words}) if words else Q(pk__in=())
            return found | Q(**{spec.name: []}) if None in values else found
        path = f"{spec.name}_id" if spec.kind == "reference" and not spec.custom else _path(spec)
        real = [value for value in values if value is not None]
        found = Q(**{path: real[0]}) if len(real) == 1 else Q(**{f"{path}__in": real})
        if None not in values:
            return found
        empty = Q(**{f"{path}__isnull": True}) if spec.kind == "reference" or spec.custom else Q(**{path: ""})
        return found | empty if real else empty

    def _exact(self, spec: FieldSpec, raw: str) -> None:
        text = raw.strip()
        if spec.kind in ("date", "moment"):
            self._day(spec, text)
            return
        if text == "none" and spec.kind != "boolean":
            empty = Q(**{f"{_path(spec)}__isnull": True} if spec.numeric or spec.custom else {_path(spec): ""})
            self._apply(Applied(spec.name, str(spec.label), (text,), spec, (None,), _t("none")), empty)
            return
        value = self._clean(spec, text)
        stored = to_json(value) if spec.custom else value
        self._apply(
            Applied(spec.name, str(spec.label), (text,), spec, (value,), spec.show(value)), Q(**{_path(spec): stored})
        )

    def _day(self, spec: FieldSpec, text: str) -> None:
        path = _path(spec)
        if text == "none":
            condition, words = Q(**{f"{path}__isnull": True}), _t("none")
        else:
            found = spans.span(text, clock.today())
            if found is None:
                day = self._clean(replace(spec, kind="date"), text)
                found, words = (day, day + timedelta(days=1)), str(day)
            else:
                words = spans.day_words(text)
            condition = _between(spec, path, *found)
        self._apply(Applied(spec.name, str(spec.label), (text,), spec, (), words), condition)

    def _clean(self, spec: FieldSpec, text: str) -> Any:
        if len(text) > 200:
            raise BadValue(_t("What “%(field)s” is filtered by is too long.") % {"field": spec.label})
        value = replace(spec, required=True).clean(text, self.actor)
        if value in (None, "", []):
            raise BadValue(_t("Fill in %(field)s.") % {"field": spec.label})
        return value


def _path(spec: FieldSpec) -> str:
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
    return Q(**{f"{_path(spec)}__{op}": to_json(value) if spec.custom else value})


def _moment_range(spec: FieldSpec, op: str, day: date) -> Q:
    """A day lasts until its end, so "up to the 3rd" takes in the 3rd."""
    start, end = _midnight(day), _midnight(day + timedelta(days=1))
    op, edge = {"gte": ("gte", start), "lt": ("lt", start), "lte": ("lt", end), "gt": ("gte", end)}[op]
    return Q(**{f"{_path(spec)}__{op}": edge})


def _between(spec: FieldSpec, path: str, start: date | None, end: date | None) -> Q:
    def edge(day: date) -> Any:
        return _midnight(day) if spec.kind == "moment" else day.isoformat() if spec.custom else day

    condition = Q()
    if start is not None:
        condition &= Q(**{f"{path}__gte": edge(start)})
    if end is not None:
        condition &= Q(**{f"{path}__lt": edge(end)})
    return condition
