"""Everything that can go wrong, as problem+json (RFC 9457): a status, a sentence, and the fields it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from ninja.errors import HttpError, ValidationError

from gucang.kernel.errors import Invalid, NeedsApproval, Problem, Refused, Stale
from gucang.surface.api.answers import answer

log = logging.getLogger("gucang.api")

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:gucang:problem:"
MAX_ERRORS = 50
RETRY_SECONDS = 2

# status: (the last part of `type`, what it is called, what to do next when nothing better is known)
KINDS: dict[int, tuple[str, Any, Any]] = {
    400: ("malformed", _("Not readable"), _("This request could not be read.")),
    401: ("unauthorised", _("Not signed in"), _("Sign in, or send a valid token as “Authorization: Bearer …”.")),
    403: ("forbidden", _("Not allowed"), _("Your role or your token does not include this.")),
    404: ("not-found", _("Not here"), _("There is nothing here, or you may not see it.")),
    405: ("method", _("Wrong method"), _("This address takes only the methods in the header Allow.")),
    409: ("refused", _("Not now"), _("This cannot be done now.")),
    412: ("stale", _("Changed meanwhile"), _("The record has changed since you read it. Read it again.")),
    413: ("too-large", _("Too large"), _("A request may have up to 2 MB.")),
    415: ("media-type", _("Wrong content type"), _("Send the body as application/json, not compressed.")),
    422: ("invalid", _("Not accepted"), _("Some values need a correction.")),
    428: ("if-match", _("If-Match is missing"), _("Send the ETag that you read as If-Match.")),
    429: ("too-many", _("Too many requests"), _("Too many requests in a short time. Wait as Retry-After says.")),
    500: ("fault", _("Something broke"), _("Something broke here and was written down. Nothing was changed.")),
    503: ("unavailable", _("Not reachable"), _("The database is not reachable just now. Try again shortly.")),
}  # fmt: skip


class Halt(Exception):
    """Stop with this status, a sentence of one's own if there is a better one, and headers."""

    def __init__(self, status: int, sentence: Any = None, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, sentence)
        self.status, self.sentence, self.headers = status, sentence, dict(headers or {})


def problem(
    request: HttpRequest,
    status: int,
    sentence: Any = None,
    *,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """An answer in problem+json; `sentence` is the detail, or what is generally said of `status`."""
    kind, title, usual = KINDS.get(status) or KINDS[500 if status >= 500 else 400]
    body: dict[str, Any] = {
        "type": f"{TYPE}{kind}",
        "title": str(title),
        "status": status,
        "detail": str(sentence or usual),
        "request_id": getattr(request, "request_id", ""),
    }
    if listed := list(errors)[:MAX_ERRORS]:
        body["errors"] = listed
    return answer(body | more, status, headers, media_type=MEDIA_TYPE)


def error(field: str, sentence: Any, path: str | None = None) -> dict[str, str]:
    """One entry of `errors`: the field, a JSON pointer to it in the body (or `path`), and the sentence."""
    return {"field": field, "path": pointer(field) if path is None else path, "detail": str(sentence)}


def pointer(field: str) -> str:
    """The JSON pointer of a field: "/amount", "/extra/region", "/lines/0/quantity"; "" for the whole body."""
    return f"/{field.replace('.', '/')}" if field else ""


def from_exception(request: HttpRequest, raised: Exception) -> HttpResponse:
    """The answer to whatever a call raised. What nobody expected is logged and becomes a 500 without a trace."""
    if isinstance(raised, NeedsApproval):
        return _parked(raised)
    if isinstance(raised, Problem):
        return _from_problem(request, raised)
    if isinstance(raised, Halt):
        return problem(request, raised.status, raised.sentence, headers=raised.headers)
    if isinstance(raised, ValidationError):
        return problem(request, 422, errors=[_from_gate(one) for one in raised.errors])
    for kinds, status in _STATUS_OF:
        if isinstance(raised, kinds):
            headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
            if status == 503:
                log.warning("database: %s", raised)
            return problem(request, status, headers=headers)
    if isinstance(raised, HttpError):
        return problem(request, raised.status_code)
    log.error("%s %s", request.method, request.path, exc_info=raised)
    return problem(request, 500)


_STATUS_OF: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((Http404,), 404),
    ((PermissionDenied,), 403),
    ((RequestDataTooBig,), 413),
    ((UnreadablePostError, SuspiciousOperation), 400),
    ((OperationalError, InterfaceError), 503),
)


def _parked(raised: NeedsApproval) -> HttpResponse:
    waiting = raised.request
    named = None if waiting is None else {"id": getattr(waiting, "pk", None), "label": str(waiting)}
    return answer({"detail": str(raised), "request": named}, 202)


def _from_problem(request: HttpRequest, raised: Problem) -> HttpResponse:
    if isinstance(raised, Stale):
        clashes = [
            {
                "field": one.field,
                "label": str(one.label),
                "theirs": one.theirs,
                "yours": one.yours,
                "by": one.by,
                "at": one.at.isoformat(),
            }
            for one in raised.clashes
        ]
        return problem(request, 412, raised.sentence, clashes=clashes)
    if isinstance(raised, Invalid):
        errors = [error(name, said) for name, sentences in raised.fields.items() for said in sentences]
        return problem(request, 422, raised.sentence, errors=errors)
    if isinstance(raised, Refused) and raised.field:
        return problem(request, 409, raised.sentence, errors=[error(raised.field, raised.sentence)])
    return problem(request, raised.status, raised.sentence)


def _from_gate(found: Mapping[str, Any]) -> dict[str, str]:
    """What the type gate found, in our words: `loc` is ("body", "body", "amount")."""
    steps = [str(step) for step in found["loc"][2:]]
    field = ".".join(steps)
    if found["type"] == "missing":
        sentence = _t("Fill in %(field)s.") % {"field": field or "{…}"}
    elif found["type"] == "extra_forbidden":
        sentence = _t("There is no field “%(field)s” to fill in.") % {"field": field[:80]}
    elif found["type"] == "gate":
        sentence = found["msg"]
    else:
        sentence = _t('Send an object, such as {"name": "…"}.')
    return error(field, sentence, "".join(f"/{step}" for step in steps))
