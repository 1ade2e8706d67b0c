"""Closed periods and exchange rates: what is refused, what counts on which day, and for whom."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.books import actions, queries
from gucang.books.models import ExchangeRate
from gucang.kernel import clock
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope


def test_nothing_is_closed_until_somebody_closes_it(scope: Any, adam: Any) -> None:
    queries.check_open(date(2020, 1, 1))
    until = clock.today() - timedelta(days=30)
    actions.create(actor=adam, values={"closed_until": until})
    assert queries.closed_until() == until
    queries.check_open(until + timedelta(days=1))
    with pytest.raises(Invalid, match=until.isoformat()) as refused:
        queries.check_open(until, "billed_on")
    assert set(refused.value.fields) == {"billed_on"}


def test_a_period_that_is_not_over_is_not_closed(scope: Any, adam: Any) -> None:
    with pytest.raises(Invalid, match="还没到"):
        actions.create(actor=adam, values={"closed_until": clock.today() + timedelta(days=1)})


def test_there_is_one_closed_period(scope: Any, adam: Any) -> None:
    actions.create(actor=adam, values={"closed_until": date(2020, 1, 31)})
    with pytest.raises(Refused):
        actions.create(actor=adam, values={"closed_until": date(2020, 2, 29)})


def test_the_latest_rate_until_a_day_counts(scope: Any, adam: Any) -> None:
    for day, rate in ((date(2026, 1, 1), "7.10"), (date(2026, 3, 1), "7.20"), (date(2026, 2, 1), "7.15")):
        actions.create_rate(actor=adam, values={"currency": "USD", "on": day, "rate": rate})
    assert queries.rate_on("USD", date(2025, 12, 31)) is None
    assert queries.rate_on("USD", date(2026, 1, 1)) == Decimal("7.1")
    assert queries.rate_on("USD", date(2026, 2, 28)) == Decimal("7.15")
    assert queries.rate_on("USD", date(2030, 1, 1)) == Decimal("7.2")
    assert queries.rate_on("", date(1999, 1, 1)) == queries.rate_on("CNY", date(1999, 1, 1)) == 1
    with pytest.raises(Invalid, match="EUR"):
        queries.check_rate("EUR", date(2026, 1, 1))


@pytest.mark.parametrize("rate", ["0", "-1", "0.0000001", "贵", "NaN", "1e400"])
def test_a_rate_is_a_number_above_zero(scope: Any, adam: Any, rate: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_rate(actor=adam, values={"currency": "USD", "on": date(2026, 1, 1), "rate": rate})
    assert set(refused.value.fields) == {"rate"}


def test_the_own_currency_has_no_rate(scope: Any, adam: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_rate(actor=adam, values={"currency": "CNY", "on": date(2026, 1, 1), "rate": "1"})
    assert set(refused.value.fields) == {"currency"}


def test_a_salesperson_neither_closes_nor_opens(scope: Any, alice: Any) -> None:
    with pytest.raises(Forbidden):
        actions.create(actor=alice, values={"closed_until": date(2020, 1, 1)})


def test_another_companys_books_are_its_own(other: Company, dan: Any, acme: Company, adam: Any) -> None:
    with company_scope(other):
        actions.create(actor=dan, values={"closed_until": date(2026, 1, 31)})
        actions.create_rate(actor=dan, values={"currency": "USD", "on": date(2026, 1, 1), "rate": "7"})
    with company_scope(acme):
        queries.check_open(date(2026, 1, 1))
        assert queries.rate_on("USD", date(2026, 6, 1)) is None
        assert not ExchangeRate.objects.exists()
