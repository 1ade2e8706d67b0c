"""Our own forms in the place of allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from gucang.kernel import jobs


class ResetPasswordForm(forms.ResetPasswordForm):
    """Asks for a letter and does nothing else: whether somebody signs in with the address is looked up by the job.

    The request does the same work for every address, so that its duration tells nothing.
    """

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"].lower())
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        email: str = self.cleaned_data["email"]
        jobs.enqueue("accounts.reset_password", email=email)
        return email
