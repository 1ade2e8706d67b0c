"""From the tree of a formula to a function, with every name known and every kind checked beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from django.utils.translation import gettext_lazy as _

from gucang.kernel.formulas.functions import BY_NAME, EXACT, MAX_TEXT, Function, fitting, text_of
from gucang.kernel.formulas.parsing import BadFormula, Node, parse, tokens
from gucang.kernel.formulas.types import KIND_NAMES, Input, Kind, Run, Value, Values

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_TRUTH = {"TRUE": True, "是": True, "FALSE": False, "否": False}
_MAX_DAYS = 200_000


@dataclass(frozen=True)
class Formula:
    """A compiled formula: the kind that it gives, the names of the fields it asks for, whether it asks for the day."""

    kind: Kind
    inputs: tuple[str, ...]
    by_day: bool
    run: Run

    def value(self, values: Values) -> Value:
        """What the formula gives; `values` is asked for each field by its name. None for a blank; never raises."""
        found = self.run(values)
        return found or None if self.kind is Kind.TEXT else found


def compile_formula(text: str, inputs: Sequence[Input]) -> Formula:
    """The formula that `text` says, about these fields. Raises BadFormula."""
    work = _Compiler(inputs)
    kind, run = work.node(parse(text))
    if kind is Kind.CHOICE:
        raise BadFormula(_("A formula cannot be a choice alone. Compare it: %(example)s."), example='[…] = "…"')
    if kind in (Kind.OTHER, Kind.BLANK):
        raise BadFormula(_("A formula gives a number, text, a date, or yes or no; this one gives none of them."))
    return Formula(kind, tuple(work.used), work.by_day, run)


def stored_text(text: str, inputs: Sequence[Input]) -> str:
    """The formula with every field by its unchanging name, so that a new label does not break it.

    Raises BadFormula.
    """
    known = _names(inputs)
    return _rewritten(text, lambda called: f"[{_named(known, called).name}]")


def worded(text: str, inputs: Sequence[Input]) -> str:
    """A stored formula with every field by what people call it now."""
    known = {one.name: one for one in inputs}

    def call(name: str) -> str:
        one = known.get(name)
        return f"[{one.called[0]}]" if one is not None and one.called else f"[{name}]"

    return _rewritten(text, call)


def _rewritten(text: str, call: Callable[[str], str]) -> str:
    found = tokens(text)
    parts = []
    for n, token in enumerate(found):
        following = found[n + 1].kind if n + 1 < len(found) else ""
        if token.kind == "field" or (token.kind == "name" and following != "(" and token.text.upper() not in _TRUTH):
            parts.append(call(token.text))
        elif token.kind == "text":
            parts.append(f'"{token.text}"')
        else:
            parts.append(f" {token.text} " if token.kind in ("+", "-", "*", "/", "&", *_COMPARE) else token.text)
            if token.kind == ",":
                parts.append(" ")
    return "".join(parts).strip()


def _names(inputs: Sequence[Input]) -> dict[str, list[Input]]:
    known: dict[str, list[Input]] = {}
    for one in inputs:
        for name in {one.name.casefold(), one.name.removeprefix("extra."), *(word.casefold() for word in one.called)}:
            known.setdefault(name, []).append(one)
    return known


def _named(known: Mapping[str, list[Input]], called: str) -> Input:
    found = known.get(called.casefold(), [])
    exact = [one for one in found if one.name == called]
    if not found:
        raise BadFormula(_("There is no field “%(field)s” that a formula can use."), field=called[:60])
    if len(exact or found) > 1:
        names = "、".join(one.name for one in found)
        raise BadFormula(
            _("“%(field)s” names more than one field. Write one of: %(names)s."), field=called[:60], names=names
        )
    return (exact or found)[0]


class _Compiler:
    """One formula: turns each part into its kind and a function."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.known = _names(inputs)
        self.used: dict[str, None] = {}
        self.by_day = False

    def node(self, node: Node) -> tuple[Kind, Run]:
        if node.op == "number":
            return Kind.NUMBER, _constant(Decimal(node.text))
        if node.op == "text":
            return Kind.TEXT, _constant(node.text)
        if node.op == "field":
            return self._field(node)
        if node.op == "call":
            return self._call(node)
        if node.op in _COMPARE:
            return self._compare(node)
        if node.op == "&":
            return self._join(node)
        if node.op in ("+", "-"):
            return self._add(node)
        return self._reckon(node)

    def _field(self, node: Node) -> tuple[Kind, Run]:
        if node.text.upper() in _TRUTH and node.text.casefold() not in self.known:
            return Kind.YESNO, _constant(_TRUTH[node.text.upper()])
        one = self._input(node)
        return one.kind, lambda values, name=one.name: values(name)

    def _input(self, node: Node) -> Input:
        one = _named(self.known, node.text)
        self.used[one.name] = None
        return one

    def _join(self, node: Node) -> tuple[Kind, Run]:
        left, right = (self._of(part, "&", (Kind.NUMBER, Kind.TEXT, Kind.DATE))[1] for part in node.parts)
        return Kind.TEXT, lambda values: (text_of(left(values)) + text_of(right(values)))[:MAX_TEXT]

    def _reckon(self, node: Node) -> tuple[Kind, Run]:
        runs = [self._of(part, _SIGNS.get(node.op, node.op), (Kind.NUMBER,))[1] for part in node.parts]
        return Kind.NUMBER, _reckoned(_RECKON[node.op], runs)

    def _add(self, node: Node) -> tuple[Kind, Run]:
        kinds, runs = zip(*(self._of(part, node.op, (Kind.NUMBER, Kind.DATE)) for part in node.parts), strict=True)
        if kinds == (Kind.NUMBER, Kind.NUMBER):
            return Kind.NUMBER, _reckoned(_RECKON[node.op], runs)
        if kinds == (Kind.DATE, Kind.NUMBER):
            sign = 1 if node.op == "+" else -1
            return Kind.DATE, _both(runs, lambda day, days: _moved(day, sign * days))
        if kinds == (Kind.NUMBER, Kind.DATE) and node.op == "+":
            return Kind.DATE, _both(runs, lambda days, day: _moved(day, days))
        if kinds == (Kind.DATE, Kind.DATE) and node.op == "-":
            return Kind.NUMBER, _both(runs, lambda end, start: Decimal((end - start).days))
        raise BadFormula(
            _("“%(sign)s” does not work between %(left)s and %(right)s."),
            sign=node.op, left=KIND_NAMES[kinds[0]], right=KIND_NAMES[kinds[1]],
        )  # fmt: skip

    def _compare(self, node: Node) -> tuple[Kind, Run]:
        left, right = node.parts
        for one, other in ((left, right), (right, left)):
            if self._is_choice(one) and other.op == "text":
                return Kind.YESNO, self._choice(node, one, other.text)
        (left_kind, left_run), (right_kind, right_run) = self.node(left), self.node(right)
        if left_kind is not right_kind or left_kind in (Kind.OTHER, Kind.BLANK):
            raise BadFormula(
                _("%(left)s cannot be compared with %(right)s."),
                left=KIND_NAMES[left_kind], right=KIND_NAMES[right_kind],
            )  # fmt: skip
        if left_kind in (Kind.YESNO, Kind.CHOICE) and node.op not in ("=", "<>"):
            raise BadFormula(_("“%(sign)s” does not work with %(kind)s."), sign=node.op, kind=KIND_NAMES[left_kind])
        return Kind.YESNO, _both((left_run, right_run), _COMPARE[node.op])

    def _is_choice(self, node: Node) -> bool:
        return node.op == "field" and node.text.upper() not in _TRUTH and self._input(node).kind is Kind.CHOICE

    def _choice(self, node: Node, field: Node, word: str) -> Run:
        """A choice against a word: the word is looked up now, so that a new label does not break the formula."""
        one = self._input(field)
        value = one.choice(word)
        if node.op not in ("=", "<>"):
            raise BadFormula(_("“%(sign)s” does not work with %(kind)s."), sign=node.op, kind=KIND_NAMES[Kind.CHOICE])
        if value is None and word:
            raise BadFormula(
                _("“%(field)s” has no choice “%(word)s”."), field=one.called[0] if one.called else one.name, word=word
            )
        if not word:
            blank = node.op == "="
            return lambda values: (values(one.name) in (None, "")) is blank
        same = node.op == "="

        def run(values: Values) -> bool | None:
            found = values(one.name)
            return None if found in (None, "") else (found == value) is same

        return run

    def _call(self, node: Node) -> tuple[Kind, Run]:
        function = BY_NAME.get(node.text.upper())
        if function is None:
            raise BadFormula(_("There is no function “%(name)s”."), name=node.text[:30])
        name = node.text.upper()
        most = len(function.takes)
        if len(node.parts) < function.fewest or (len(node.parts) > most and not function.more):
            raise BadFormula(
                _("%(name)s takes %(fewest)s to %(most)s values, and got %(count)s.")
                if most != function.fewest
                else _("%(name)s takes %(fewest)s values, and got %(count)s."),
                name=name, fewest=function.fewest, most=most, count=len(node.parts),
            )  # fmt: skip
        wanted = [function.takes[min(n, most - 1)] for n in range(len(node.parts))]
        found = [self._of(part, name, kinds) for part, kinds in zip(node.parts, wanted, strict=True)]
        self.by_day |= name in ("TODAY", "今天")
        return self._given(function, name, [kind for kind, _run in found]), function.make([run for _k, run in found])

    def _given(self, function: Function, name: str, kinds: list[Kind]) -> Kind:
        if function.gives is not None:
            return function.gives
        ways = set(kinds[1:] if function.names[0] == "IF" else kinds)
        if len(ways) != 1:
            words = [str(KIND_NAMES[kind]) for kind in ways]
            raise BadFormula(
                _("The values of %(name)s must be of one kind, and are %(kinds)s."),
                name=name, kinds="、".join(sorted(words)),
            )  # fmt: skip
        return ways.pop()

    def _of(self, node: Node, where: str, kinds: tuple[Kind, ...]) -> tuple[Kind, Run]:
        kind, run = self.node(node)
        if kind not in kinds:
            wanted = " / ".join(str(KIND_NAMES[one]) for one in kinds)
            raise BadFormula(
                _("%(where)s needs %(wanted)s here, not %(kind)s."),
                where=where, wanted=wanted, kind=KIND_NAMES[kind],
            )  # fmt: skip
        return kind, run


def _constant(value: Value) -> Run:
    return lambda values: value


def _both(runs: Sequence[Run], work: Callable[[Any, Any], Value]) -> Run:
    first, second = runs

    def run(values: Values) -> Value:
        left, right = first(values), second(values)
        return None if left is None or right is None else work(left, right)

    return run


def _reckoned(work: Callable[..., Decimal], runs: Sequence[Run]) -> Run:
    def run(values: Values) -> Value:
        found = [one(values) for one in runs]
        if any(value is None for value in found):
            return None
        try:
            return fitting(work(*found))
        except (DivisionByZero, InvalidOperation, Overflow):
            return None

    return run


def _moved(day: date, days: Decimal) -> date | None:
    if abs(days) > _MAX_DAYS:
        return None
    moved = day.toordinal() + int(days)
    return day + timedelta(days=int(days)) if 1 <= moved <= date.max.toordinal() else None


_RECKON: dict[str, Callable[..., Decimal]] = {
    "+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide,
    "negative": lambda one: EXACT.subtract(Decimal(0), one), "positive": lambda one: one,
    "percent": lambda one: EXACT.divide(one, Decimal(100)),
}  # fmt: skip
_SIGNS = {"negative": "-", "positive": "+", "percent": "%"}
