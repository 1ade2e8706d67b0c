"""Whatever went wrong, as a page or a fragment in our look: what happened, and what to do next."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.errors import NeedsApproval, NotVisible, Problem
from gucang.surface.render import base_of, fragment, render, wants_fragment

log = logging.getLogger("gucang.pages")
RETRY_SECONDS = 5
View = Callable[..., HttpResponse]

# status: (title, the sentence when the problem has none of its own)
WORDS: dict[int, tuple[Any, Any]] = {
    202: (_("Waiting for approval"), _("This was sent for approval. You will be told when it is decided.")),
    400: (_("Not readable"), _("The program could not read this request. Go back and try once more.")),
    403: (_("Not yours to do"), _("Your role does not include this. Ask an administrator if you need it.")),
    404: (_("Nothing here"), _("There is nothing here, or you may not see it. Search, or start at your home page.")),
    405: (_("Not this way"), _("This address only takes what its own page sends. Go back and use the button there.")),
    409: (_("Not possible now"), _("This cannot be done now. Look at the record again.")),
    413: (_("Too large"), _("This is more than 2 MB. Send less at once, or attach it as a file.")),
    422: (_("Not saved yet"), _("Some values need a correction.")),
    429: (_("Too many at once"), _("Too many requests in a short time. Wait a minute.")),
    500: (_("Something broke here"), _("It was written down for the administrator. Nothing was changed; try again.")),
    503: (_("Not reachable for a moment"), _("The database does not answer. Wait a few seconds and try again.")),
}  # fmt: skip


def answer(request: Any, problem: Problem) -> HttpResponse:
    """The answer to a refusal: a page, or the part that goes where the refusal happened."""
    return say(request, problem.status, str(problem))


def waits_at(waiting: NeedsApproval) -> str:
    """The address, below the company's, of the request as which something waits for others; "" without one."""
    if waiting.request is None:
        return ""
    return f"/{records.by_model(type(waiting.request)).plural}/{waiting.request.pk}"


def say(request: Any, status: int, sentence: str = "", *, headers: dict[str, str] | None = None) -> HttpResponse:
    """A page (for scripts: a part) that says `sentence`, or what is usually said of `status`."""
    if status == 404 and (known := _without_slash(request)):
        return HttpResponseRedirect(known)
    title, usual = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    context = {"status": status, "title": str(title), "sentence": sentence or str(usual), "where": request.path}
    if status >= 500:
        return _alone(request, context, status, headers)
    if wants_fragment(request):
        return fragment(request, "surface/_problem.html", context, status, headers)
    if not _has_frame(request):
        return _bare(request, context, status, headers)
    return render(request, "surface/problem.html", context, status, headers)


def _without_slash(request: HttpRequest) -> str:
    """The known address that somebody meant who wrote a slash too much behind it; "" where there is none.

    Only the table of addresses is asked, so nobody learns from it what is there. A program is told that its address
    is wrong.
    """
    in_api = request.path_info.split("/", 3)[2:3] == ["api"]
    if in_api or request.method not in ("GET", "HEAD") or not request.path.endswith("/"):
        return ""
    here, found = _address(request.path), _address(request.path.rstrip("/"))
    # Any word with a slash is taken for a list at first; other addresses that are known say "not here" themselves.
    if found is None or (here is not None and (found.func is here.func or {*here.kwargs} - {"company"} != {"plural"})):
        return ""
    query = request.GET.urlencode()
    return request.path.rstrip("/") + (f"?{query}" if query else "")


def _address(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _has_frame(request: Any) -> bool:
    return getattr(request, "actor", None) is not None


def _bare(request: Any, context: dict[str, Any], status: int, headers: dict[str, str] | None) -> HttpResponse:
    """Outside a company: a page without the shell, in the look of whoever has signed in."""
    return fragment(request, "surface/problem_bare.html", context, status, headers)


def _alone(request: Any, context: dict[str, Any], status: int, headers: dict[str, str] | None) -> HttpResponse:
    """When the database may be gone: without the request, for whose session and person it would be asked."""
    name = "surface/_problem.html" if wants_fragment(request) else "surface/problem_bare.html"
    found = context | {"base": base_of(request), "language": get_language()}
    return HttpResponse(loader.get_template(name).render(found), status=status, headers=headers)


def answered(view: View) -> View:
    """A view whose problems become answers. What it had changed before one stays undone: actions see to that."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return answer(request, problem)
        except Http404:
            return answer(request, NotVisible())
        except DatabaseError as error:
            if _is_down(error):
                raise
            # A value that no column takes (a lone surrogate, a number out of range) is the sender's mistake.
            if type(error).__name__ != "DataError":
                raise
            request.failed = True  # type: ignore[attr-defined]
            return say(request, 400)

    return inner


def _is_down(error: BaseException | None) -> bool:
    return isinstance(error, OperationalError | InterfaceError)


# --- Django's handlers -------------------------------------------------------------------------------------------


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404"""
    return say(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403"""
    sentence = str(exception) if isinstance(exception, PermissionDenied) and exception.args else ""
    return say(request, 403, sentence)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400"""
    too_big = isinstance(exception, RequestDataTooBig | SuspiciousOperation) and "too large" in str(exception).lower()
    return say(request, 413 if isinstance(exception, RequestDataTooBig) or too_big else 400)


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: a database that does not answer is 503 and worth a second try; the rest is our mistake."""
    error = sys.exc_info()[1]
    if _is_down(error) or _is_down(getattr(error, "__cause__", None)):
        return say(request, 503, headers={"Retry-After": str(RETRY_SECONDS)})
    return say(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a sign-in that ended meanwhile. What was typed is shown, so that nothing is lost."""
    if wants_fragment(request):
        return say(request, 403, _t("Your sign-in has changed meanwhile. Load the page again; what you typed is kept."))
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "password", "seen", "key") and "password" not in name
        for value in values
        if value.strip()
    ]
    context = {
        "status": 403,
        "title": _t("This page was open too long"),
        "sentence": _t("Nothing was saved. Load the page again and save once more; what you typed stands below."),
        "where": request.get_full_path(),
        "typed": typed[:60],
    }
    return _bare(request, context, 403, None)
