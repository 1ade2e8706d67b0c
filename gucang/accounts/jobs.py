"""Letters that go out after the answer."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.core.mail import send_mail
from django.utils.translation import gettext as _t
from django.utils.translation import override

from gucang.accounts.links import invitation_url
from gucang.accounts.models import Invitation
from gucang.kernel import clock, jobs
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope


@jobs.job("accounts.invite", outside=True)
def send_invitation(company: int, invitation: int) -> None:
    """Write the invitation's e-mail, unless it has been used or taken back meanwhile."""
    letter = _letter(company, invitation)
    if letter is not None:
        send_mail(from_email=None, **letter)


@jobs.job("accounts.reset_password", platform=True)
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
