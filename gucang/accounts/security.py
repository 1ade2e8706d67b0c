"""What Django and allauth tell about signing in becomes the security log.

Signals, because these deeds are theirs: nothing of ours calls them.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from gucang.accounts import devices, sessions
from gucang.accounts.models import User
from gucang.accounts.people import note
from gucang.kernel import jobs


@receiver(auth.user_logged_in)
def signed_in(request: HttpRequest, user: User, **more: Any) -> None:
    sessions.begin(request)
    device = devices.key_of(request)
    new = devices.is_new(user, device)
    event = note("sign_in", request, user, device=device)
    if new:
        jobs.enqueue("accounts.new_device", event=event.pk)


@receiver(auth.user_login_failed)
def refused(credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")[:200]
    user = User.objects.filter(email__iexact=email).first() if email else None
    note("sign_in_failed", request, user, email=email)


@receiver(auth.user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **more: Any) -> None:
    if user is not None:
        note("sign_out", request, user)


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(request: HttpRequest, user: User, **more: Any) -> None:
    note("password_change", request, user)


@receiver(account.email_changed)
def email_changed(request: HttpRequest, user: User, **more: Any) -> None:
    note("email_change", request, user)


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    note("factor_added", request, user, factor=authenticator.type)


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    note("factor_removed", request, user, factor=authenticator.type)


@receiver(mfa.authenticator_reset)
def factor_reset(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    note("factor_reset", request, user, factor=authenticator.type)


@receiver(mfa.authentication_failed)
def factor_refused(request: HttpRequest, user: User, **more: Any) -> None:
    note("factor_failed", request, user)
