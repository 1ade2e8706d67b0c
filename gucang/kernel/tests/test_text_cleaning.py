"""Clean text, dates and amounts."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from gucang.kernel.text.cleaning import (
    BadAmount,
    BadDate,
    TooLong,
    clean_text,
    halfwidth,
    halfwidth_digits,
    parse_amount,
    parse_date,
)

SUNDAY = date(2026, 11, 22)


def test_hidden_characters_go_and_joined_emoji_stay() -> None:
    assert clean_text("\ufeff谷\x00仓\u202egpj\u200b ", 20) == "谷仓gpj"
    assert clean_text("👨\u200d👩\u200d👧 好", 20) == "👨\u200d👩\u200d👧 好"


def test_a_line_stays_a_line_and_a_note_keeps_its_lines() -> None:
    assert clean_text("  上海\u3000\t谷仓\r\n有限公司 ", 40) == "上海 谷仓 有限公司"
    assert clean_text("一  \r\n\r\n\r\n\r\n二\x0b三\n", 40, multiline=True) == "一\n\n二\n三"


def test_text_that_does_not_fit_says_by_how_much() -> None:
    with pytest.raises(TooLong) as caught, override("en"):
        clean_text("谷" * 25, 20)
    with override("en"):
        assert str(caught.value) == "This has 25 characters, 20 fit. Shorten it by 5."


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing_more_and_postgres_takes_it(text: str, multiline: bool) -> None:
    once = clean_text(text, 10_000, multiline)
    assert clean_text(once, 10_000, multiline) == once
    assert "\x00" not in once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


def test_width_changes_as_asked() -> None:
    assert halfwidth_digits("（１２３）") == "（123）"
    assert halfwidth("（１２３）　Ａ。") == "(123) A。"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026/1/2", "2026-01-02"),
        ("2026.11.22", "2026-11-22"),
        ("２０２６年１１月２２日", "2026-11-22"),
        ("26年3月5日", "2026-03-05"),
        ("20261122", "2026-11-22"),
        ("2026-11-22 14:30", "2026-11-22"),
        ("11月22日", "2026-11-22"),
        ("1月5日", "2027-01-05"),
        ("10月8号", "2026-10-08"),
        ("2月29日", "2028-02-29"),
        ("今天", "2026-11-22"),
        ("明天", "2026-11-23"),
        ("后天", "2026-11-24"),
        ("昨天", "2026-11-21"),
        ("周日", "2026-11-22"),
        ("周三", "2026-11-25"),
        ("本周三", "2026-11-18"),
        ("下周三", "2026-11-25"),
        ("下下周一", "2026-11-30"),
        ("上周五", "2026-11-13"),
        ("下星期天", "2026-11-29"),
        ("3天后", "2026-11-25"),
        ("2周后", "2026-12-06"),
        ("下月5号", "2026-12-05"),
        ("上个月5日", "2026-10-05"),
        ("tomorrow", "2026-11-23"),
    ],
)
def test_a_date_is_understood_as_people_say_it(text: str, day: str) -> None:
    assert parse_date(text, SUNDAY).isoformat() == day


def test_a_spreadsheet_day_counts_only_where_asked_for() -> None:
    assert parse_date("46348", SUNDAY, serial=True) == SUNDAY
    with pytest.raises(BadDate):
        parse_date("46348", SUNDAY)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-30", "There is no day"),
        ("13月1日", "There is no day"),
        ("改天", "Write it like 2026-11-22"),
        ("", "Write"),
    ],
)
def test_a_bad_date_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(BadDate) as caught:
        parse_date(text, SUNDAY)
    with override("en"):
        assert says in str(caught.value)


@given(st.dates(), st.sampled_from(["{0.year:04}-{0.month}-{0.day}", "{0.year:04}年{0.month}月{0.day}日"]))
def test_a_written_date_comes_back(day: date, form: str) -> None:
    assert parse_date(form.format(day), SUNDAY) == day


@given(st.dates(date(2000, 1, 10), date(2090, 1, 1)), st.integers(-180, 180))
def test_a_day_without_a_year_is_the_nearest_one(today: date, away: int) -> None:
    day = today + timedelta(days=away)
    if (day.month, day.day) != (2, 29):
        assert parse_date(f"{day.month}月{day.day}日", today) == day


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_sentence(text: str) -> None:
    try:
        parse_date(text, SUNDAY, serial=True)
    except BadDate:
        return


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("¥1.2万", "12000"),
        ("￥ 386,400", "386400"),
        ("3亿", "300000000"),
        ("１２３", "123"),
        ("1.5w", "15000"),
        ("20k", "20000"),
        ("-¥500", "-500"),
        ("(500)", "-500"),
        ("50元", "50"),
        ("12.5万元", "125000"),
        ("1,2345", "12345"),
        ("壹万贰仟", "12000"),
        ("人民币壹万贰仟元伍角整", "12000.50"),
        ("一百二十三", "123"),
        ("十二万", "120000"),
        ("一万二", "12000"),
        ("一万零二", "10002"),
        ("两亿三千万", "230000000"),
        (".5", "0.5"),
        ("12345678901234567890123456789.01万", "123456789012345678901234567890100"),
    ],
)
def test_an_amount_is_exact(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "abc", "1,23", "12,34,567", "1.2.3", "$500", "1e5", "NaN", "Infinity", "万", "百二", "--5"]
)
def test_what_is_no_amount_says_what_to_write(text: str) -> None:
    with pytest.raises(BadAmount) as caught:
        parse_amount(text)
    with override("en"):
        assert "1.2万" in str(caught.value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_an_amount_with_separators_comes_back_exactly(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,.2f}") == amount


@given(st.text(alphabet="0123456789.,万亿千百十零一二壹贰元角分整¥- ()", max_size=14))
def test_any_text_is_an_amount_or_a_sentence(text: str) -> None:
    try:
        assert parse_amount(text).is_finite()
    except BadAmount:
        return
