"""One-time links: the invitation to a company and the set-up of the first one. Addresses come from the settings."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

from gucang.accounts.models import Invitation, SetupLink, User, hash_key


def invitation_key(company_id: int, nonce: str) -> str:
    """The key in an invitation's link, made anew whenever the e-mail is written; the database cannot tell it."""
    return salted_hmac("gucang.invitation", f"{company_id}:{nonce}", algorithm="sha256").hexdigest()


def invitation_url(slug: str, invitation: Invitation) -> str:
    """The whole link of an invitation. The origin is the configured one, whatever the request says."""
    return f"{settings.PUBLIC_ORIGIN}/join/{slug}/{invitation_key(invitation.company_id, invitation.nonce)}/"


def setup_link() -> str | None:
    """A new one-time link for making the first company, or None once somebody can sign in. Older links end."""
    if User.objects.exists():
        return None
    key = secrets.token_urlsafe(24)
    SetupLink.objects.filter(used_at=None).delete()
    SetupLink.objects.create(key_hash=hash_key(key))
    return f"{settings.PUBLIC_ORIGIN}/setup/{key}/"
