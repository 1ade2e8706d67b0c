"""A company and its first administrator, from nothing."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.accounts.actions import companies as company_actions
from gucang.accounts.actions import ensure_roles
from gucang.accounts.actions import members as member_actions
from gucang.accounts.links import invitation_url, setup_link
from gucang.accounts.models import Invitation, Member, User
from gucang.accounts.rules import ADMINISTRATOR
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company
from gucang.kernel.models.company import RESERVED_SLUGS, Kind
from gucang.kernel.scope import company_scope, writing


def create_company(
    name: str, slug: str, language: str = "zh-hans", admin_email: str | None = None, kind: str = Kind.LIVE
) -> Company:
    """A new company with its built-in roles; with `admin_email`, with that person as its administrator.

    The person is made when nobody signs in with that address yet, without a password: an invitation or a password
    reset lets them in. Must be called outside a scope. Raises Invalid for a taken or unfit address or name.
    """
    with transaction.atomic():
        company = _bare_row(slug, kind)
        with company_scope(company):
            company = company_actions.create(company, actor=system(), name=name, language=language).record
            ensure_roles(language)
        if admin_email:
            user = User.objects.filter(email__iexact=admin_email).first()
            user = user or User.objects.create_user(admin_email, name=admin_email.partition("@")[0])
            add_administrator(company, user)
    return company


def renew_roles() -> None:
    """Give every company's built-in roles what a new version of the program declares for them. Needs no scope."""
    for company in Company.objects.order_by("pk"):
        with company_scope(company):
            ensure_roles(company.language)


def company_for(name: str, slug: str, admin: str) -> str:
    """A new company whose administrator is `admin` (an e-mail address), in words for the console.

    Who signs in with that address already is a member at once; anybody else gets a one-time link. Raises Invalid.
    """
    user = User.objects.filter(email__iexact=admin).first()
    company = create_company(name, slug, admin_email=admin if user else None)
    address = f"{settings.PUBLIC_ORIGIN}/{slug}/  {admin}"
    if user is not None:
        return address
    with company_scope(company):
        member = _administrator(company, admin.partition("@")[0], admin)
        invited = member_actions.invite(member, actor=system(), email=admin).record
        invitation = Invitation.objects.filter(member=invited).latest("id")
    return f"{address}\n{invitation_url(slug, invitation)}"


def add_administrator(company: Company, user: User) -> Member:
    """Make `user` a member of `company` who may do everything there. Must be called outside a scope."""
    with company_scope(company):
        member = _administrator(company, user.name, user.email)
        return member_actions.join(member, actor=system(), user=user.pk).record


def _administrator(company: Company, name: str, email: str) -> Member:
    member = member_actions.create(actor=system(), values={"name": name, "email": email}).record
    roles = ensure_roles(company.language)
    return member_actions.set_roles(member, actor=system(), roles=[roles[ADMINISTRATOR]]).record


def _bare_row(slug: str, kind: str) -> Company:
    """The row that a scope can be entered for; `company.create` then fills and logs it."""
    company = Company(slug=slug, name=slug, kind=kind, created_at=clock.now())
    if slug in RESERVED_SLUGS:
        raise Invalid(
            {"slug": [_t("“%(address)s” is used by the program itself; choose another.") % {"address": slug}]}
        )
    try:
        company.full_clean(exclude=["name"])
    except ValidationError as error:
        raise Invalid(error.message_dict) from None
    # The one row that exists before its company's scope can; everything after it is an action.
    with writing("kernel"):
        company.save(force_insert=True)
    return company


__all__ = ["add_administrator", "create_company", "setup_link"]
