"""A person's own page in a company: what they chose, where they are signed in, their tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from gucang.accounts import kept
from gucang.accounts.actions import members, tokens
from gucang.accounts.models import Member, Token
from gucang.accounts.queries import roles_of
from gucang.kernel import clock, permissions, records
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.surface import timeline
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render, toast
from gucang.surface.screens.common import here

DAYS = (30, 90, 180, 365)
FEW_LOOKS = 5


def page(request: CompanyRequest, **_company: str) -> HttpResponse:
    """My settings."""
    return render(request, "accounts/me.html", _own(request))


def _own(request: CompanyRequest) -> dict[str, Any]:
    member = Member.objects.select_related("department", "manager").get(pk=request.actor.member_id)
    mine = Token.objects.filter(member=member).order_by("revoked_at", "expires_on")
    return {
        "member": member,
        "roles": roles_of(member),
        "tokens": [(one, _scopes_in_words(one)) for one in mine if one.revoked_at is None],
        "today": clock.today(),
        "looks": looks_at(request, member),
    }


def _scopes_in_words(token: Token) -> str:
    return str(permissions.known()[tokens.FEED]) if tokens.is_feed(token) else "、".join(token.scopes)


def looks_at(request: CompanyRequest, member: Member) -> list[timeline.Entry]:
    """Who looked at the program as this member, the latest first: among the last page of the own timeline."""
    entries = timeline.read(request, records.get("member"), member).entries
    return [entry for entry in entries if entry.name == members.look_as.name][:FEW_LOOKS]


@require_http_methods(["GET", "POST"])
def new_token(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Make a token, by somebody who has shown lately who they are; the answer shows its key, this once."""
    if get_adapter(request).is_reauthentication_required(app=""):
        target = kept.keep(request) if request.method == "POST" else None
        return HttpResponseRedirect(
            f"{reverse('account_reauthenticate')}?{urlencode({'next': target or request.get_full_path()})}"
        )
    values = {"name": "", "scopes": ["read"], "days": "90"}
    errors = {"name": "", "scopes": "", "expires_on": ""}
    if request.method == "POST":
        days = request.POST.get("days", "")
        more = request.POST.get("more", "").replace("，", ",").split(",")
        scopes = [*request.POST.getlist("scopes"), *filter(None, map(str.strip, more))]
        values = {"name": request.POST.get("name", ""), "scopes": scopes, "days": days}
        ends = clock.today() + timedelta(days=int(days) if days.isdigit() and int(days) in DAYS else DAYS[0])
        try:
            wanted = {"name": values["name"], "scopes": scopes, "expires_on": ends}
            token = tokens.create(actor=request.actor, values=wanted).record
        except Invalid as problem:
            errors |= {name: " ".join(found) for name, found in problem.fields.items()}
        except Problem as problem:
            errors["scopes"] = str(problem)
        else:
            return render(request, "accounts/token_made.html", {"token": token, "key": token.key})
    context = {"values": values, "errors": errors, "choices": scope_choices(), "days": DAYS}
    return render(request, "accounts/token_new.html", context, status=422 if any(errors.values()) else 200)


def scope_choices() -> list[tuple[str, str]]:
    """What a token is most often narrowed to: reading, or all of one record type."""
    kinds = [(f"{kind.name}.*", str(kind.label_plural)) for kind in records.every() if kind.create or kind.edit]
    return [("read", _t("read everything that I may see")), *kinds, ("*", _t("everything that I may do"))]


@require_POST
def revoke_token(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """End one of my tokens."""
    try:
        token = tokens.revoke(pk, actor=request.actor).record
    except NotVisible:
        return HttpResponse(status=404)
    except Problem as problem:
        toast(request, str(problem))
    else:
        toast(request, _t("“%(token)s” is revoked.") % {"token": token})
    return HttpResponseRedirect(here(request, f"{request.base}/me"))
