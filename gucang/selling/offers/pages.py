"""What a customer sees behind the link to a quote: the quote, its PDF, and the two answers. Nobody signs in here.

All of it is read off the paper of the quote, so nothing stands here that would not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_safe

from gucang.accounts import letterhead, logo
from gucang.accounts.people import address_of
from gucang.accounts.resolver import opened_by_key
from gucang.kernel import events
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Problem
from gucang.kernel.scope import active_company_id
from gucang.papers.filling import day, sheet_of
from gucang.papers.screens import as_file
from gucang.papers.sheet import Cell, Sheet
from gucang.selling.actions import quotes
from gucang.selling.models import Quote, QuoteLink, QuoteState
from gucang.selling.offers import opening
from gucang.surface.api import buckets
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment

# So much of one link, and of keys that open nothing by one address, in a minute.
PER_MINUTE, GUESSES = 60, 20
PAGE, WORK = 1, 5
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}
FIELDS = {"accept": ("by", "customer_number", "note"), "decline": ("by", "reason")}


@dataclass
class Asking:
    """The form as it was filled in: which answer, its values, and what was wrong with them."""

    answer: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    sentence: str = ""


View = Callable[[CompanyRequest, QuoteLink, str], HttpResponse]


@opened_by_key(r"/offer/([^/]*)(?:/pdf|/logo)?")
def guest(request: HttpRequest, key: str) -> Actor | HttpResponse:
    """Whoever holds the key: somebody without any right, for whom these pages alone are drawn.

    A key that opens nothing, never did or does no more is answered alike.
    """
    link = opening.opened_by(key, held=request.method == "POST")
    if link is None:
        if buckets.take(active_company_id(), f"offer?{address_of(request)}", 1, per_minute=GUESSES):
            return _too_many(request)
        return _closed(request)
    request.offer = link  # type: ignore[attr-defined]
    return Actor(kind="token", name=link.quote.customer.name, scopes=frozenset())


def _of_link(cost: int) -> Callable[[View], Callable[..., HttpResponse]]:
    """A page of a link: in the link's language, not too often, and never in anybody's cache."""

    def around(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: CompanyRequest, key: str, **_company: str) -> HttpResponse:
            link: QuoteLink = request.offer  # type: ignore[attr-defined]
            with translation.override(link.language):
                if buckets.take(active_company_id(), f"offer:{link.pk}", cost, per_minute=PER_MINUTE):
                    return _too_many(request)
                response = view(request, link, key)
            for name, value in HEADERS.items():
                response.headers[name] = value
            response.headers["Content-Language"] = link.language
            return response

        return inner

    return around


@require_http_methods(["GET", "HEAD", "POST"])
@_of_link(PAGE)
def show(request: CompanyRequest, link: QuoteLink, key: str) -> HttpResponse:
    """The quote with its two answers; sent, one of them."""
    if request.method == "POST":
        return _answer(request, link, key)
    if request.method == "GET":
        opening.note_visit(link)
    return _page(request, link, key)


@require_safe
@_of_link(WORK)
def paper(request: CompanyRequest, link: QuoteLink, key: str) -> HttpResponse:
    """The PDF."""
    if link.quote.state == QuoteState.SUPERSEDED:
        return _page(request, link, key)
    try:
        return as_file(sheet_of(link.quote, system(), link.language))
    except Problem as problem:
        return _said(request, str(problem), problem.status)


@require_safe
@_of_link(PAGE)
def mark(request: CompanyRequest, link: QuoteLink, key: str) -> HttpResponse:
    """The logo of who offers."""
    found = logo.read(letterhead.of_company().logo)
    return HttpResponse(found, content_type="image/png") if found else _said(request, "", 404)


def _answer(request: CompanyRequest, link: QuoteLink, key: str) -> HttpResponse:
    """Run what the customer decided, by the program's hand: who it was and by which link is in the event's facts."""
    wanted = request.POST.get("answer", "")
    asking = Asking(wanted, {name: request.POST.get(name, "") for name in FIELDS.get(wanted, ())})
    if wanted not in FIELDS:
        asking.sentence = _t("Choose one of the two answers.")
        return _page(request, link, key, asking, 422)
    if link.quote.state != QuoteState.SENT:
        # The page says what was answered, by whom and when.
        return _page(request, link, key, asking, 409)
    if not re.search(r"\w", asking.values["by"]):
        asking.errors["by"] = _t("Write your name, so that we know who answered.")
        return _page(request, link, key, asking, 422)
    verb = quotes.accept if wanted == "accept" else quotes.decline
    told = {"id": link.pk, "name": asking.values["by"].strip()[:60], "made_by": link.made_by_id}
    try:
        with events.noting(link=told):
            verb(link.quote, actor=system(), request_id=request.request_id, **asking.values)
    except Invalid as problem:
        asking.errors = {name: " ".join(found) for name, found in problem.fields.items()}
        return _page(request, link, key, asking, 422)
    except Problem as problem:
        asking.sentence = str(problem)
        return _page(request, link, key, asking, problem.status)
    return HttpResponseRedirect(request.path)


def _page(
    request: CompanyRequest, link: QuoteLink, key: str, asking: Asking | None = None, status: int = 200
) -> HttpResponse:
    quote = link.quote
    base = f"{request.base}/offer/{key}"
    replaced = quote.state == QuoteState.SUPERSEDED
    sheet = sheet_of(quote, system(), link.language)
    context = {
        "quote": quote,
        "replaced": replaced,
        "sheet": sheet,
        "logo_url": f"{base}/logo" if sheet.sender.logo else "",
        "pdf_url": f"{base}/pdf",
        "rows": () if replaced else _rows(sheet),
        "asking": asking or Asking(),
        "answered": _answered(quote),
        "language": link.language,
        "seller": quote.owner,
    }
    return fragment(request, "selling/offer.html", context, status)


def _rows(sheet: Sheet) -> list[list[tuple[Any, str, list[str], str]]]:
    """The rows for the screen: (kind, label, smaller lines, text) of each cell."""
    found = []
    for row in sheet.rows:
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
        found.append([
            (column.kind, column.label, list(cell.below), cell.main)
            for column, cell in zip(sheet.columns, cells, strict=True)
        ])  # fmt: skip
    return found


def _answered(quote: Quote) -> str:
    """What was answered, by whom and when, in a sentence; "" while nothing was."""
    if quote.state not in (QuoteState.ACCEPTED, QuoteState.DECLINED) or quote.answered_on is None:
        return ""
    accepted = quote.state == QuoteState.ACCEPTED
    words = {"by": quote.answered_by, "day": day(quote.answered_on)}
    if not quote.answered_by:
        said = _t("This quote was accepted on %(day)s.") if accepted else _t("This quote was declined on %(day)s.")
    elif accepted:
        said = _t("%(by)s accepted this quote on %(day)s.")
    else:
        said = _t("%(by)s declined this quote on %(day)s.")
    return said % words


def _closed(request: HttpRequest) -> HttpResponse:
    sentence = _t("This link opens nothing, or nothing any more. Ask whoever sent it to you for a new one.")
    return _said(request, sentence, 404)


def _too_many(request: HttpRequest) -> HttpResponse:
    return _said(request, _t("This was asked for very often just now. Wait a minute and load the page again."), 429)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "status": status, "language": translation.get_language()}
    response = fragment(request, "selling/offer_closed.html", context, status)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
