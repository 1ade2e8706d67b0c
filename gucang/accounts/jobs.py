"""Letters that go out after the answer."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gucang.accounts import devices
from gucang.accounts.links import invitation_url
from gucang.accounts.models import Invitation, SecurityEvent
from gucang.kernel import clock, jobs
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope


@jobs.job("accounts.invite", label=_("Letter of an invitation"), outside=True)
def send_invitation(company: int, invitation: int) -> None:
    """Write the invitation's e-mail, unless it has been used or taken back meanwhile."""
    letter = _letter(company, invitation)
    if letter is not None:
        send_mail(from_email=None, **letter)


@jobs.job("accounts.reset_password", label=_("Letter for a new password"), platform=True)
def send_reset_link(email: str) -> None:
    """Write to whoever signs in with `email` how to set a new password; to nobody if nobody does.

    The link is made here, so that no row of the queue holds a secret.
    """
    adapter = get_adapter()
    for user in filter_users_by_email(email, is_active=True, prefer_verified=True):
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        with override(user.language):
            context = {"password_reset_url": adapter.get_reset_password_from_key_url(key)}
            adapter.render_mail("account/email/password_reset_key", email, context).send()


@jobs.job("accounts.new_device", label=_("Letter about a new browser"), platform=True)
def tell_of_new_device(event: int) -> None:
    """Write to a person that they, or somebody else, signed in with a browser not seen before."""
    signed_in = SecurityEvent.objects.select_related("user").get(pk=event)
    user = signed_in.user
    if user is None or not user.is_active:
        return
    with override(user.language):
        words = {
            "name": user.name,
            "device": devices.name_of(signed_in.agent),
            "time": localtime(signed_in.at).strftime("%Y-%m-%d %H:%M"),
            "address": signed_in.address or "—",
            "sessions": settings.PUBLIC_ORIGIN + reverse("usersessions_list"),
            "reset": settings.PUBLIC_ORIGIN + reverse("account_reset_password"),
        }
        text = _t(
            "%(name)s, somebody signed in with your account on a device that has not been used for it before:\n\n"
            "%(device)s, %(time)s, from the address %(address)s\n\n"
            "Was it you? Then there is nothing to do.\n\n"
            "Was it not you? Set a new password at once:\n%(reset)s\n"
            "and end the sign-ins that you do not know:\n%(sessions)s"
        )
        send_mail(_t("Signed in on a new device: %(device)s") % words, text % words, None, [user.email])


def _letter(company_id: int, invitation: int) -> dict[str, Any] | None:
    company = Company.objects.get(pk=company_id)
    with company_scope(company), override(company.language):
        found = Invitation.objects.select_related("member", "invited_by").filter(pk=invitation).first()
        if found is None or found.accepted_at or found.voided_at or found.expires_at < clock.now():
            return None
        words = {
            "name": found.member.name,
            "company": company.name,
            "inviter": found.invited_by.name if found.invited_by else company.name,
            "link": invitation_url(company.slug, found),
        }
        text = _t(
            "%(name)s, %(inviter)s invites you to work in %(company)s.\n\n"
            "Open this link within 7 days; it works once:\n%(link)s\n\n"
            "If you did not expect this, ignore it."
        )
        return {
            "subject": _t("%(inviter)s invites you to %(company)s") % words,
            "message": text % words,
            "recipient_list": [found.email],
        }
