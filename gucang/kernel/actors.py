"""Who acts: a member, a token acting for a member, or the system. The kernel knows their rights, not their table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from django.db import connection
from django.utils.translation import gettext_lazy as _

from gucang.kernel.scope import active_company_id


class Reach(StrEnum):
    """How far a grant goes. Later ones include the earlier."""

    OWN = "own"
    DEPARTMENT = "department"
    TREE = "tree"
    COMPANY = "company"

    @property
    def label(self) -> Any:
        return {
            Reach.OWN: _("own"),
            Reach.DEPARTMENT: _("own department"),
            Reach.TREE: _("own department and those below"),
            Reach.COMPANY: _("whole company"),
        }[self]


REACHES = tuple(Reach)
_SHARED = """
    SELECT record_type, array_agg(object_id) FROM kernel_collaborator
    WHERE company_id = %s AND member_id = %s GROUP BY record_type
"""


class Access(StrEnum):
    """What somebody may do with one field, weakest first."""

    HIDDEN = "hidden"
    MASKED = "masked"
    READ = "read"
    WRITE = "write"


ACCESSES = tuple(Access)


@dataclass(frozen=True)
class FieldRule:
    """`inside` holds for records within reach, `beyond` for the others. Without `within`, `inside` holds always."""

    inside: Access = Access.WRITE
    within: Reach | None = None
    beyond: Access = Access.MASKED


def _nobody(reach: Reach) -> frozenset[int]:
    return frozenset()


@dataclass(eq=False)
class Actor:
    """Somebody who acts in the active company.

    `grants` maps permission names (or "record.*", or "*") to a reach. `circle(reach)` gives the ids of the members
    within a reach below COMPANY. `scopes` narrows a token to some permissions; None does not narrow. `roles` are where
    the rights come from, for the module that knows what a role is. `eyes`, of somebody who looks as somebody else, are
    (who is looked as, who looks): only what both may see is seen, and nothing can be done; see `looking_as`.
    """

    kind: Literal["member", "token", "system"]
    name: str
    member_id: int | None = None
    grants: Mapping[str, Reach] = field(default_factory=dict)
    field_rules: Mapping[str, FieldRule] = field(default_factory=dict)
    circle: Callable[[Reach], frozenset[int]] = _nobody
    token_id: int | None = None
    scopes: frozenset[str] | None = None
    on_behalf_of: int | None = None
    roles: tuple[Any, ...] = field(default=(), repr=False)
    eyes: tuple[Actor, Actor] | None = field(default=None, repr=False)
    _members: dict[Reach, frozenset[int]] = field(default_factory=dict, repr=False)
    _shared: dict[str, frozenset[int]] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """A short stable name: "member:3", "token:9", "system", "member:3 seen by member:9"."""
        if self.eyes is not None:
            return " seen by ".join(eye.key for eye in self.eyes)
        return f"{self.kind}:{self.token_id or self.member_id}" if self.kind != "system" else "system"

    def reach(self, permission: str) -> Reach | None:
        """How far this actor may do `permission`; None when not at all."""
        if self.eyes is not None:
            return self._seen_by_both(permission)
        if self.kind == "system":
            return Reach.COMPANY
        if not self._in_scopes(permission):
            return None
        record = permission.partition(".")[0]
        for name in (permission, f"{record}.*", "*"):
            if name in self.grants:
                return self.grants[name]
        return None

    def _seen_by_both(self, permission: str) -> Reach | None:
        """Somebody who looks as somebody else may see, and do nothing."""
        assert self.eyes is not None
        person, looker = self.eyes
        seen = permission.endswith(".view") and looker.may(permission)
        return person.reach(permission) if seen else None

    def may(self, permission: str) -> bool:
        """Whether this actor may do `permission` to anything at all."""
        return self.reach(permission) is not None

    def members(self, reach: Reach) -> frozenset[int] | None:
        """The ids of the members within `reach`; None means everybody."""
        if reach is Reach.COMPANY:
            return None
        if reach is Reach.OWN:
            return frozenset() if self.member_id is None else frozenset({self.member_id})
        if reach not in self._members:
            self._members[reach] = self.circle(reach)
        return self._members[reach]

    def shared(self, record_type: str) -> frozenset[int]:
        """The ids of the records of this type that the actor collaborates on. One query for all types and a request."""
        if self.member_id is None:
            return frozenset()
        if self._shared is None:
            # Plain SQL: nearly every request asks it, and building the query costs more than running it.
            with connection.cursor() as cursor:
                cursor.execute(_SHARED, [active_company_id(), self.member_id])
                self._shared = {name: frozenset(ids) for name, ids in cursor.fetchall()}
        return self._shared.get(record_type, frozenset())

    def _in_scopes(self, permission: str) -> bool:
        if self.scopes is None:
            return True
        record, _dot, verb = permission.partition(".")
        wanted = {permission, f"{record}.*", "*"}
        if verb == "view":
            wanted.add("read")
        return bool(wanted & self.scopes)


def looking_as(person: Actor, looker: Actor) -> Actor:
    """An actor that sees what `person` sees, as far as `looker` may see it too, and does nothing.

    What either has no reach for, or a field rule of either hides, stays hidden: to look as somebody is no way to learn
    more than one may know oneself.
    """
    rules = dict.fromkeys((*person.field_rules, *looker.field_rules), FieldRule())
    return Actor(
        kind="member",
        name=person.name,
        member_id=person.member_id,
        field_rules=rules,
        circle=person.circle,
        roles=person.roles,
        eyes=(person, looker),
    )


class ActsAs(Protocol):
    """Anything that can become an actor: a member of accounts, for one."""

    def as_actor(self) -> Actor: ...


def as_actor(who: Actor | ActsAs) -> Actor:
    """The actor behind `who`. Raises TypeError for None: a deed without a doer is a programming error."""
    if isinstance(who, Actor):
        return who
    if who is None:
        raise TypeError("An action needs an actor.")
    return who.as_actor()


def system() -> Actor:
    """The program itself, acting by rule (recycling, reminders). Needs an active company like everybody."""
    active_company_id()
    return Actor(kind="system", name="system")
