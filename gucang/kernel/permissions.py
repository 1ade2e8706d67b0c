"""Who may see and do what: one registry of permission names, one way to a filter, one answer per field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from gucang.kernel.actors import ACCESSES, Access, Actor, FieldRule, Reach

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType

NOTHING = Q(pk__in=())
_known: dict[str, Any] = {}
_more: list[Callable[[], Mapping[str, Any]]] = []


def declare(name: str, label: Any) -> str:
    """Add a permission name to the registry; returns it. Declaring twice with another label is an error."""
    if name in _known and str(_known[name]) != str(label):
        raise ValueError(f"Permission {name} is declared twice.")
    _known[name] = label
    return name


def more_from(source: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
    """Register who knows the permissions that only the active company has, with their labels."""
    _more.append(source)
    return source


def declared() -> dict[str, Any]:
    """Every permission name that all companies have, with its label, sorted by name."""
    return dict(sorted(_known.items()))


def known() -> dict[str, Any]:
    """Every permission name of the active company with its label, sorted by name."""
    found = dict(_known)
    for source in _more:
        found |= source()
    return dict(sorted(found.items()))


def check_known(name: str) -> str:
    """Return `name`, or raise LookupError for one that nobody declared ("*" and "record.*" are known)."""
    if name == "*" or name in _known:
        return name
    names, record = known(), name.removesuffix(".*")
    if name in names or (name.endswith(".*") and any(one.startswith(f"{record}.") for one in names)):
        return name
    raise LookupError(f"Unknown permission {name!r}.")


def is_the_system(actor: Actor, record: Any) -> bool:
    """For deeds that nobody does: they follow from a rule, from the clock, or from another deed."""
    return actor.kind == "system"


def all_with(permission: str) -> Callable[[Actor], Q]:
    """Sees everything whoever has `permission`, at any reach, and nobody else anything: of what is no secret inside."""

    def seen(actor: Actor) -> Q:
        return Q() if actor.may(permission) else NOTHING

    return seen


def reach_q(actor: Actor, permission: str, *, owner: str, shared: str = "", shared_path: str = "pk") -> Q:
    """The filter for "records within the actor's reach of `permission`".

    `owner` is the path to the owning member's id (such as "owner_id" or "customer__owner_id"); `shared` names the
    record type whose collaborators count as owners too, found at `shared_path`.
    """
    reach = actor.reach(permission)
    if reach is None:
        return NOTHING
    members = actor.members(reach)
    if members is None:
        return Q()
    mine = Q(**{f"{owner}__any_of": sorted(members)}) if len(members) != 1 else Q(**{owner: next(iter(members))})
    ids = actor.shared(shared) if shared else frozenset()
    return mine | Q(**{f"{shared_path}__any_of": sorted(ids)}) if ids else mine


def may_give_away(permission: str) -> Callable[[Actor, Any], bool]:
    """Who may give a record away by `permission`: its owner or a manager, not whom it is shared with."""

    def allow(actor: Actor, record: Any) -> bool:
        members = actor.members(actor.reach(permission) or Reach.OWN)
        return members is None or record.owner_id is None or record.owner_id in members

    return allow


def whoever_may(permission: str) -> Callable[[Actor], Q]:
    """Everything for whoever has `permission`, nothing for others: of what is the company's and nobody's own."""

    def visible(actor: Actor) -> Q:
        return Q() if actor.may(permission) else NOTHING

    return visible


def within_reach(actor: Actor, permission: str, record_type: RecordType, record: Any) -> bool:
    """Whether `record` is within the actor's reach of `permission`. A record without owner is nobody's own."""
    reach = actor.reach(permission)
    if reach is None:
        return False
    members = actor.members(reach)
    if members is None or not record_type.owner:
        return True
    return record_type.owner_id(record) in members or record_type.is_shared(actor, record)


def within_reach_q(actor: Actor, permission: str, record_type: RecordType) -> Q:
    """The filter for what `within_reach` says of one record."""
    if not record_type.owner:
        return Q() if actor.may(permission) else NOTHING
    if not record_type.owned_through:
        return reach_q(actor, permission, owner=record_type.owner, shared=record_type.name)
    parent = record_type.specs[record_type.owned_through].target
    assert parent is not None
    from gucang.kernel import records  # records ask for permissions

    return reach_q(
        actor, permission, owner=record_type.owner, shared=records.by_model(parent).name,
        shared_path=f"{record_type.owned_through}_id",
    )  # fmt: skip


def access(actor: Actor, record_type: RecordType, field: str, record: Any = None) -> Access:
    """What `actor` may do with `field`; with a record, of that record; without, at best of any.

    This is the one answer that lists, pages, exports, search, the API, events and reports ask for.
    """
    if actor.eyes is not None:
        return _least(access(eye, record_type, field, record) for eye in actor.eyes)
    if actor.kind == "system":
        return Access.WRITE
    rule = actor.field_rules.get(f"{record_type.name}.{field}")
    found = Access.WRITE if rule is None else _apply(rule, actor, record_type, record)
    if field.startswith("extra.") and actor.field_rules and (inputs := formula_inputs(record_type, field)):
        # What a formula says, it says of the fields that it is worked out from.
        return _least([found, Access.READ, *(_told(access(actor, record_type, one, record)) for one in inputs)])
    return found


def formula_inputs(record_type: RecordType, field: str) -> tuple[str, ...]:
    """The fields that a formula field is worked out from; () for any other field."""
    return next((spec.inputs for spec in record_type.custom_fields() if spec.name == field), ())


def _told(found: Access) -> Access:
    """What a formula may tell of an input: of a masked one nothing, because its result cannot be masked."""
    return found if found in (Access.READ, Access.WRITE) else Access.HIDDEN


def _apply(rule: FieldRule, actor: Actor, record_type: RecordType, record: Any) -> Access:
    if rule.within is None:
        return rule.inside
    if record is None:
        return max(rule.inside, rule.beyond, key=ACCESSES.index)
    members = actor.members(rule.within)
    if members is None or record_type.owner_id(record) in members or record_type.is_shared(actor, record):
        return rule.inside
    return rule.beyond


def _least(accesses: Iterable[Access]) -> Access:
    return min(accesses, key=ACCESSES.index)


def event_access(actor: Actor, record_type: RecordType, field: str, record: Any) -> Access:
    """What may be seen of a field in an event; of a record that is not at hand, the least of inside and beyond."""
    if actor.eyes is not None:
        return _least(event_access(eye, record_type, field, record) for eye in actor.eyes)
    rule = actor.field_rules.get(f"{record_type.name}.{field}")
    if rule is None or record is not None or rule.within is None:
        return access(actor, record_type, field, record)
    return _least((rule.inside, rule.beyond))


def may_filter_by(actor: Actor, record_type: RecordType, field: str) -> bool:
    """Whether lists may be filtered or sorted by `field`: not where it would betray what is hidden or masked."""
    if actor.eyes is not None:
        return all(may_filter_by(eye, record_type, field) for eye in actor.eyes)
    if actor.kind == "system" or not actor.field_rules:
        return True
    if field.startswith("extra.") and not all(
        may_filter_by(actor, record_type, one) for one in formula_inputs(record_type, field)
    ):
        return False
    rule = actor.field_rules.get(f"{record_type.name}.{field}")
    if rule is None:
        return True
    worst = rule.inside if rule.within is None else _least((rule.inside, rule.beyond))
    return worst in (Access.READ, Access.WRITE)


class _Probe(Exists):
    """EXISTS that PostgreSQL answers row by row: OFFSET keeps it from hashing the whole other table beforehand.

    It would do that whenever it expects to judge many rows, also where LIMIT ends the search after fifty.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


