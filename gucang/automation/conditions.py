"""If: the language of list addresses. Each line is a group ("amount__gte=100000&owner=me"); one line must hold whole.

The database judges, on the record as the automation's owner may see it, so reach and field rules hold here, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import BadValue
from gucang.kernel.records import RecordType
from gucang.surface import filters
from gucang.surface.filters import Applied, Filtered, Group

MOST_TEXT = 4000


def groups(text: str) -> list[Group]:
    """The lines as lists of (parameter, value); of one group all must hold, of the groups one. Raises Invalid."""
    try:
        return filters.read_groups(text.splitlines())
    except BadValue as problem:
        raise Invalid({"conditions": [str(problem)]}) from None


def write(many: Iterable[Group]) -> str:
    """The reverse of `groups`."""
    return "\n".join(filters.write_groups(many))


def parsed(record_type: RecordType, group: Group, actor: Actor) -> Filtered:
    """One group as a filtered query of what the actor may see."""
    params: dict[str, list[str]] = {}
    for name, value in group:
        params.setdefault(name, []).append(value)
    return filters.parse(record_type, actor, params)


def any_of(record_type: RecordType, many: Iterable[Group], actor: Actor) -> Filtered:
    """What the actor may see of which one of the groups holds whole."""
    return filters.parse(record_type, actor, {filters.OR: filters.write_groups(many)})


def check(text: str, record_type: RecordType, actor: Actor) -> str:
    """`text` as it is kept. Raises Invalid with the sentence for the first condition that means nothing."""
    found = groups(text)
    if len(text) > MOST_TEXT:
        raise Invalid({"conditions": [_t("This cannot be read as conditions.")]})
    if problems := any_of(record_type, found, actor).problems:
        raise Invalid({"conditions": [next(iter(problems.values()))]})
    return write(found)


def lacking(
    record_type: RecordType, many: Iterable[Iterable[tuple[Applied, str]]], actor: Actor, ids: Collection[int]
) -> dict[int, list[str]]:
    """By record, the phrases of the conditions that do not hold, of the group that is nearest to holding.

    `many` are the groups with each condition and its phrase. One query for each condition.
    """
    found: dict[int, list[str]] = {}
    for group in many if ids else ():
        missing: dict[int, list[str]] = {pk: [] for pk in ids}
        for applied, phrase in group:
            query = parsed(record_type, [(applied.param, raw) for raw in applied.raw], actor).query
            for pk in set(ids) - set(query.filter(pk__in=ids).order_by().values_list("pk", flat=True)):
                missing[pk].append(phrase)
        found |= {pk: lacks for pk, lacks in missing.items() if pk not in found or len(lacks) < len(found[pk])}
    return found


def holding(record_type: RecordType, text: str, actor: Actor, ids: Iterable[int]) -> set[int]:
    """Those of the records, of what the actor may see, for which the conditions hold. One query.

    Raises Refused when a condition means nothing any more (its field was retired, or is hidden from the actor now).
    """
    result = any_of(record_type, groups(text), actor)
    if result.problems:
        raise Refused(next(iter(result.problems.values())))
    return set(result.query.filter(pk__in=list(ids)).order_by().values_list("pk", flat=True))
