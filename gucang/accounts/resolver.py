"""Who asks: a person who has signed in, or a token. Asked anew for every request, so that a leaver is out at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from gucang.accounts import kept, presence, second_step, sessions
from gucang.accounts.actions.tokens import FEED, is_feed
from gucang.accounts.actors import actor_for
from gucang.accounts.models import Member, Status, Token, hash_key
from gucang.kernel import clock, setup
from gucang.kernel.actors import Actor
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.surface.api.problems import problem
from gucang.surface.middleware import resolve_actor_with

LAST_COMPANY = "company"
USE_NOTED_EVERY = timedelta(minutes=1)
# Plain SQL: every call of the API asks it.
_BY_KEY = """
    SELECT * FROM accounts_token WHERE company_id = %s AND key_hash = %s AND revoked_at IS NULL AND deleted_at IS NULL
"""

KeyHolder = Callable[[HttpRequest, str], Actor | HttpResponse]
_opened: list[tuple[re.Pattern[str], KeyHolder]] = []


def opened_by_key(pattern: str) -> Callable[[KeyHolder], KeyHolder]:
    """Register who is meant by the key in an address that needs no sign-in: the first group of `pattern`.

    `pattern` is the whole address below the company's. The function answers with the actor as whom the page is read,
    or with the page to show instead; Http404 for a key that opens nothing.
    """

    def remember(function: KeyHolder) -> KeyHolder:
        _opened.append((re.compile(pattern), function))
        return function

    return remember


@resolve_actor_with
def resolve(request: HttpRequest, company: Company) -> Actor | HttpResponse:
    """The actor of a request in the active company, or the answer to give instead."""
    in_api = request.path_info.startswith(f"/{company.slug}/api/")
    bearer = request.headers.get("Authorization", "")
    for pattern, holder in _opened:
        if found := pattern.fullmatch(request.path_info.removeprefix(f"/{company.slug}")):
            return holder(request, found[1])
    if in_api and bearer:
        return _by_token(request, bearer) or problem(request, 401, headers={"WWW-Authenticate": "Bearer"})
    if not request.user.is_authenticated:
        if in_api:
            return problem(request, 401, headers={"WWW-Authenticate": "Bearer"})
        return to_sign_in(request)
    if sessions.has_ended(request):
        logout(request)
        return problem(request, 401, headers={"WWW-Authenticate": "Bearer"}) if in_api else to_sign_in(request)
    member = _member_of(request.user.pk)
    if member is not None and not _stays(request, member):
        member = None
    if member is None:
        if in_api:
            return problem(request, 404)
        raise Http404
    if request.session.get(LAST_COMPANY) != company.slug and not in_api:
        request.session[LAST_COMPANY] = company.slug
    if second_step.is_missing(company, request.user):
        return second_step.refuse(request) if in_api else to_second_step(request)
    return actor_for(member)


def _member_of(user_id: int) -> Member | None:
    """Who this person is in the active company, unless they have left."""
    return setup.kept(
        f"member of:{user_id}", Member.objects.filter(user_id=user_id).exclude(status=Status.LEFT).order_by("id").first
    )


def _stays(request: HttpRequest, member: Member) -> bool:
    """For a request that may write: hold the member here until it is committed. False when they have just left."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return True
    presence.hold(member)
    return presence.is_here(member)


def _by_token(request: HttpRequest, bearer: str) -> Actor | None:
    """The actor of a token that is known, neither revoked nor past its last day, of a member who works here."""
    scheme, _space, key = bearer.partition(" ")
    found = _valid(request, key.strip()) if scheme.lower() == "bearer" else None
    if found is None or is_feed(found[0]):
        return None
    token, member = found
    _note_use(token)
    return actor_for(member, token=token)


@opened_by_key(r"/calendar/feed/([^/]*)\.ics")
def _by_feed(request: HttpRequest, key: str) -> Actor:
    """Who subscribes to a calendar, by the key in its address: they see what its member sees, and do nothing.

    Raises Http404 for a key that is unknown, revoked or over, of a leaver, or of somebody whose role no longer has it.
    """
    found = _valid(request, key)
    if found is None or not is_feed(found[0]):
        raise Http404
    token, member = found
    actor = actor_for(member, token=token)
    if not actor.may(FEED):
        raise Http404
    _note_use(token)
    return replace(actor, scopes=frozenset({"read"}))


def _valid(request: HttpRequest, key: str) -> tuple[Token, Member] | None:
    """The token of this key with its member, if it is neither revoked nor past its last day and they work here."""
    token = next(iter(Token.objects.raw(_BY_KEY, [active_company_id(), hash_key(key)])), None)
    if token is None or token.expires_on < clock.today():
        return None
    member = setup.kept(f"member:{token.member_id}", Member.objects.filter(pk=token.member_id).first)
    if member is None or not member.may_work or not _stays(request, member):
        return None
    return token, member


def _note_use(token: Token) -> None:
    """Keep when the token was last used, at most once a minute.

    Not an action: being used changes nothing that anybody decided. Requests that run side by side do not wait for it.
    """
    now = clock.now()
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_token SET last_used_at = %s WHERE id = ("
            "SELECT id FROM accounts_token WHERE company_id = %s AND id = %s FOR NO KEY UPDATE SKIP LOCKED)",
            [now, active_company_id(), token.pk],
        )


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page and back. What was typed into a form that is being sent is kept meanwhile."""
    if _unasked(request):
        return HttpResponse(status=401)
    return _by_way_of(request, f"{settings.LOGIN_URL}?{urlencode({'next': _wanted(request)})}")


def to_second_step(request: HttpRequest) -> HttpResponse:
    """The way to the page that asks for a second step, and back once there is one."""
    if _unasked(request):
        return HttpResponse(status=401)
    request.session[second_step.WANTED] = _wanted(request)
    return _by_way_of(request, second_step.PATH)


def _unasked(request: HttpRequest) -> bool:
    """Whether a page asks by itself, as for duplicates while somebody types. That leads nowhere and keeps nothing.

    Its answer may come after the answer to the form itself, and would take the place of what that has kept.
    """
    return "X-Unasked" in request.headers


def _wanted(request: HttpRequest) -> str:
    """The page that the person is on or asks for; the page with what they typed when a form was being sent."""
    if request.method not in ("GET", "HEAD"):
        return kept.keep(request) or "/"
    if "HX-Request" in request.headers:
        return kept.own_path(request.headers.get("HX-Current-URL", ""), request) or request.get_full_path()
    return request.get_full_path()


def _by_way_of(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page: with a plain redirect, or told to the script that asked."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    response = HttpResponseRedirect(address)
    response.status_code = 303 if request.method not in ("GET", "HEAD") else 302
    return response
