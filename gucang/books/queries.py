"""Whether a day is open, and what a currency is worth: asked by every module that books something."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, Value, When
from django.utils.translation import gettext as _t

from gucang.books import rules
from gucang.books.models import BookRules, ExchangeRate
from gucang.kernel.currency import own_currency
from gucang.kernel.errors import Invalid
from gucang.kernel.setup import kept

ONE = Decimal(1)


def closed_until() -> date | None:
    """The last day that is closed; None where nothing is."""
    return kept("closed until", lambda: BookRules.objects.values_list("closed_until", flat=True).first())


def check_open(day: date, field: str = "") -> None:
    """Raise Invalid (about `field`) for a day on which nothing may be booked any more."""
    if sentence := rules.why_closed(day, closed_until()):
        raise Invalid({field: [sentence]})


def rate_on(currency: str, day: date) -> Decimal | None:
    """What one unit of `currency` ("" is the company's own) is worth on `day`, by the latest rate until then."""
    if currency in ("", own_currency()):
        return ONE
    days, rates = kept("exchange rates", _rates).get(currency, ((), ()))
    place = bisect_right(days, day)
    return rates[place - 1] if place else None


def in_own_currency(amount: str, day: date, currency: str = "currency") -> Case:
    """The expression of a column in the company's currency, by the rates of `day`; null where nobody has entered one.

    `currency` is the column that says in what the amount is, "" for the company's own.
    """
    known = {code: rate for code in kept("exchange rates", _rates) if (rate := rate_on(code, day)) is not None}
    worth = (When(Q(**{currency: code}), then=F(amount) * Value(rate)) for code, rate in known.items())
    own = When(Q(**{f"{currency}__in": ("", own_currency())}), then=F(amount))
    return Case(own, *worth, output_field=DecimalField(max_digits=24, decimal_places=8))


def check_rate(currency: str, day: date, field: str = "currency") -> Decimal:
    """The rate of `currency` on `day`. Raises Invalid (about `field`) where nobody has entered one."""
    found = rate_on(currency, day)
    if found is None:
        sentence = _t("There is no rate for %(currency)s on %(day)s. Finance enters it under Settings, exchange rates.")
        raise Invalid({field: [sentence % {"currency": currency, "day": day.isoformat()}]})
    return found


def _rates() -> dict[str, tuple[tuple[date, ...], tuple[Decimal, ...]]]:
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for currency, day, rate in ExchangeRate.objects.order_by("on").values_list("currency", "on", "rate"):
        found.setdefault(currency, []).append((day, rate))
    return {key: (tuple(d for d, _r in rows), tuple(r for _d, r in rows)) for key, rows in found.items()}
