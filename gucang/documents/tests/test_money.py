"""The laws of money: whatever the lines, they add up to the document, and nothing is rounded twice."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gucang.documents import money
from gucang.documents.money import Amount, Priced
from gucang.kernel.models import Rounding

CENT = Decimal("0.01")


def decimals(most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=Decimal(most), places=places, allow_nan=False, allow_infinity=False)


PERCENTS = decimals("100", 2)
LINES = st.lists(
    st.builds(Priced, decimals("9999999999", 4), decimals("999999999999", 4), PERCENTS, PERCENTS), max_size=40
)
ROUNDINGS = st.sampled_from(Rounding)
PLACES = st.sampled_from([0, 2])


@settings(max_examples=400, deadline=None)
@given(LINES, PERCENTS, ROUNDINGS, PLACES)
def test_lines_tax_and_totals_agree_to_the_cent(
    lines: list[Priced], off: Decimal, rounding: Rounding, places: int
) -> None:
    each, whole = money.amounts(lines, off=off, rounding=rounding, places=places)
    assert len(each) == len(lines)
    assert sum((one.net for one in each), Decimal(0)) == whole.net
    assert sum((one.tax for one in each), Decimal(0)) == whole.tax
    assert sum((one.gross for one in each), Decimal(0)) == whole.gross == whole.net + whole.tax
    unit = Decimal(1).scaleb(-places)
    for one in each:
        assert one.net == one.net.quantize(unit)
        assert one.tax == one.tax.quantize(unit)
        assert one.net >= 0
        assert one.tax >= 0


@settings(max_examples=300, deadline=None)
@given(LINES, PERCENTS, PLACES)
def test_each_line_is_off_its_exact_amount_by_less_than_one_unit(
    lines: list[Priced], off: Decimal, places: int
) -> None:
    unit = Decimal(1).scaleb(-places)
    for rounding in Rounding:
        each, _whole = money.amounts(lines, off=off, rounding=rounding, places=places)
        for line, one in zip(lines, each, strict=True):
            assert abs(one.net - money.exact_net(line, off)) < unit


@settings(max_examples=300, deadline=None)
@given(LINES, PERCENTS)
def test_by_the_total_the_document_is_what_its_exact_lines_come_to_rounded_once(
    lines: list[Priced], off: Decimal
) -> None:
    _each, whole = money.amounts(lines, off=off, rounding=Rounding.TOTAL)
    assert whole.net == money.rounded(sum((money.exact_net(one, off) for one in lines), Decimal(0)))


@given(decimals("999999999", 6), st.integers(min_value=0, max_value=4))
def test_half_is_rounded_up_on_both_sides_of_zero(value: Decimal, places: int) -> None:
    unit = Decimal(1).scaleb(-places)
    assert money.rounded(value, places) == value.quantize(unit, rounding=ROUND_HALF_UP)
    assert money.rounded(-value, places) == -money.rounded(value, places)


def test_the_two_rules_differ_where_they_should() -> None:
    lines = [Priced(Decimal(1), Decimal("0.004")) for _ in range(5)]
    assert money.amounts(lines)[1] == Amount(Decimal("0.00"), Decimal("0.00"))
    each, whole = money.amounts(lines, rounding=Rounding.TOTAL)
    assert whole.net == CENT * 2
    assert [one.net for one in each] == [Decimal(0), CENT, Decimal(0), CENT, Decimal(0)]


def test_tax_is_worked_out_from_the_rounded_net_of_a_line() -> None:
    (line,), whole = money.amounts([Priced(Decimal(3), Decimal("33.335"), Decimal(5), Decimal(13))])
    assert (line.net, line.tax, whole.gross) == (Decimal("95.00"), Decimal("12.35"), Decimal("107.35"))


@pytest.mark.parametrize(("currency", "places"), [("CNY", 2), ("USD", 2), ("JPY", 0), ("", 2)])
def test_a_currency_has_its_decimals(currency: str, places: int) -> None:
    assert money.places_of(currency) == places


@given(decimals("999999999999", 2), decimals("999999999999", 2))
def test_a_discount_is_never_below_nothing_nor_above_everything(paid: Decimal, full: Decimal) -> None:
    assert 0 <= money.discount_of(paid, full) <= 100


def test_what_costs_more_than_its_list_price_has_no_discount() -> None:
    assert money.discount_of(Decimal(120), Decimal(100)) == 0
    assert money.discount_of(Decimal(90), Decimal(0)) == 0
    assert money.share_of(Decimal(30), Decimal(120)) == Decimal("25.00")
    assert money.share_of(Decimal(30), Decimal(0)) is None
