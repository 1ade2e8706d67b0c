"""One's calendar on other devices: making the address that a phone subscribes to, and what it gets there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_safe

from gucang.accounts import kept
from gucang.accounts.actions import tokens
from gucang.accounts.models import Member, Token
from gucang.kernel import clock
from gucang.kernel.errors import Invalid, Problem
from gucang.kernel.scope import active_company_id
from gucang.surface import calendarpage, dated, ical
from gucang.surface.api import buckets
from gucang.surface.calendarpage import Span
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render

DAYS = (90, 180, 365)
BACK, AHEAD = timedelta(days=90), timedelta(days=365)
MOST_OF_A_KIND = 500
# Programs ask every few minutes at most; a phone with several of them must not be turned away.
PER_MINUTE = 12


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def page(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Make an address to subscribe to, by somebody who has shown lately who they are; it is shown this once."""
    if request.method == "POST" and get_adapter(request).is_reauthentication_required(app=""):
        target = urlencode({"next": kept.keep(request) or request.path})
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{target}")
    name, days = request.POST.get("name", _t("My phone")), request.POST.get("days", str(DAYS[-1]))
    context: dict[str, Any] = {
        "name": name,
        "days": days,
        "errors": {"name": "", "expires_on": ""},
        "why": "",
        "link": "",
    }
    status = 200
    if not request.actor.may(tokens.FEED):
        context["why"] = _t("Your role does not let the calendar out. Ask an administrator if you need it.")
    elif request.method == "POST":
        ends = clock.today() + timedelta(days=int(days) if days.isdigit() and int(days) in DAYS else DAYS[0])
        wanted = {"name": name, "scopes": [tokens.FEED], "expires_on": ends}
        try:
            token = tokens.create(actor=request.actor, values=wanted).record
        except Invalid as problem:
            context["errors"] |= {field: " ".join(found) for field, found in problem.fields.items()}
            status = problem.status
        except Problem as problem:
            context["why"], status = str(problem), problem.status
        else:
            context |= {"link": link_of(request, token.key), "ends": token.expires_on}
    context["feeds"] = _feeds(request)
    context["today"] = clock.today()
    return render(request, "accounts/feed.html", context, status=status)


def link_of(request: CompanyRequest, key: str) -> str:
    """The address to subscribe to. The origin is the configured one, whatever the request says."""
    return f"{settings.PUBLIC_ORIGIN}{request.base}/calendar/feed/{key}.ics"


def _feeds(request: CompanyRequest) -> list[Token]:
    mine = Token.objects.filter(member_id=request.actor.member_id, scopes=[tokens.FEED], revoked_at=None)
    return list(mine.order_by("expires_on", "pk"))


@require_safe
@answered
def feed(request: CompanyRequest, key: str, **_company: str) -> HttpResponse:
    """The member's own entries from 90 days back to a year ahead, the nearest ones where there are too many.

    The resolver has found the member by the key. Asked again without a change, it answers 304.
    """
    if seconds := buckets.take(active_company_id(), f"feed:{request.actor.token_id}", 1, per_minute=PER_MINUTE):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds)})
    member = Member.objects.select_related("user").get(pk=request.actor.member_id)
    today = clock.today()
    span = Span(today - BACK, today + AHEAD)
    with translation.override(member.user.language if member.user is not None else settings.LANGUAGE_CODE):
        kinds = dated.readable(request.actor)
        found = calendarpage.entries(request.actor, kinds, span, "me", most=MOST_OF_A_KIND, around=today)
        name = _t("Gucang · %(name)s") % {"name": member.name}
        known: dict[str, str] = {"name": name, "address": f"{settings.PUBLIC_ORIGIN}{request.base}"}
        mark = f'"{ical.mark(found.entries, span, **known)}"'
        headers = {"ETag": mark, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
        if request.headers.get("If-None-Match") == mark:
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(ical.written(found.entries, span, **known), content_type=ical.TYPE, headers=headers)
