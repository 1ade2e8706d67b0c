"""Writes to a person's own platform rows: preferences, and what the security log keeps.

A person is not a company's record, so there is no action and no event here. These few functions are the only writers.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from gucang.accounts import devices
from gucang.accounts.models import SecurityEvent, Theme, User

log = structlog.get_logger(__name__)
SINGLE_KEYS = {"on": True, "off": False}
TEXT_SIZES = {"normal": False, "large": True}
LANGUAGE_SECONDS = 365 * 24 * 3600


def save_looks(user: User, *, language: str = "", theme: str = "", text_size: str = "", keys: str = "") -> User:
    """Keep what the person chose; what is empty or unknown is left as it was."""
    if language in dict(settings.LANGUAGES):
        user.language = language
    if theme in Theme.values:
        user.theme = theme
    if text_size in TEXT_SIZES:
        user.large_text = TEXT_SIZES[text_size]
    if keys in SINGLE_KEYS:
        user.single_keys = SINGLE_KEYS[keys]
    user.save(update_fields=["language", "theme", "large_text", "single_keys"])
    return user


def remember_language(response: HttpResponse, user: User) -> HttpResponse:
    """Give the browser the person's language, so that every first paint is in it."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        user.language,
        max_age=LANGUAGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> HttpResponse:
    """After signing in: the browser keeps the person's language, and by what it is known again."""
    devices.remember(request, response)
    return remember_language(response, user)


def looks(request: HttpRequest) -> dict[str, str]:
    """A template context processor: language, theme and text size of whoever looks, before the first paint."""
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "theme": user.theme if signed_in else "",
        "text_size": "large" if signed_in and user.large_text else "",
    }


def note(
    kind: str, request: HttpRequest | None, user: User | None = None, company_id: int | None = None, **facts: Any
) -> SecurityEvent:
    """Write one line of the security log."""
    address, agent = (address_of(request), request.headers.get("User-Agent", "")[:200]) if request else (None, "")
    log.info("security", kind=kind, user=user.pk if user else None, address=address)
    return SecurityEvent.objects.create(
        kind=kind, user=user, company_id=company_id, address=address, agent=agent, facts=facts
    )


def address_of(request: HttpRequest) -> str | None:
    """Whence a request comes, as far as trusted proxies tell it."""
    from allauth.account.adapter import get_adapter
    from django.core.exceptions import PermissionDenied

    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a socket without an address
        return None
