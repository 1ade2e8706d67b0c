"""What the security log keeps of this module's own deeds, whichever way they were done."""

from __future__ import annotations

from typing import Any

from allauth.core import context

from gucang.accounts.models import Member
from gucang.accounts.people import note
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction

KINDS = {
    "token.create": "token_created",
    "token.revoke": "token_revoked",
    "member.invite": "invitation_sent",
    "member.sign_out": "sessions_revoked",
    "member.leave": "left",
}


@reaction(*KINDS)
def remember(event: Event, record: Any, actor: Actor) -> None:
    """One line in the security log: who did it, from where (if a request was running), to what."""
    doer = Member.with_bin.select_related("user").filter(pk=actor.member_id).first()
    note(
        KINDS[event.name],
        context.request,
        doer.user if doer else None,
        event.company_id,
        subject=f"{event.subject_type}:{event.subject_id}",
    )
