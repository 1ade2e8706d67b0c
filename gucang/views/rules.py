"""Who has which view, and who may share one."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.accounts import queries as accounts
from gucang.kernel import permissions
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import NOTHING
from gucang.views.models import Audience, SavedView

SHARE = permissions.declare("saved_view.share", _("Share a view"))


def visible(actor: Actor) -> Q:
    """One's own views and those that are shared with oneself; all shared ones for who looks after the company's."""
    if not actor.may("saved_view.view"):
        return NOTHING
    if actor.kind == "system":
        return Q()
    if actor.reach("saved_view.view") is Reach.COMPANY:
        return own(actor) | ~Q(audience=Audience.ME)
    return own(actor) | with_me(actor)


def own(actor: Actor) -> Q:
    """What the actor has saved."""
    return Q(owner_id=actor.member_id or 0)


def with_me(actor: Actor) -> Q:
    """What others share with the actor."""
    departments = accounts.departments_above(actor.member_id) if actor.member_id is not None else ()
    return (
        Q(audience=Audience.COMPANY)
        | Q(audience=Audience.ROLE, role_id__in=[role.pk for role in actor.roles])
        | Q(audience=Audience.DEPARTMENT, department_id__in=departments)
    )


def withheld(actor: Actor) -> tuple[str, ...]:
    """Whoever may not share is not asked with whom."""
    return () if actor.may(SHARE) else ("audience", "role", "department")


def why_not_shared(view: SavedView, actor: Actor) -> str | None:
    """Why `actor` may not give this view to others; None when they may, or when nobody else gets it."""
    if view.audience == Audience.ME or actor.may(SHARE):
        return None
    return str(_("You may not share views. Keep it for yourself, or ask your manager to share it."))


def own_pins(actor: Actor) -> Q:
    """What somebody pins is nobody else's concern, managers included."""
    return Q(member_id=actor.member_id) if actor.member_id is not None else NOTHING
