"""How allauth behaves here: no sign-up, links from the configured origin, our sentences, secrets encrypted."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import User
from gucang.accounts.people import remember_browser


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by invitation only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or set a new password."),
        "email_password_mismatch": _("E-mail or password is wrong. Look at both, or set a new password."),
        "invalid_login": _("E-mail or password is wrong. Look at both, or set a new password."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("Type your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        # Never from the Host header: a forged one would send the link to a stranger's server.
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_ORIGIN + path.replace("UID-KEY", quote(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.PUBLIC_ORIGIN + reverse("account_confirm_email", args=[emailconfirmation.key])

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Not within a quarter of an hour after signing in or proving oneself."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = any(time.time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)
        return not fresh and super().is_reauthentication_required(app=app, **options)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """After signing in the browser has the person's language and is known again."""
        return remember_browser(request, super().post_login(request, user, **options), user)

    def add_message(self, *args: Any, **options: Any) -> None:
        """Say nothing: where somebody lands says that it worked."""


class MFAAdapter(DefaultMFAAdapter):
    """Second factors, with their secrets encrypted by the program's own key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Take the one the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return str(_box().encrypt(text.encode()), "ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    """The present key first, older ones to read with."""
    keys = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"gucang.mfa:" + key.encode()).digest())) for key in keys]
    )
