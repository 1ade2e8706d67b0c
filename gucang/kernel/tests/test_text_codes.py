"""Credit codes and number patterns."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from gucang.kernel.text.codes import BadCode, NumberPattern, check_credit_code, make_credit_code

GOOD = "91110000600037341L"


def test_a_good_code_is_taken_in_any_way_of_writing() -> None:
    assert check_credit_code(GOOD) == GOOD
    assert check_credit_code(" 91110000 600037341l ") == GOOD
    assert check_credit_code("９１１１００００６０００３７３４１Ｌ") == GOOD


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "this has 0"),
        (GOOD[:-1], "this has 17"),
        (GOOD + "1", "this has 19"),
        ("9111000060003734IL", "“I” at place 17"),
        ("91110000600037O41L", "“O” at place 15"),
        ("9111A000600037341L", "3 to 8"),
        ("91110000600037342L", "last one does not fit"),
        ("91110000600037341M", "last one does not fit"),
    ],
)
def test_a_bad_code_says_which_rule_it_breaks(raw: str, says: str) -> None:
    with pytest.raises(BadCode) as caught:
        check_credit_code(raw)
    with override("en"):
        assert says in str(caught.value)


@given(st.integers(0, 2**32), st.integers(0, 17))
def test_a_made_code_is_valid_and_one_wrong_character_is_noticed(seed: int, place: int) -> None:
    code = make_credit_code(random.Random(seed))
    assert check_credit_code(code) == code
    assert uscc.is_valid(code)
    other = "1" if code[place] != "1" else "2"
    with pytest.raises(BadCode):
        check_credit_code(code[:place] + other + code[place + 1 :])


DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("pattern", "number", "period"),
    [
        ("KH-{yy}{mm}-{seq:04}", "KH-2611-0007", "2611"),
        ("SJ{yyyy}{seq:05}", "SJ202600007", "2026"),
        ("{yyyy}{mm}{dd}-{seq}号", "20261122-7号", "20261122"),
        ("客户{seq:03}", "客户007", ""),
    ],
)
def test_a_pattern_gives_numbers_and_knows_them_again(pattern: str, number: str, period: str) -> None:
    rule = NumberPattern(pattern)
    assert rule.format(7, DAY) == number
    assert rule.period(DAY) == period
    assert rule.matches(number)
    assert rule.parse(number) == (period, 7)


@pytest.mark.parametrize(
    "number",
    [
        "KH-2611-7",
        "KH-2613-0007",
        "KH-2611-0000",
        "kh-2611-0007",
        "KH-2611-00007",
        " KH-2611-0007",
        "KH-２６11-0007",
        "XX-2611-0007",
        "",
        "KH-2611-0007\n",
    ],
)
def test_a_number_outside_the_pattern_is_not_taken_for_one(number: str) -> None:
    assert not NumberPattern("KH-{yy}{mm}-{seq:04}").matches(number)


def test_a_sequence_outgrows_its_width() -> None:
    rule = NumberPattern("KH-{yy}{mm}-{seq:04}")
    assert rule.format(12_345, DAY) == "KH-2611-12345"
    assert rule.parse("KH-2611-12345") == ("2611", 12_345)


def test_a_day_that_does_not_exist_is_no_number() -> None:
    rule = NumberPattern("{yyyy}{mm}{dd}-{seq:02}")
    assert not rule.matches("20260230-01")
    assert rule.matches("20280229-01")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("KH-{yy}{mm}", "exactly once"),
        ("{seq}-{seq:04}", "exactly once"),
        ("KH-{yy-{seq}", "bracket"),
        ("KH-{week}-{seq}", "“week” is not known"),
        ("{mm}-{seq}", "needs the year"),
        ("{yyyy}{dd}-{seq}", "needs the month"),
        ("{yy}{yyyy}-{seq}", "at most once"),
        ("{seq:04}{yyyy}", "behind {seq}"),
        ("{seq:04}0", "behind {seq}"),
        ("{seq:099}", "1 to 12 digits"),
        ("KH\n{seq}", "no blanks"),
    ],
)
def test_a_bad_pattern_says_which_rule_it_breaks(pattern: str, says: str) -> None:
    with pytest.raises(BadCode) as caught:
        NumberPattern(pattern)
    with override("en"):
        assert says in str(caught.value)


patterns = st.sampled_from(["KH-{yy}{mm}-{seq:04}", "A.{yyyy}{seq}", "{yyyy}-{mm}-{dd}/{seq:02}x", "订单{seq:06}"])


@given(patterns, st.integers(1, 10**12), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_what_a_pattern_formats_it_parses_back(pattern: str, seq: int, day: date) -> None:
    rule = NumberPattern(pattern)
    assert rule.parse(rule.format(seq, day)) == (rule.period(day), seq)


@given(st.text(max_size=20))
def test_any_text_is_a_pattern_or_a_sentence(text: str) -> None:
    try:
        rule = NumberPattern(text)
    except BadCode:
        return
    assert rule.matches(rule.format(1, DAY))
