"""Who may see and do what in this module. Pure: no query but what a record already carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import ACCESSES, REACHES, Access, Actor, FieldRule, Reach
from gucang.kernel.permissions import reach_q
from gucang.kernel.scope import active_company_id

if TYPE_CHECKING:
    from gucang.accounts.models import Member, Role, Token

ADMINISTRATOR = "administrator"
TOKEN_DAYS = 365
# What a company may count in, and what its papers may be written in.
CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP")


def visible_members(actor: Actor) -> Q:
    """Colleagues within reach, and oneself always."""
    return _or_own(reach_q(actor, "member.view", owner="pk"), Q(pk=actor.member_id))


def visible_departments(actor: Actor) -> Q:
    """The whole tree, for whoever may see departments at all."""
    return _all_or_none(actor, "department.view")


def visible_roles(actor: Actor) -> Q:
    return _all_or_none(actor, "role.view")


def visible_tokens(actor: Actor) -> Q:
    """One's own tokens, and those of the members within reach."""
    return _or_own(reach_q(actor, "token.view", owner="member_id"), Q(member_id=actor.member_id))


def visible_company(actor: Actor) -> Q:
    """The company one is in, and no other."""
    return Q(pk=active_company_id()) if actor.may("company.view") else Q(pk__in=())


def _or_own(within: Q, own: Q) -> Q:
    # Django reads "everything or X" as X, because an empty Q is neutral.
    return within | own if within else within


def _all_or_none(actor: Actor, permission: str) -> Q:
    return Q() if actor.may(permission) else Q(pk__in=())


Rules = Mapping[str, Mapping[str, str]]


def excess(actor: Actor, grants: Mapping[str, str]) -> list[str]:
    """The permissions among `grants` that reach farther than the actor's own: what the actor cannot give."""
    return sorted(name for name, reach in grants.items() if not covers(actor.reach(name), Reach(reach)))


def covers(held: Reach | None, wanted: Reach) -> bool:
    """Whether who holds a right as far as `held` may give it as far as `wanted`."""
    return held is not None and REACHES.index(held) >= REACHES.index(wanted)


def field_excess(actor: Actor, grants: Mapping[str, str], rules: Rules) -> list[str]:
    """The fields ("record.field") that a role with these rights opens farther than they are open to the actor."""
    return sorted(
        name
        for name, held in actor.field_rules.items()
        if sees(grants, name.partition(".")[0]) and more_generous(field_rule(rules.get(name)), held)
    )


def sees(grants: Mapping[str, str], record: str) -> bool:
    """Whether these rights let somebody see records of this type."""
    return any(name in grants for name in (f"{record}.view", f"{record}.*", "*"))


def field_rule(stored: Mapping[str, str] | None) -> FieldRule:
    """The rule that a role stores for a field; none restricts nothing."""
    if not stored:
        return FieldRule()
    within = stored.get("within")
    return FieldRule(
        inside=Access(stored.get("inside", "write")),
        within=Reach(within) if within else None,
        beyond=Access(stored.get("beyond", "masked")),
    )


def formula_rule(own: FieldRule, inputs: Iterable[FieldRule]) -> FieldRule:
    """What is left of a formula at any distance from the owner: the least of its own rule and of its inputs'.

    It tells nothing of an input that is masked, for its result cannot be (`permissions.access`). Nobody writes it, so
    that whoever reads it has all there is of it: "write" here.
    """
    told = {Access.MASKED: Access.HIDDEN, Access.READ: Access.WRITE}
    rules = list(inputs)
    found = []
    for ring in REACHES:
        of_inputs = [told.get(_at(rule, ring), _at(rule, ring)) for rule in rules]
        mine = Access.WRITE if _at(own, ring) is Access.READ else _at(own, ring)
        found.append(min([mine, *of_inputs], key=ACCESSES.index))
    run = next((n for n, access in enumerate(found) if access is not found[0]), len(found))
    if run == len(found):
        return FieldRule(inside=found[0])
    return FieldRule(inside=found[0], within=REACHES[run - 1], beyond=min(found[run:], key=ACCESSES.index))


def more_generous(given: FieldRule, held: FieldRule) -> bool:
    """Whether `given` opens a field farther than `held`, for records at any distance from their owner."""
    return any(ACCESSES.index(_at(given, ring)) > ACCESSES.index(_at(held, ring)) for ring in REACHES)


def _at(rule: FieldRule, ring: Reach) -> Access:
    """What a rule says of the records that only this reach takes in, and no smaller one."""
    inside = rule.within is None or REACHES.index(ring) <= REACHES.index(rule.within)
    return rule.inside if inside else rule.beyond


def excess_of(actor: Actor, roles: Iterable[Role]) -> Role | None:
    """The first role among `roles` that gives more than the actor has."""
    return next(
        (role for role in roles if excess(actor, role.grants) or field_excess(actor, role.grants, role.field_rules)),
        None,
    )


def why_left(member: Member) -> str | None:
    """Why a member who left cannot be worked with."""
    if member.may_work:
        return None
    return _t("%(name)s has left the company; take the person back first.") % {"name": member}


def why_not_left(member: Member) -> str | None:
    if not member.may_work:
        return None
    return _t("%(name)s works here; nothing needs taking back.") % {"name": member}


def why_not_to_invite(member: Member) -> str | None:
    if member.user_id is not None:
        return _t("%(name)s signs in already; an invitation is not needed.") % {"name": member}
    return why_left(member)


def why_not_joining(member: Member) -> str | None:
    return why_not_to_invite(member)


def why_nobody_signs_in(member: Member) -> str | None:
    if member.user_id is None:
        return _t("%(name)s has never signed in.") % {"name": member}
    return None


def why_revoked(token: Token) -> str | None:
    return _t("This token has been revoked already.") if token.revoked_at else None


def why_builtin(role: Role) -> str | None:
    """Why a built-in role cannot go away."""
    if role.key:
        return _t("“%(role)s” comes with the program and stays; take it from members instead.") % {"role": role}
    return None


def why_fixed(role: Role) -> str | None:
    """Why the rights of the administrator's role cannot change."""
    if role.key == ADMINISTRATOR:
        return _t("Administrators may do everything; make another role for less.")
    return None


def why_not_that_day(day: date, today: date) -> str | None:
    if day > today:
        return _t("The day lies ahead. Do this on that day; access ends at once.")
    return None


def why_not_until(day: date, today: date) -> str | None:
    """Why a token cannot end on `day`."""
    if day <= today:
        return _t("The last day has to lie ahead.")
    if day > today + timedelta(days=TOKEN_DAYS):
        return _t("A token lasts a year at most; take a day until %(day)s.") % {
            "day": (today + timedelta(days=TOKEN_DAYS)).isoformat()
        }
    return None
