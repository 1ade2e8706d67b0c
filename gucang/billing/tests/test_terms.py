"""Payment terms: read as people write them, and split to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gucang.billing.ageing import BUCKETS, bucket_of
from gucang.billing.terms import BadTerms, Part, Start, read_terms, split

BILLED = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("货到 30 天", [("100", Start.BILLED, 30)]),
        ("货到付款", [("100", Start.BILLED, 0)]),
        ("月结60", [("100", Start.MONTH_END, 60)]),
        ("month end 60 days", [("100", Start.MONTH_END, 60)]),
        ("30% 预付, 70% 验收后 30 天", [("30", Start.BILLED, 0), ("70", Start.ACCEPTED, 30)]),
        ("30 % 预付 + 70 % 验收后", [("30", Start.BILLED, 0), ("70", Start.ACCEPTED, 0)]),
        ("30％预付、60％货到７天；余", None),
        (
            "30%预付；60%货到7天；验收后365天",
            [("30", Start.BILLED, 0), ("60", Start.BILLED, 7), ("10", Start.ACCEPTED, 365)],
        ),
        ("33.33% advance, 66.67% 30", [("33.33", Start.BILLED, 0), ("66.67", Start.BILLED, 30)]),
        ("60", [("100", Start.BILLED, 60)]),
    ],
)  # fmt: skip
def test_terms_are_read_as_people_write_them(text: str, parts: list[tuple[str, Start, int]] | None) -> None:
    if parts is None:
        with pytest.raises(BadTerms):
            read_terms(text)
        return
    assert read_terms(text) == tuple(Part(Decimal(percent), start, days) for percent, start, days in parts)


@pytest.mark.parametrize(
    "text",
    ["", " , ", "很快", "30% 预付", "30% 预付, 80% 验收", "预付, 验收", "0% 预付, 100% 货到", "货到 99999 天", "-5",
     "100% 100%", ", ".join(["7%"] * 13), "50% 预付, 50% 货到, 月结"],
)  # fmt: skip
def test_what_cannot_be_terms_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadTerms) as refused:
        read_terms(text)
    assert str(refused.value).endswith(("。", "."))


def test_days_are_counted_from_the_day_after() -> None:
    assert Part(Decimal(100), Start.BILLED, 30).due(date(2026, 3, 1), None) == date(2026, 3, 31)
    assert Part(Decimal(100), Start.MONTH_END, 60).due(date(2024, 2, 1), None) == date(2024, 4, 29)
    assert Part(Decimal(100), Start.MONTH_END).due(date(2026, 12, 31), None) == date(2026, 12, 31)
    assert Part(Decimal(100), Start.ACCEPTED, 30).due(BILLED, None) is None
    assert Part(Decimal(100), Start.ACCEPTED, 30).due(BILLED, date(2026, 5, 1)) == date(2026, 5, 31)


amounts = st.decimals(min_value="0.01", max_value="99999999999999.99", places=2)


@given(amounts, st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_instalments_come_to_the_amount_to_the_cent(amount: Decimal, weights: list[int]) -> None:
    whole = sum(weights)
    percents = [Decimal(weight * 100) / whole for weight in weights]
    percents = [round(one, 2) for one in percents[:-1]]
    percents.append(100 - sum(percents))
    assume(min(percents) > 0)
    parts = [Part(percent, Start.BILLED, number) for number, percent in enumerate(percents)]
    shares = split(amount, parts, BILLED)
    assert sum(share.amount for share in shares) == amount
    assert all(share.amount > 0 and share.amount == round(share.amount, 2) for share in shares)
    for part, share in zip(parts, shares, strict=False):
        if len(shares) == len(parts):
            assert abs(share.amount - amount * part.percent / 100) <= Decimal("0.01")


def test_many_small_parts_of_a_few_cents_leave_nothing_negative() -> None:
    shares = split(Decimal("0.05"), [Part(Decimal(10))] * 10, BILLED)
    assert [share.amount for share in shares] == [Decimal("0.01")] * 5


@given(st.integers(-400, 400))
def test_every_day_falls_into_one_bucket_and_into_its_days(late: int) -> None:
    today = date(2026, 6, 1)
    due = today - timedelta(days=late)
    fitting = [
        bucket
        for bucket in BUCKETS
        for first, last in (bucket.days(today),)
        if (first is None or due >= first) and (last is None or due <= last)
    ]
    # What is not due has no last day: all that is later than today belongs to it.
    assert bucket_of(due, today) in fitting


def test_money_is_late_from_the_day_after_it_was_due() -> None:
    today = date(2026, 6, 1)
    ages = {0: "current", 1: "d30", 30: "d30", 31: "d60", 60: "d60", 61: "d90", 90: "d90", 91: "older", 4000: "older"}
    assert {late: bucket_of(today - timedelta(days=late), today).key for late in ages} == ages
    assert bucket_of(None, today).key == bucket_of(today + timedelta(days=1), today).key == "current"
