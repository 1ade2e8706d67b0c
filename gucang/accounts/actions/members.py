"""People in the company: they come, get roles, leave, and come back."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import presence, rules
from gucang.accounts.actions.roles import check_giving_role
from gucang.accounts.actions.tokens import revoke
from gucang.accounts.links import invitation_key
from gucang.accounts.models import Invitation, Member, MemberRole, Role, Status, Token, User, hash_key
from gucang.accounts.queries import other_administrators, roles_of
from gucang.kernel import clock, jobs
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.permissions import is_the_system
from gucang.kernel.scope import active_company_id

INVITATION_DAYS = 7


def _still_here(member: Member, actor: Actor) -> None:
    if member.status == Status.LEFT:
        raise Invalid({"status": [_t("Use “Leave” for somebody who leaves: it also ends all access.")]})


create = creating("member", _still_here)
edit = editing("member", _still_here, guard=rules.why_left)


@action(
    "member.invite",
    label=_("Invite"),
    guard=rules.why_not_to_invite,
    always=True,
    icon="mail",
    labels={"email": _("E-mail")},
)
def invite(member: Member, *, email: str = "", actor: Actor) -> dict[str, Any]:
    """Send the person a link by which they join, good once and for a week. Older links end.

    The link's key is on the returned record as `invitation_key`, for the person who invites, and nowhere else.
    """
    address = (email or member.email).strip().lower()
    check_address(address, _t("Write the e-mail address that the invitation goes to."))
    if role := rules.excess_of(actor, roles_of(member)):
        raise Forbidden(_cannot_give(role))
    if Member.objects.filter(user__email=address).exclude(pk=member.pk).exists():
        raise Refused(_t("Somebody here signs in with %(email)s already.") % {"email": address}, field="email")
    now = clock.now()
    void_invitations(member)
    nonce = secrets.token_urlsafe(24)
    key = invitation_key(active_company_id(), nonce)
    invitation = Invitation.objects.create(
        member=member, email=address, nonce=nonce, key_hash=hash_key(key), invited_by_id=actor.member_id,
        created_at=now, expires_at=now + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    member.email = member.email or address
    member.invitation_key = key
    jobs.enqueue("accounts.invite", invitation=invitation.pk)
    return {"email": address, "until": invitation.expires_at}


def check_address(address: str, sentence: str) -> None:
    """Raise Invalid with `sentence` when `address` is no e-mail address."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(address)
    except ValidationError:
        raise Invalid({"email": [sentence]}) from None


def void_invitations(member: Member) -> None:
    """End the open invitations of a member."""
    Invitation.objects.filter(member=member, accepted_at=None, voided_at=None).update(voided_at=clock.now())


@action("member.join", label=_("Join"), allow=is_the_system, guard=rules.why_not_joining)
def join(member: Member, *, user: int, invitation: int | None = None) -> dict[str, Any]:
    """Connect a member with the person who signs in: by an invitation whose key was checked, or at set-up."""
    person = User.objects.get(pk=user)
    if Member.with_bin.filter(user=person).exists():
        raise Refused(_t("You are a member of this company already. Sign in and go there."))
    member.user = person
    member.email = member.email or person.email
    void_invitations(member)
    if invitation is not None:
        Invitation.objects.filter(pk=invitation).update(accepted_at=clock.now(), voided_at=None)
    return {"email": person.email}


@action(
    "member.set_roles", label=_("Set roles"), guard=rules.why_left, icon="shield-check", labels={"roles": _("Roles")}
)
def set_roles(member: Member, *, roles: list[Role] = [], actor: Actor) -> dict[str, Any]:  # noqa: B006 never changed
    """Give the member exactly these roles; none takes all away."""
    before = {role.pk: role for role in roles_of(member)}
    after = {role.pk: role for role in roles}
    for pk in [*(after.keys() - before.keys()), *(before.keys() - after.keys())]:
        check_giving_role(actor, before.get(pk) or after[pk])
    if any(role.key == rules.ADMINISTRATOR for pk, role in before.items() if pk not in after):
        keep_an_administrator(member)
    if before.keys() == after.keys():
        return {}
    MemberRole.objects.filter(member=member, role_id__in=before.keys() - after.keys()).delete()
    for pk in after.keys() - before.keys():
        MemberRole.objects.create(member=member, role_id=pk)
    member.rights_version += 1
    return {
        "before": _names(before), "roles": _names(after), "before_ids": sorted(before), "role_ids": sorted(after),
    }  # fmt: skip


def _names(roles: dict[int, Role]) -> list[str]:
    return sorted(role.name for role in roles.values())


def _cannot_give(role: Role) -> str:
    return _t("This would give the role %(role)s, which is more than you have. Ask an administrator.") % {"role": role}


def keep_an_administrator(member: Member) -> None:
    """Refuse when nobody but `member` can administer the company.

    The role's row is locked first: otherwise two administrators who remove each other would both find the other.
    """
    Role.objects.select_for_update(of=("self",)).get(key=rules.ADMINISTRATOR)
    if member.user_id is not None and not other_administrators(member).exists():
        raise Refused(
            _t("%(name)s is the last administrator. Give the role to somebody else first.") % {"name": member}
        )


@action(
    "member.leave",
    label=_("Leave"),
    guard=rules.why_left,
    tone="danger",
    icon="door-exit",
    says=_(
        "“%(record)s” is signed out everywhere and cannot sign in here any more; tokens and invitations stop working."
        " The customers stay with this name until somebody hands them over."
    ),
    labels={"on": _("Last day")},
)
def leave(member: Member, *, on: date) -> dict[str, Any]:
    """The member leaves: sessions, tokens and invitations stop working here with this very change."""
    if sentence := rules.why_not_that_day(on, clock.today()):
        raise Invalid({"on": [sentence]})
    presence.close(member)
    if any(role.key == rules.ADMINISTRATOR for role in roles_of(member)):
        keep_an_administrator(member)
    member.status, member.left_on = Status.LEFT, on
    member.rights_version += 1
    tokens = list(Token.objects.filter(member=member, revoked_at=None))
    for token in tokens:
        # Whoever may let a person go ends that person's tokens too, whatever their own right to tokens is.
        revoke(token, actor=system())
    void_invitations(member)
    return {"tokens": len(tokens)}


@action(
    "member.rejoin",
    label=pgettext_lazy("member", "Take back"),
    guard=rules.why_not_left,
    icon="arrow-back-up",
    labels={"on": _("First day")},
)
def rejoin(member: Member, *, on: date, actor: Actor) -> None:
    """A member who left works here again, with the roles of before. Tokens stay revoked."""
    if role := rules.excess_of(actor, roles_of(member)):
        raise Forbidden(_cannot_give(role))
    member.status, member.left_on, member.joined_on = Status.ACTIVE, None, on
    member.rights_version += 1


@action(
    "member.sign_out",
    label=_("Sign out everywhere"),
    guard=rules.why_nobody_signs_in,
    always=True,
    tone="danger",
    icon="logout",
    says=_("Every device of “%(record)s” is signed out at once. The password stays as it is."),
)
def sign_out(member: Member) -> dict[str, Any]:
    """End every session of this person, for a lost phone or a doubt. They sign in again with their password."""
    sessions = list(UserSession.objects.filter(user_id=member.user_id))
    for session in sessions:
        session.end()
    return {"sessions": len(sessions)}


@action("member.look_as", label=_("Look as this person"), guard=rules.why_left, internal=True, always=True, icon="eye")
def look_as(member: Member) -> None:
    """Somebody looks at the program as this member sees it. The member finds it in the own timeline."""
