"""Amounts in capitals: as the bank wants them, and read back to what they were."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gucang.kernel.text.capitals import in_capitals
from gucang.kernel.text.numerals import chinese_number


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("100005000", "壹亿零伍仟元整"),
        ("1340180", "壹佰叁拾肆万零壹佰捌拾元整"),
        ("123456789.01", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
        ("1200000000000", "壹万贰仟亿元整"),
        ("-3.2", "负叁元贰角"),
        ("2.345", "贰元叁角伍分"),
    ],
)
def test_an_amount_is_written_as_on_a_cheque(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_what_is_written_is_read_as_the_same_amount(amount: Decimal) -> None:
    assert chinese_number(in_capitals(amount)) == amount


def test_an_amount_beyond_all_words_is_an_error() -> None:
    with pytest.raises(ValueError):
        in_capitals(Decimal(10) ** 16)
