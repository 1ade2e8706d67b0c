"""From an address to a company, an actor and a scope: what every page and every API call stands in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from gucang.kernel.actors import Actor
from gucang.kernel.models import Company
from gucang.kernel.models.company import RESERVED_SLUGS
from gucang.kernel.scope import company_scope

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
Resolver = Callable[[HttpRequest, Company], Actor | HttpResponse]

Finder = Callable[[HttpRequest, str], Company | None]

_finder: Finder | None = None
_resolver: Resolver | None = None


def find_company_with(finder: Finder) -> Finder:
    """Register who finds the company of an address, and may read on the way who asks: accounts does. Needs no scope."""
    global _finder
    _finder = finder
    return finder


def resolve_actor_with(resolver: Resolver) -> Resolver:
    """Register who finds the actor of a request in a company: accounts does.

    It runs inside the company's scope and returns the actor, or the answer to give instead (sign-in page, 401, 404).
    """
    global _resolver
    _resolver = resolver
    return resolver


class CompanyRequest(HttpRequest):
    """A request inside a company, as the middleware leaves it. Views annotate this type."""

    company: Company
    actor: Actor
    base: str
    request_id: str
    # Of a page that somebody sees as somebody else: as whom, and their own request.
    looking: Any
    own: CompanyRequest


def health(get_response: GetResponse) -> GetResponse:
    """Answer /healthz before anything else: the process is alive. /readyz says whether the database is too."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            return _readiness()
        return get_response(request)

    return answer


def _readiness() -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("not ready", reason=str(error))
        return HttpResponse("the database does not answer", "text/plain", 503, headers={"Retry-After": "2"})
    return HttpResponse("ready", content_type="text/plain")


class PreferencesMiddleware:
    """The person's language; before signing in, the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request) if "HTTP_ACCEPT_LANGUAGE" in request.META else None
        with translation.override(chosen or settings.LANGUAGE_CODE):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen or settings.LANGUAGE_CODE)
        return response


class CompanyMiddleware:
    """Everything below /<company>/ runs inside that company's scope, in one transaction, as one actor.

    The answer leaves after the commit, so what was acknowledged is kept. An unexpected error rolls everything back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.request_id = _request_id(request)
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        slug = request.path_info.split("/", 2)[1]
        if not slug or slug in RESERVED_SLUGS:
            return self.get_response(request)
        assert _finder is not None, "accounts registers the finder"
        assert _resolver is not None, "accounts registers the resolver"
        company = _finder(request, slug)
        if company is None:
            raise Http404
        with company_scope(company, stamp=company.setup_stamp):
            request.company, request.base = company, f"/{company.slug}"
            actor = _resolver(request, company)
            if isinstance(actor, HttpResponseBase):
                return actor
            request.actor = actor
            response = _with_words(request, self.get_response(request))
            if getattr(request, "failed", False) or response.status_code >= 500:
                transaction.set_rollback(True)
        response.headers["X-Request-ID"] = request.request_id
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: Any, exception: Exception) -> None:
        request.failed = True


def _with_words(request: Any, response: HttpResponseBase) -> HttpResponseBase:
    """The same answer, but where Django would show an empty page: an address that takes another method."""
    in_api = request.path_info.startswith(f"{request.base}/api/")
    if response.status_code != 405 or in_api or getattr(response, "content", b""):
        return response
    from gucang.surface.problems import say  # which asks this module what a request is

    return say(request, 405, headers={"Allow": response.headers.get("Allow", "POST")})


def _request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if 8 <= len(given) <= 40 and given.isascii() and given.isprintable() else uuid.uuid4().hex
