"""对账单: a customer's account in a period, on the screen, on paper and as a workbook."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import override, pgettext
from django.views.decorators.http import require_safe

from gucang.billing import queries
from gucang.billing.paper import sheet_of
from gucang.billing.statements import Line, Statement, currencies_of, statement_of, words_of
from gucang.kernel import clock, records
from gucang.kernel.actors import Reach
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.kernel.text import BadText, parse_date
from gucang.papers.frame import in_languages
from gucang.papers.screens import as_file, asked_language
from gucang.parties.models import Customer
from gucang.surface import workbook
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.surface.screens.common import find


@require_safe
@answered
def show(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The statement of one customer; without days, of this month."""
    customer, found, problem = _asked(request, pk)
    codes = currencies_of(customer.pk)
    here = f"{request.base}/customers/{pk}/statement"
    period = {"first": found.first.isoformat(), "last": found.last.isoformat()}
    context = {
        "customer": customer,
        "found": found,
        "problem": problem,
        "lines": [(line, words_of(line), _url(request, line)) for line in found.lines],
        "currency": found.currency or request.company.currency,
        "currencies": [
            (
                code or request.company.currency,
                f"{here}?{urlencode(period | {'currency': code})}",
                code == found.currency,
            )
            for code in codes
        ]
        if len(codes) > 1
        else [],
        "code": found.currency,
        "periods": [(text, f"{here}?{urlencode(days | {'currency': found.currency})}") for text, days in _periods()],
        "here": here,
        "file_url": f"{here}.xlsx?{urlencode(period | {'currency': found.currency})}",
        "links": in_languages(f"{here}.pdf?{urlencode(period | {'currency': found.currency})}"),
        "customer_url": f"{request.base}/customers/{pk}",
    }
    return render(request, "billing/statement.html", context)


@require_safe
@answered
def file(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The same as a workbook."""
    customer, found, _problem = _asked(request, pk)
    money = found.currency or request.company.currency
    rows: list[list[Any]] = [
        [_t("Statement"), customer.name, found.first, found.last, money, request.company.name],
        [
            _t("Date"),
            pgettext("money", "What"),
            pgettext("money", "Number"),
            pgettext("money", "Text"),
            _t("Owed"),
            _t("Settled"),
            _t("Balance"),
        ],
        [found.first, _t("Opening balance"), "", "", None, None, found.opening],
        *(
            [one.on, words_of(one), one.number, one.text, one.owed or None, one.settled or None, one.balance]
            for one in found.lines
        ),
        [found.last, _t("Closing balance"), "", "", found.owed, found.settled, found.closing],
    ]
    rows[0] = [one.isoformat() if isinstance(one, date) else one for one in rows[0]]
    answer = HttpResponse(workbook.workbook(_t("Statement"), rows, heads=2), content_type=workbook.CONTENT_TYPE)
    name = f"statement-{customer.number}-{found.last.isoformat()}.xlsx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@answered
def paper(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The same on paper, in the language of `?language=` or in one's own."""
    customer, found, _problem = _asked(request, pk)
    with override(asked_language(request)):
        return as_file(sheet_of(customer, found, request.actor), more=found.last.isoformat())


def _asked(request: CompanyRequest, pk: int) -> tuple[Customer, Statement, str]:
    """The customer, the statement that the address asks for, and what was wrong with it.

    Raises NotVisible; Forbidden where a field rule hides amounts, which balances would tell.
    """
    actor, kind = request.actor, records.get("customer")
    if not actor.may("customer.view") or not actor.may("receivable.view") or not actor.may("payment.view"):
        raise NotVisible
    customer = find(kind, request, pk)
    for name in ("receivable", "payment"):
        # Money may have a narrower reach than customers: whoever sees not all of it gets no balance.
        members = actor.members(actor.reach(f"{name}.view") or Reach.OWN)
        shared = customer.pk in actor.shared("customer")
        if members is not None and customer.owner_id not in members and not shared:
            raise NotVisible
    if not queries.sees_amounts(actor, "receivable", "payment"):
        raise Forbidden(_t("Your role does not show the amounts of receivables, so it shows no sums of them either."))
    (first, last), problem = _period(request)
    asked, codes = request.GET.get("currency", ""), currencies_of(customer.pk)
    return customer, statement_of(customer.pk, asked if asked in codes else codes[0], first, last), problem


def _period(request: CompanyRequest) -> tuple[tuple[date, date], str]:
    today = clock.today()
    first, last = today.replace(day=1), today
    try:
        first = parse_date(request.GET["first"], today=today) if request.GET.get("first") else first
        last = parse_date(request.GET["last"], today=today) if request.GET.get("last") else last
    except BadText as problem:
        return (today.replace(day=1), today), str(problem)
    if last < first:
        return (last, last), _t("The period ends before it begins. Choose a later last day.")
    return (first, last), ""


def _periods() -> list[tuple[str, dict[str, str]]]:
    today = clock.today()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    before = (date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    found = (
        (_t("This month"), (today.replace(day=1), today)),
        (_t("Last month"), before),
        (_t("This year"), (today.replace(month=1, day=1), today)),
        (_t("Last year"), (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))),
    )
    return [(text, {"first": days[0].isoformat(), "last": days[1].isoformat()}) for text, days in found]


def _url(request: CompanyRequest, line: Line) -> str:
    return f"{request.base}/{records.get(line.record).plural}/{line.pk}"
