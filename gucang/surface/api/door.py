"""What every call passes on its way in and out: rate, forgery check, strict body, idempotency, and one savepoint.

The company, the actor and the transaction are there already (surface.middleware). A write that fails leaves nothing:
neither what it had begun nor its claim on an idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _t
from django.views.decorators.csrf import csrf_exempt

from gucang.kernel import idempotency
from gucang.kernel.errors import Invalid, NeedsApproval
from gucang.kernel.scope import active_company_id
from gucang.surface.api import bodies, buckets, problems
from gucang.surface.api.answers import JsonAnswer, answer
from gucang.surface.api.problems import Halt

View = Callable[..., HttpResponseBase]
SAFE = frozenset(["GET", "HEAD", "OPTIONS"])
KEPT_HEADERS = ("ETag", "Location")


def guarded(view: View, *, cost: int = buckets.READ) -> View:
    """`view` behind the door. It may raise whatever `problems` knows; the answer is always JSON."""

    # The check against forged requests is made here, for session actors only: a token cannot be forged by a page.
    @csrf_exempt
    @wraps(view)
    def enter(request: Any, **params: Any) -> HttpResponseBase:
        params.pop("company", None)
        try:
            _check_not_forged(request)
            _check_rate(request, cost)
            if request.method in SAFE:
                return _finished(request, view(request, **params))
            return _write(request, view, params)
        except Exception as raised:  # every failure has an answer
            return problems.from_exception(request, raised)

    return enter


def _write(request: Any, view: View, params: dict[str, Any]) -> HttpResponseBase:
    request.json = bodies.read(request)
    if not request.body:
        request._body = b"{}"  # ninja takes an empty body for a missing one
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (key.isascii() and key.isprintable()):
        raise Invalid({"Idempotency-Key": [_t("Use letters, digits and hyphens for the key.")]})
    with transaction.atomic():
        if key is not None and (earlier := idempotency.begin(request.actor, key, _fingerprint(request))):
            return answer(earlier.body, earlier.status, {**earlier.headers, "Idempotent-Replayed": "true"})
        try:
            found = _finished(request, view(request, **params))
        except NeedsApproval as waiting:  # what was parked stays, and a repeat gets the same answer
            found = problems.from_exception(request, waiting)
        if found.status_code >= 400:
            transaction.set_rollback(True)
        elif key is not None and isinstance(found, JsonAnswer):
            headers = {name: found.headers[name] for name in KEPT_HEADERS if name in found.headers}
            idempotency.finish(request.actor, key, idempotency.Answer(found.status_code, found.data, headers))
    return found


def _fingerprint(request: HttpRequest) -> bytes:
    """What makes two requests the same one."""
    return f"{request.method} {request.get_full_path()}\n".encode() + request.body


def _finished(request: HttpRequest, found: HttpResponseBase) -> HttpResponseBase:
    if isinstance(found, HttpResponseNotAllowed):
        return problems.problem(request, 405, headers={"Allow": found.headers["Allow"]})
    return found


class _ForgeryCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_not_forged(request: Any) -> None:
    """Raise Halt 403 for an unsafe call by cookie without the token that only our own pages know."""
    if request.method in SAFE or request.actor.kind == "token":
        return
    _ = request.body  # the check may look for its token in a form, after which the body could not be read any more
    check = _ForgeryCheck(lambda _request: HttpResponse())
    request.csrf_processing_done = False
    check.process_request(request)
    if check.process_view(request, HttpResponse, (), {}) is not None:
        raise Halt(403, _t("The header X-CSRFToken is missing or old. Load the page again, or use a token."))


def _check_rate(request: Any, cost: int) -> None:
    cost = cost if request.method in SAFE else max(cost, buckets.WRITE)
    if seconds := buckets.take(active_company_id(), request.actor.key, cost):
        raise Halt(429, headers={"Retry-After": str(seconds)})
