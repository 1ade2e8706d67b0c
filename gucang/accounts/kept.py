"""What somebody typed into a form after their sign-in had ended: kept in the browser's session until they are back.

It is never sent on by itself. After signing in a page shows what was typed, and one button sends it again with a fresh
form token. A form that does not carry this browser's form token is not kept: a stranger's page could have made it.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.http import url_has_allowed_host_and_scheme

SLOT = "kept_form"
PATH = "/accounts/kept/"
MAX_CHARACTERS = 300_000
KEPT_SECONDS = 24 * 3600
NOT_KEPT = frozenset({"csrfmiddlewaretoken"})


@dataclass(frozen=True)
class KeptForm:
    """Where it was going, the pairs of field and text, and whether files were with it (they are not kept)."""

    key: str
    path: str
    pairs: list[tuple[str, str]]
    had_files: bool


def keep(request: HttpRequest) -> str | None:
    """Keep the posted form; returns the address of the page that shows it, or None when there is nothing to keep."""
    if not _from_our_page(request):
        return None
    pairs = [(name, text) for name, values in request.POST.lists() if name not in NOT_KEPT for text in values]
    if not pairs or sum(len(name) + len(text) for name, text in pairs) > MAX_CHARACTERS:
        return None
    key = secrets.token_urlsafe(12)
    request.session[SLOT] = {
        "key": key,
        "path": request.get_full_path(),
        "pairs": pairs,
        "files": bool(request.FILES),
        "at": int(time.time()),
    }
    return f"{PATH}{key}/"


def find(request: HttpRequest, key: str) -> KeptForm | None:
    """The form that this browser kept under `key`, for a day."""
    found = request.session.get(SLOT)
    if not found or found["key"] != key or time.time() - found["at"] > KEPT_SECONDS:
        return None
    return KeptForm(key, found["path"], [(name, text) for name, text in found["pairs"]], found["files"])


def forget(request: HttpRequest) -> None:
    """Throw away what was kept."""
    request.session.pop(SLOT, None)


def own_path(url: str, request: HttpRequest) -> str:
    """The path of `url` when it is an address of ours, else ""."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _FormToken(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _from_our_page(request: HttpRequest) -> bool:
    check = _FormToken(lambda _request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda: None, (), {}) is None  # type: ignore[arg-type,return-value]
