"""To look as somebody else: as whom, whether one may, and the mark in the session that it was begun and noted."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from gucang.accounts.actions import members, roles
from gucang.accounts.actors import actor_for, role_actor
from gucang.accounts.models import Department, Member, Role
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden
from gucang.surface.middleware import CompanyRequest

SLOT = "looking"
SECONDS = 30 * 60
_WHO = re.compile(r"m(?P<member>[0-9]{1,18})|r(?P<role>[0-9]{1,18})(?:d(?P<department>[0-9]{1,18}))?", re.ASCII)


@dataclass(frozen=True)
class Look:
    """As whom somebody looks: a member, or somebody new with one role in a department."""

    key: str
    name: str
    person: Actor
    member: Member | None = None
    role: Role | None = None
    department: Department | None = None


def find(actor: Actor, key: str) -> Look:
    """The look of an address ("m12", "r3", "r3d5").

    Raises Http404 where the actor sees no such person or role, or may look as nobody; Forbidden where this one is out
    of reach.
    """
    match = _WHO.fullmatch(key)
    if match is None:
        raise Http404
    if match["member"]:
        return _as_member(actor, key, int(match["member"]))
    return _as_role(actor, key, int(match["role"]), int(match["department"] or 0))


def _as_member(actor: Actor, key: str, pk: int) -> Look:
    member: Member = _seen(actor, "member", pk, members.look_as.name)
    _check(members.look_as.why_not(actor, member))
    return Look(key, member.name, actor_for(member), member=member)


def _as_role(actor: Actor, key: str, pk: int, department_id: int) -> Look:
    role: Role = _seen(actor, "role", pk, roles.look_as.name)
    _check(roles.look_as.why_not(actor, role))
    department = _seen(actor, "department", department_id, roles.look_as.name) if department_id else None
    person = role_actor(role, department)
    return Look(key, person.name, person, role=role, department=department)


def _seen(actor: Actor, name: str, pk: int, permission: str) -> Any:
    found = records.get(name).query(actor).filter(pk=pk).first() if actor.may(permission) else None
    if found is None:
        raise Http404
    return found


def _check(why: str | None) -> None:
    if why:
        raise Forbidden(why)


def begin(request: CompanyRequest, look: Look) -> None:
    """Note who looks as whom, and remember in the session that this was done; it holds for half an hour."""
    if look.member is not None:
        members.look_as(look.member, actor=request.actor, request_id=request.request_id)
    elif look.role is not None:
        roles.look_as(look.role, actor=request.actor, request_id=request.request_id, department=look.department)
    request.session[SLOT] = {"company": request.company.pk, "key": look.key, "until": int(time.time()) + SECONDS}


def has_begun(request: CompanyRequest, key: str) -> bool:
    """Whether this look was begun, and not stopped since, in this company and less than half an hour ago."""
    return bool(key) and begun(request) == key


def begun(request: CompanyRequest) -> str:
    """The look that was begun so and lasts, such as "m12"; "" for none."""
    found = request.session.get(SLOT) or {}
    lasts = found.get("company") == request.company.pk and time.time() < found["until"]
    return str(found["key"]) if lasts else ""


def end(request: CompanyRequest) -> str:
    """Stop looking; returns as whom it was, "" for nobody."""
    found = request.session.pop(SLOT, None) or {}
    return str(found.get("key", "")) if found.get("company") == request.company.pk else ""
