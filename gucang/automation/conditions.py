"""If: the language of list addresses. Each line is a filter ("amount__gte=100000&owner=me"); one line must hold whole.

The database judges, on the record as the automation's owner may see it, so reach and field rules hold here, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.records import RecordType
from gucang.surface import filters
from gucang.surface.filters import Filtered

Group = list[tuple[str, str]]
MOST_GROUPS, MOST_IN_A_GROUP, MOST_TEXT = 8, 10, 4000


def groups(text: str) -> list[Group]:
    """The lines as lists of (parameter, value); of one group all must hold, of the groups one."""
    found = (parse_qsl(line.strip(), max_num_fields=50) for line in text.splitlines() if line.strip())
    return [group for group in found if group]


def write(many: Iterable[Group]) -> str:
    """The reverse of `groups`."""
    return "\n".join(urlencode(group) for group in many if group)


def parsed(record_type: RecordType, group: Group, actor: Actor) -> Filtered:
    """One group as a filtered query of what the actor may see."""
    params: dict[str, list[str]] = {}
    for name, value in group:
        params.setdefault(name, []).append(value)
    return filters.parse(record_type, actor, params)


def check(text: str, record_type: RecordType, actor: Actor) -> str:
    """`text` as it is kept. Raises Invalid with the sentence for the first condition that means nothing."""
    try:
        found = groups(text[: MOST_TEXT + 1])
    except ValueError:
        raise Invalid({"conditions": [_t("This cannot be read as conditions.")]}) from None
    if len(text) > MOST_TEXT or len(found) > MOST_GROUPS or any(len(group) > MOST_IN_A_GROUP for group in found):
        sentence = _t("At most %(groups)s groups of %(many)s conditions fit.")
        raise Invalid({"conditions": [sentence % {"groups": MOST_GROUPS, "many": MOST_IN_A_GROUP}]})
    for group in found:
        result = parsed(record_type, group, actor)
        for name, _value in group:
            if name in filters.RESERVED or name == "sort":
                result.problems.setdefault(name, _t("“%(name)s” is no condition.") % {"name": name})
        if result.problems:
            raise Invalid({"conditions": [next(iter(result.problems.values()))]})
    return write(found)


def holding(record_type: RecordType, text: str, actor: Actor, ids: Iterable[int]) -> set[int]:
    """Those of the records, of what the actor may see, for which the conditions hold. One query for each group.

    Raises Refused when a condition means nothing any more (its field was retired, or is hidden from the actor now).
    """
    many = groups(text)
    wanted = list(ids)
    if not many:
        return set(record_type.query(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    found: set[int] = set()
    for group in many:
        result = parsed(record_type, group, actor)
        if result.problems:
            raise Refused(next(iter(result.problems.values())))
        found |= set(result.query.filter(pk__in=wanted).order_by().values_list("pk", flat=True))
    return found
