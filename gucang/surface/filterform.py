"""Filters as the rows of a form: read from an address, changed by hand, written back. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, spans
from gucang.surface.filters import Applied, Filtered, Group

PREFIX = "c."
EDITED = "_edit"
OPS: dict[str, tuple[tuple[str, Any], ...]] = {
    "many": (("is", _("is")), ("not", _("is not"))),
    "words": (("is", _("is")), ("has", _("contains")), ("not", _("is not"))),
    "figure": (
        ("gte", _("at least")), ("lte", _("at most")), ("between", _("between")), ("is", _("exactly")),
        ("gt", _("more than")), ("lt", _("less than")),
    ),
    "day": (
        ("word", _("is")), ("next", _("in the next … days")), ("last", _("in the last … days")),
        ("is", _("on the day")), ("gte", _("from the day on")), ("lte", _("up to the day")), ("between", _("between")),
    ),
    "yes": (("is", _("is")),),
}  # fmt: skip
EMPTY = (("empty", _("is empty")), ("filled", _("is not empty")))
_MEANS = {
    "is": "", "word": "", "not": "__not", "has": "__has", "gte": "__gte", "lte": "__lte", "gt": "__gt", "lt": "__lt",
}  # fmt: skip


def family(spec: FieldSpec) -> str:
    """Which operators a field takes, and what it is compared with."""
    if spec.kind in filters.MANY:
        return "many"
    if spec.kind in ("date", "moment"):
        return "day"
    return "figure" if spec.numeric else "yes" if spec.kind == "boolean" else "words"


def operators(spec: FieldSpec) -> list[tuple[str, str]]:
    """(operator, what it is called) for a field."""
    rest = () if spec.kind == "boolean" else EMPTY
    return [(name, str(label)) for name, label in (*OPS[family(spec)], *rest)]


@dataclass
class Row:
    """One condition: field, operator, what it is compared with; and why it was not accepted.

    It is `fresh` when its field was chosen and nobody could say yet what it is compared with.
    """

    name: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    error: str = ""
    fresh: bool = False


def params_of(row: Row, spec: FieldSpec | None) -> Group:
    """The parameters that a row stands for; none for one that says nothing yet."""
    values = [value.strip() for value in row.values]
    real = [value for value in values if value]
    if row.op in ("empty", "filled"):
        return [(row.name if row.op == "empty" else f"{row.name}__not", "none")]
    if row.op == "between":
        bounds = zip(("gte", "lte"), (*values, "", "")[:2], strict=True)
        return [(f"{row.name}__{op}", value) for op, value in bounds if value]
    if row.op in ("next", "last"):
        return [(row.name, f"{row.op}{real[0]}d")] if real else []
    if row.op not in _MEANS or not real:
        return []
    many = spec is not None and spec.kind in filters.MANY
    return [(f"{row.name}{_MEANS[row.op]}", ",".join(real) if many else real[0])]


def rows_of(found: Filtered) -> list[list[Row]]:
    """What is filtered as rows: first what must hold in any case, then the groups of which one must hold."""
    return [_rows(one for one in found.applied if not one.group), *(_rows(group) for group in found.groups)]


def _rows(many: Iterable[Applied]) -> list[Row]:
    rows: list[Row] = []
    for one in many:
        row = _row(one)
        last = next((r for r in rows if r.name == row.name and {r.op, row.op} == {"gte", "lte"}), None)
        if last is None:
            rows.append(row)
        else:
            bounds = {last.op: last.values[0], row.op: row.values[0]}
            last.op, last.values = "between", [bounds["gte"], bounds["lte"]]
    return rows


def _row(one: Applied) -> Row:
    if one.spec is None:
        return Row(one.param, "is", list(one.raw))
    raw = one.raw[0]
    if one.verb in ("empty", "filled"):
        return Row(one.spec.name, one.verb)
    if one.spec.kind in filters.MANY:
        return Row(one.spec.name, one.verb, raw.split(","))
    if family(one.spec) == "day" and one.verb == "is":
        for op in ("next", "last"):
            days = raw.removeprefix(op).removesuffix("d")
            if days.isascii() and days.isdigit() and raw == f"{op}{days}d":
                return Row(one.spec.name, op, [days])
        return Row(one.spec.name, "is" if one.words == raw else "word", [raw])
    return Row(one.spec.name, one.verb, [raw])


def rows_in(params: QueryDict) -> list[list[Row]]:
    """The rows that the form sent, as `c.<group>.<row>.f|o|v`."""
    found: dict[tuple[int, int], Row] = {}
    for name, values in list(params.lists())[:400]:
        parts = name.split(".")
        if (
            len(parts) != 4
            or parts[0] != "c"
            or not all(p.isascii() and p.isdigit() and len(p) < 3 for p in parts[1:3])
        ):
            continue
        row = found.setdefault((int(parts[1]), int(parts[2])), Row())
        if parts[3] == "f":
            row.name = values[-1][:80]
        elif parts[3] == "o":
            row.op = values[-1]
        elif parts[3] in ("v", "v_text"):
            row.values += [value[:200] for value in values if parts[3] == "v" or value]
    groups: dict[int, list[Row]] = {0: []}
    for (group, _place), row in sorted(found.items()):
        groups.setdefault(group, []).append(row)
    for number in sorted(int(one) for one in params.getlist("c") if _is_place(one)):
        groups.setdefault(number, [])
    return [rows for _number, rows in sorted(groups.items())]


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 3


def change(groups: list[list[Row]], do: str) -> list[list[Row]]:
    """The rows after a button was pressed: "add.0", "drop.0.2", "or"; anything else changes nothing."""
    verb, _dot, rest = do.partition(".")
    places = [int(one) for one in rest.split(".") if _is_place(one)]
    if verb == "or":
        if len(groups) == 1:  # what stands there is the first way, the new one the second
            kept = [row for row in groups[0] if row.name == "mine"]
            groups = [kept, [row for row in groups[0] if row.name != "mine"] or [Row()]]
        groups.append([Row()])
    elif verb == "add" and len(places) == 1 and places[0] < len(groups):
        groups[places[0]].append(Row())
    elif verb == "drop" and len(places) == 2 and places[0] < len(groups) and places[1] < len(groups[places[0]]):
        del groups[places[0]][places[1]]
    left = [groups[0], *(group for group in groups[1:] if group)]
    return [left[0] + left[1]] if len(left) == 2 and not left[0] else left


def settled(groups: list[list[Row]], specs: Mapping[str, FieldSpec]) -> None:
    """Give every row whose field was just chosen an operator that the field has."""
    for row in (row for group in groups for row in group):
        spec = specs.get(row.name)
        known = [name for name, _label in operators(spec)] if spec is not None else ["is"]
        row.fresh = bool(row.name) and not row.op
        if row.name and row.op not in known and not (row.op == "not" and row.values):
            row.op, row.values = known[0], []
        elif spec is not None and family(spec) == "day":
            row.values = [value for value in row.values if _fits(row.op, value)]


def _fits(op: str, value: str) -> bool:
    """Whether what stood in a row about days still means something under the operator that it has now."""
    if op in ("next", "last"):
        return value.isascii() and value.isdigit()
    return spans.is_word(value) is (op == "word") and not value.isdigit()


def written(
    groups: Sequence[Sequence[Row]], record_type: RecordType, actor: Actor, specs: Mapping[str, FieldSpec]
) -> list[tuple[str, str]]:
    """The parameters of an address for these rows; rows that mean nothing get their `error` instead."""
    many: list[Group] = []
    for rows in groups:
        group: Group = []
        for row in rows:
            if row.name:
                group += _checked(row, group, record_type, actor, specs)
        many.append(group)
    if len(many) > filters.MOST_GROUPS + 1 or any(len(group) > filters.MOST_IN_A_GROUP for group in many[1:]):
        sentence = _t("At most %(groups)s groups of %(many)s conditions fit.")
        groups[-1][-1].error = sentence % {"groups": filters.MOST_GROUPS, "many": filters.MOST_IN_A_GROUP}
    return many[0] + [(filters.OR, text) for text in filters.write_groups(many[1:])]


def _checked(row: Row, before: Group, record_type: RecordType, actor: Actor, specs: Mapping[str, FieldSpec]) -> Group:
    params = params_of(row, specs.get(row.name))
    label = specs[row.name].label if row.name in specs else ""
    if not params:
        row.error = _t("Say what it is compared with, or remove the condition.")
    elif {name for name, _value in params} & {name for name, _value in before}:
        row.error = _t("“%(field)s” is compared like this above already. Put the values together, or add “or”.")
        row.error %= {"field": label}
    else:
        problems = filters.parse(record_type, actor, dict(params)).problems
        row.error = next(iter(problems.values()), "")
    return [] if row.error else params
