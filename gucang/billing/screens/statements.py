"""对账单: a customer's account in a period, on the screen, on paper and as a workbook."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
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
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.kernel.models import Company
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
    return as_workbook(customer, found, request.company)


@require_safe
@answered
def paper(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The same on paper, in the language of `?language=` or in one's own."""
    customer, found, _problem = _asked(request, pk)
    return as_paper(customer, found, request.actor, asked_language(request))


def as_workbook(customer: Customer, found: Statement, company: Company) -> HttpResponse:
    """A statement as a workbook, in the active language."""
    money = found.currency or company.currency
    period = [found.first.isoformat(), found.last.isoformat()]
    rows: list[list[Any]] = [
        [_t("Statement"), customer.name, *period, money, company.name],
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
    answer = HttpResponse(workbook.workbook(_t("Statement"), rows, heads=2), content_type=workbook.CONTENT_TYPE)
    name = f"statement-{customer.number}-{found.last.isoformat()}.xlsx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def as_paper(customer: Customer, found: Statement, actor: Actor, language: str) -> HttpResponse:
    """A statement as a PDF in a language."""
    with override(language):
        return as_file(sheet_of(customer, found, actor), more=found.last.isoformat())


def _asked(request: CompanyRequest, pk: int) -> tuple[Customer, Statement, str]:
    """The customer, the statement that the address asks for, and what was wrong with it; see `check_sees`."""
    check_sees(request.actor, None)
    customer = find(records.get("customer"), request, pk)
    check_sees(request.actor, customer)
    days, problem = asked_period(request.GET)
    asked, codes = request.GET.get("currency", ""), currencies_of(customer.pk)
    return customer, statement_of(customer.pk, asked if asked in codes else codes[0], *days), problem


def check_sees(actor: Actor, customer: Customer | None) -> None:
    """Raise NotVisible unless the actor sees all money of the customer (None: of any at all); Forbidden where a field
    rule hides amounts, which balances would tell.
    """
    if not actor.may("customer.view") or not actor.may("receivable.view") or not actor.may("payment.view"):
        raise NotVisible
    if customer is None:
        return
    for name in ("receivable", "payment"):
        # Money may have a narrower reach than customers: whoever sees not all of it gets no balance.
        members = actor.members(actor.reach(f"{name}.view") or Reach.OWN)
        shared = customer.pk in actor.shared("customer")
        if members is not None and customer.owner_id not in members and not shared:
            raise NotVisible
    if not queries.sees_amounts(actor, "receivable", "payment"):
        raise Forbidden(_t("Your role does not show the amounts of receivables, so it shows no sums of them either."))


def asked_period(params: Mapping[str, str]) -> tuple[tuple[date, date], str]:
    """The first and the last day that an address asks for, and what is wrong with them; this month without any."""
    today = clock.today()
    first, last = today.replace(day=1), today
    try:
        first = parse_date(params["first"], today=today) if params.get("first") else first
        last = parse_date(params["last"], today=today) if params.get("last") else last
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
