"""The browsers that somebody has signed in with, known again by a cookie. A sign-in from a new one is told to them.

The cookie holds a random mark and no secret: it opens nothing. The security log keeps its hash with each sign-in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t

from gucang.accounts.models import SecurityEvent, User, hash_key
from gucang.kernel import clock

COOKIE = "device"
# Browsers keep no cookie for longer than this.
KNOWN_FOR = timedelta(days=400)
_MARK = "_device_mark"
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux")
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def name_of(agent: str) -> str:
    """A browser's own description in two words: Chrome · Windows."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    found = [browser, next((name for name in _SYSTEMS if name in agent), "")]
    return " · ".join(filter(None, found)) or _t("unknown device")


def key_of(request: HttpRequest) -> str:
    """The hash of this browser's mark; a browser without one gets it with the answer (`remember`)."""
    return hash_key(_mark(request))


def is_new(user: User, key: str) -> bool:
    """Whether `user` signs in with this browser for the first time, but not for the first time at all."""
    earlier = SecurityEvent.objects.filter(user=user, kind="sign_in", at__gt=clock.now() - KNOWN_FOR)
    return earlier.exists() and not earlier.filter(facts__device=key).exists()


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser keep its mark."""
    response.set_cookie(
        COOKIE,
        _mark(request),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(request: HttpRequest) -> str:
    mark: str = getattr(request, _MARK, "") or request.COOKIES.get(COOKIE, "")
    if not 20 <= len(mark) <= 60:
        mark = secrets.token_urlsafe(24)
    setattr(request, _MARK, mark)
    return mark