# From so many members on, what they own is too much to be read for one page; what fewer own is soon hashed, and they
# may see so little of a table that probing would walk through all of it.
MANY_MEMBERS = 50


_about_only: ContextVar[str] = ContextVar("about_only", default="")


@contextmanager
def about_only(record_type: str) -> Iterator[None]:
    """Within, filters are only of use for records that are about one of this type ("" is any).

    To open one task, how a dozen other types are seen is not worked out and not asked.
    """
    token = _about_only.set(record_type)
    try:
        yield
    finally:
        _about_only.reset(token)


def about_q(actor: Actor, types: Iterable[RecordType]) -> Q:
    """The filter for records about a record that the actor may see, among `types`.

    A probe for each row where the actor sees much, not `IN`: that would read all of it to judge fifty rows.
    """
    only = _about_only.get()
    if only:
        with about_only(""):  # what it is about may itself be about something else
            return about_q(actor, [record_type for record_type in types if record_type.name == only])
    found = NOTHING
    for record_type in types:
        reach = actor.reach(f"{record_type.name}.view")
        if reach is not None:
            members = actor.members(reach)
            exists = _Probe if members is None or len(members) > MANY_MEMBERS else Exists
            found |= Q(exists(record_type.query(actor).filter(pk=OuterRef("about_id"))), about_type=record_type.name)
    return found
