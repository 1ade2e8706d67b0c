"""The functions of the formula language: what they take, what they give, and how they are worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce

from gucang.kernel import clock
from gucang.kernel.formulas.types import Kind, Run, Value, Values

MAX_TEXT = 2000
MAX_NUMBER = Decimal(10) ** 20
MAX_PLACES = 10
EXACT = Context(prec=34)

Maker = Callable[[Sequence[Run]], Run]


@dataclass(frozen=True)
class Function:
    """`takes` are the kinds of its parameters; with `more` the last one may come again. `gives` None: as in IF."""

    names: tuple[str, ...]
    takes: tuple[tuple[Kind, ...], ...]
    gives: Kind | None
    make: Maker
    more: bool = False
    least: int = -1

    @property
    def fewest(self) -> int:
        return len(self.takes) if self.least < 0 else self.least


def fitting(value: Decimal | None) -> Decimal | None:
    """A number that is not too large to be kept; a blank otherwise."""
    return value if value is not None and value.is_finite() and abs(value) < MAX_NUMBER else None


def text_of(value: Value) -> str:
    """A value as text, as `&` joins it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize() if value == value.to_integral_value() else value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _if(runs: Sequence[Run]) -> Run:
    condition, then, *rest = runs
    otherwise = rest[0] if rest else _blank
    return lambda values: (then if condition(values) else otherwise)(values)


def _blank(values: Values) -> Value:
    return None


def _and(runs: Sequence[Run]) -> Run:
    return lambda values: all(run(values) for run in runs)


def _or(runs: Sequence[Run]) -> Run:
    return lambda values: any(run(values) for run in runs)


def _not(runs: Sequence[Run]) -> Run:
    (run,) = runs
    return lambda values: not run(values)


def _known(pick: Callable[[list[Value]], Value]) -> Maker:
    """A function of those values that are not blank; of none it is blank."""

    def make(runs: Sequence[Run]) -> Run:
        def work(values: Values) -> Value:
            found = [value for run in runs if (value := run(values)) is not None]
            return pick(found) if found else None

        return work

    return make


def _strict(work: Callable[..., Value]) -> Maker:
    """A function that is blank as soon as one of its parameters is."""

    def make(runs: Sequence[Run]) -> Run:
        def run(values: Values) -> Value:
            found = [one(values) for one in runs]
            return None if any(value is None for value in found) else work(*found)

        return run

    return make


def _round(number: Decimal, places: Decimal = Decimal(0)) -> Decimal | None:
    count = max(-MAX_PLACES, min(MAX_PLACES, int(places)))
    unit = Decimal(1).scaleb(-count)
    return fitting(number.quantize(unit, rounding=ROUND_HALF_UP, context=EXACT).copy_abs().copy_sign(number))


def _sum(found: list[Value]) -> Decimal | None:
    return fitting(reduce(EXACT.add, found))


def _days(end: date, start: date) -> Decimal:
    return Decimal((end - start).days)


def _left(text: str, count: Decimal = Decimal(1)) -> str:
    return text[: _many(count)]


def _right(text: str, count: Decimal = Decimal(1)) -> str:
    many = _many(count)
    return text[-many:] if many else ""


def _many(count: Decimal) -> int:
    return max(0, min(int(count), MAX_TEXT))


def _concat(runs: Sequence[Run]) -> Run:
    return lambda values: "".join(text_of(run(values)) for run in runs)[:MAX_TEXT]


def _is_blank(runs: Sequence[Run]) -> Run:
    (run,) = runs
    return lambda values: run(values) in (None, "")


def _today(runs: Sequence[Run]) -> Run:
    return lambda values: clock.today()


_NUMBER, _TEXT, _DATE, _YESNO = (Kind.NUMBER,), (Kind.TEXT,), (Kind.DATE,), (Kind.YESNO,)
_PLAIN = (Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.YESNO)
_ORDERED = (Kind.NUMBER, Kind.DATE)
_ANY = tuple(Kind)

FUNCTIONS: tuple[Function, ...] = (
    Function(("IF", "如果"), (_YESNO, _PLAIN, _PLAIN), None, _if, least=2),
    Function(("AND", "并且"), (_YESNO,), Kind.YESNO, _and, more=True),
    Function(("OR", "或者"), (_YESNO,), Kind.YESNO, _or, more=True),
    Function(("NOT", "不是"), (_YESNO,), Kind.YESNO, _not),
    Function(("SUM", "求和"), (_NUMBER,), Kind.NUMBER, _known(_sum), more=True),
    Function(("MIN", "最小值"), (_ORDERED,), None, _known(min), more=True),
    Function(("MAX", "最大值"), (_ORDERED,), None, _known(max), more=True),
    Function(("ROUND", "四舍五入"), (_NUMBER, _NUMBER), Kind.NUMBER, _strict(_round), least=1),
    Function(("ABS", "绝对值"), (_NUMBER,), Kind.NUMBER, _strict(Decimal.copy_abs)),
    Function(("TODAY", "今天"), (), Kind.DATE, _today),
    Function(("DAYS", "相差天数"), (_DATE, _DATE), Kind.NUMBER, _strict(_days)),
    Function(("LEN", "字数"), (_TEXT,), Kind.NUMBER, _strict(lambda text: Decimal(len(text)))),
    Function(("LEFT", "左边"), (_TEXT, _NUMBER), Kind.TEXT, _strict(_left), least=1),
    Function(("RIGHT", "右边"), (_TEXT, _NUMBER), Kind.TEXT, _strict(_right), least=1),
    Function(("CONCAT", "连接"), (_PLAIN,), Kind.TEXT, _concat, more=True),
    Function(("ISBLANK", "为空"), (_ANY,), Kind.YESNO, _is_blank),
)
BY_NAME = {name: function for function in FUNCTIONS for name in function.names}
