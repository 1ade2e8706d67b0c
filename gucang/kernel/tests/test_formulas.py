"""Formulas: what they say, what they refuse, and that they agree with a reference written apart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gucang.kernel import clock
from gucang.kernel.formulas import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_PARTS,
    BadFormula,
    Input,
    Kind,
    compile_formula,
    stored_text,
    worded,
)
from gucang.kernel.formulas.parsing import tokens

INPUTS = (
    Input("amount", Kind.NUMBER, ("预计金额", "Amount")),
    Input("extra.cost", Kind.NUMBER, ("成本", "Cost")),
    Input("name", Kind.TEXT, ("名称", "Name")),
    Input("closes_on", Kind.DATE, ("预计成交日", "Closes on")),
    Input("extra.vip", Kind.YESNO, ("重点", "Key account")),
    Input("extra.size", Kind.CHOICE, ("客户规模", "Size"), (("big", ("大型", "Large")), ("small", ("小型", "Small")))),
    Input("owner", Kind.OTHER, ("负责人", "Owner")),
)
VALUES: dict[str, Any] = {
    "amount": Decimal("1200.50"), "extra.cost": Decimal(200), "name": "谷仓科技", "closes_on": date(2026, 12, 1),
    "extra.vip": True, "extra.size": "big", "owner": 7,
}  # fmt: skip


def value(text: str, **changed: Any) -> Any:
    values = VALUES | {name.replace("__", "."): one for name, one in changed.items()}
    return compile_formula(text, INPUTS).value(values.get)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[amount] - [成本]", Decimal("1000.50")),
        ("=Amount * 10%", Decimal("120.05")),
        ("1 + 2 * 3 - 4 / 8", Decimal("6.5")),
        ("（预计金额＋成本）×２", Decimal("2801.00")),
        ("预计金额 ≥ 0.1万", True),
        ("-2 * -3", Decimal(6)),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 3 * 3 < 1", True),
        ("10 / 0", None),
        ('[name] & "，" & 1.50', "谷仓科技，1.50"),
        ('如果(客户规模 = "大型", "大户", "一般")', "大户"),
        ('IF(Size <> "Small", 1, 2)', Decimal(1)),
        ("IF(重点, 1)", Decimal(1)),
        ("AND(TRUE, 重点, 1 < 2)", True),
        ("或者(否, 1 > 2)", False),
        ("NOT(ISBLANK([owner]))", True),
        ("ROUND(2.345, 2)", Decimal("2.35")),
        ("四舍五入(-2.5)", Decimal(-3)),
        ("ROUND(1234, -2)", Decimal(1200)),
        ("SUM(1, 2, 成本)", Decimal(203)),
        ("最大值(1, 2.5)", Decimal("2.5")),
        ("MIN([closes_on], [closes_on] + 3)", date(2026, 12, 1)),
        ("DAYS([closes_on] + 10, [closes_on])", Decimal(10)),
        ("[closes_on] - 30", date(2026, 11, 1)),
        ("LEN(名称)", Decimal(4)),
        ("LEFT(名称, 2) & RIGHT(名称)", "谷仓技"),
        ("CONCAT(名称, 1, [closes_on])", "谷仓科技12026-12-01"),
        ("abs(-3)", Decimal(3)),
    ],
)
def test_a_formula_is_worked_out_exactly(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_today_is_the_day_of_the_company() -> None:
    assert value("TODAY()") == clock.today()
    assert compile_formula("TODAY() - [closes_on]", INPUTS).by_day
    assert not compile_formula("[amount] + 1", INPUTS).by_day


def test_a_blank_makes_arithmetic_blank_and_is_passed_over_by_sums() -> None:
    assert value("[amount] * 2", amount=None) is None
    assert value("[amount] > 2", amount=None) is None
    assert value("SUM([amount], 5)", amount=None) == 5
    assert value("SUM([amount])", amount=None) is None
    assert value('[name] & "!"', name=None) == "!"
    assert value("IF([amount] > 2, 1, 0)", amount=None) == 0
    assert value("ISBLANK([amount])", amount=None) is True
    assert value("[closes_on] + 1", closes_on=None) is None
    assert value('[客户规模] = "小型"', extra__size=None) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "1 +", "(1", "1)", "[amount] [name]", "没有这个 + 1", "FOO(1)", "IF(1, 2)", "IF(重点)", "1 + 名称",
        "名称 > 1", 'IF(重点, 1, "a")', "[客户规模]", "[owner]", "[owner] = 1",
        '[客户规模] = "巨型"', '[客户规模] > "大型"', "重点 > 重点", "LEN(1)", "DAYS(1, 2)", "TODAY(1)",
        "[closes_on] * 2", "[closes_on] + [closes_on]", "1 - [closes_on]",
        "{1}", "a; b", '"unclosed', "__import__('os')", "1 ** 2", "lambda: 1", "[amount].real", "9" * 40,
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadFormula) as problem:
        compile_formula(text, INPUTS)
    assert str(problem.value).endswith((".", "。"))


def test_no_formula_is_a_bomb() -> None:
    for bomb in (
        "1" + "+1" * MAX_LENGTH,
        "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 1) + "1",
        "NOT(" * 200 + "TRUE" + ")" * 200,
        "1" + "+1" * 240,
    ):
        with pytest.raises(BadFormula):
            compile_formula(bomb, INPUTS)
    growing = "*".join(["[amount]"] * 60)
    assert value(growing, amount=Decimal("99999999999999.99")) is None
    assert len(value("CONCAT(" + ",".join(["名称"] * 90) + ")", name="很长" * 1000)) == 2000
    assert value("[closes_on] + 99999999999") is None


def test_a_formula_is_kept_by_names_that_do_not_change() -> None:
    kept = stored_text('如果(预计金额>=100，"高"，客户规模)', INPUTS)
    assert kept == '如果([amount] >= 100, "高", [extra.size])'
    renamed = [
        Input(one.name, one.kind, ("企业规模",), one.choices) if one.name == "extra.size" else one for one in INPUTS
    ]
    assert worded(kept, renamed) == '如果([预计金额] >= 100, "高", [企业规模])'
    assert stored_text(worded(kept, renamed), renamed) == kept


def test_two_fields_of_one_name_have_to_be_told_apart() -> None:
    twins = (*INPUTS, Input("extra.fee", Kind.NUMBER, ("成本",)))
    with pytest.raises(BadFormula, match=r"extra\.fee"):
        compile_formula("成本 + 1", twins)
    assert compile_formula("[extra.fee] + 1", twins).inputs == ("extra.fee",)


def test_every_function_has_a_chinese_and_an_english_name() -> None:
    for function in FUNCTIONS:
        english, chinese = function.names
        assert english.isascii()
        assert not chinese.isascii()


# ---- the reference: trees that are written as text and worked out here, apart from the code under test

EXACT = Context(prec=34)
numbers = st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False, allow_infinity=False)
Tree = tuple[str, Any]  # (text, value)


def _fit(found: Decimal | None) -> Decimal | None:
    return found if found is not None and abs(found) < Decimal(10) ** 20 else None


def _number(one: Decimal) -> Tree:
    return (f"({one})" if one < 0 else str(one)), one


def _binary(pair: tuple[str, Tree, Tree]) -> Tree:
    sign, (left, a), (right, b) = pair
    text = f"({left} {sign} {right})"
    if a is None or b is None or (sign == "/" and b == 0):
        return text, None
    work = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide}[sign]
    return text, _fit(work(a, b))


def _chosen(parts: tuple[str, Tree, Tree, Tree, Tree]) -> Tree:
    sign, (left, a), (right, b), (then, c), (other, d) = parts
    truth = {"<": "__lt__", ">=": "__ge__", "=": "__eq__", "<>": "__ne__"}[sign]
    met = a is not None and b is not None and getattr(a, truth)(b)
    return f"IF({left} {sign} {right}, {then}, {other})", c if met else d


def _summed(many: list[Tree]) -> Tree:
    found = [one for _text, one in many if one is not None]
    total = None
    for one in found:
        total = one if total is None else EXACT.add(total, one)
    return f"求和({', '.join(text for text, _one in many)})", _fit(total)


def _rounded(pair: tuple[Tree, int]) -> Tree:
    (text, one), places = pair
    unit = Decimal(1).scaleb(-places)
    found = None if one is None else one.quantize(unit, rounding=ROUND_HALF_UP, context=EXACT)
    return f"ROUND({text}, {places})", _fit(found)


leaves = st.one_of(
    numbers.map(_number), st.just(("[amount]", VALUES["amount"])), st.just(("[成本]", VALUES["extra.cost"]))
)
trees = st.recursive(
    leaves,
    lambda deeper: st.one_of(
        st.tuples(st.sampled_from("+-*/"), deeper, deeper).map(_binary),
        st.tuples(st.sampled_from(["<", ">=", "=", "<>"]), deeper, deeper, deeper, deeper).map(_chosen),
        st.lists(deeper, min_size=1, max_size=4).map(_summed),
        st.tuples(deeper, st.integers(0, 6)).map(_rounded),
    ),
    max_leaves=12,
)


def depth_of(text: str) -> int:
    """How many brackets are open at once, at most."""
    deepest = depth = 0
    for sign in text:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return deepest


@given(tree=trees)
@settings(max_examples=300, deadline=None)
def test_it_agrees_with_the_reference(tree: Tree) -> None:
    text, expected = tree
    if len(text) <= MAX_LENGTH and len(tokens(text)) < MAX_PARTS and depth_of(text) < MAX_DEPTH:
        assert value(text) == expected


@given(text=st.text(alphabet='IF(),+-*/&=<>" [amount]名称1.5%如果万，（）', max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        formula = compile_formula(text, INPUTS)
    except BadFormula:
        return
    formula.value(VALUES.get)
    formula.value(lambda name: None)
    again = compile_formula(stored_text(text, INPUTS), INPUTS)
    assert again.value(VALUES.get) == formula.value(VALUES.get)


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), days=st.integers(-5000, 5000))
def test_days_come_and_go(day: date, days: int) -> None:
    assert value(f"[closes_on] + ({days})", closes_on=day) == day + timedelta(days=days)
    assert value(f"DAYS([closes_on] + ({days}), [closes_on])", closes_on=day) == days
