"""Letters that go out after the answer."""

from __future__ import annotations

from typing import Any

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
