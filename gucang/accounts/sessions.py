"""How long a sign-in lasts: `GUCANG_SESSION_IDLE_DAYS` without use, and a month in any case.

A session ends in the database when its `expire_date` has passed. Using a page of a company moves that on, but at most
once an hour: the answer to a click is not worth a write each time.
"""

from __future__ import annotations

import time

from django.http import HttpRequest

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
LONGEST_SECONDS = 30 * 24 * 3600
SEEN_EVERY_SECONDS = 3600


def begin(request: HttpRequest) -> None:
    """Note when somebody has signed in."""
    request.session[SIGNED_IN] = request.session[SEEN] = int(time.time())


def has_ended(request: HttpRequest) -> bool:
    """Whether this sign-in is too old to be believed; otherwise it is used now."""
    now = int(time.time())
    if now - request.session.get(SIGNED_IN, now) > LONGEST_SECONDS:
        return True
    if now - request.session.get(SEEN, 0) > SEEN_EVERY_SECONDS:
        # Saving a session moves its end on, by SESSION_COOKIE_AGE from now.
        request.session[SEEN] = now
    return False
