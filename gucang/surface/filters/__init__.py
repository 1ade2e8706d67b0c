"""From the parameters of an address to a filtered, sorted query, and to words that say what was filtered.

No HTTP here: lists, boards, exports, automations and the API use it. A parameter is `<field>` or `<field>__<op>`:

- `stage=won,lost` or `stage=won&stage=lost`: one of these (choices, references, tags); `stage__not=won`: none of these
- `owner=me`, `owner=none`, `owner__not=none`, `customer=12`, `customer=KH-2611-0001`
- `city__has=苏`: contains; `amount__gte=10万`, `amount__lte=500000`, `closes_on__lt=2026-12-01`
- `closes_on=overdue`, `today`, `thisweek`, `next7d`, `last30d`, `thismonth`, `2026-11`, `none`, …
- `q=shgc`: contains, by the search index; `mine=1`: the actor's own; `mine=team`: and those of the department and the
  ones below it; `sort=-amount`
- `or=city%3D苏州%26level%3DA&or=owner%3Dme`: of these groups one must hold whole; each is such an address by itself

All parameters must hold. See `groups` for how much fits.
"""

from gucang.surface.filters.conditions import RANGED, RANGES, WORDS, is_member
from gucang.surface.filters.conditions import of as condition
from gucang.surface.filters.groups import MOST_GROUPS, MOST_IN_A_GROUP, OR, Group
from gucang.surface.filters.groups import read as read_groups
from gucang.surface.filters.groups import write as write_groups
from gucang.surface.filters.language import (
    ALWAYS,
    MANY,
    MAX_TEXT,
    RESERVED,
    SORTABLE,
    TEAM,
    Applied,
    Filtered,
    filterable,
    owner_field,
    sees_more_than_own,
    sortable,
)
from gucang.surface.filters.parsing import parse
from gucang.surface.filters.words import describe, phrase, verb_of

__all__ = [
    "ALWAYS",
    "MANY",
    "MAX_TEXT",
    "MOST_GROUPS",
    "MOST_IN_A_GROUP",
    "OR",
    "RANGED",
    "RANGES",
    "RESERVED",
    "SORTABLE",
    "TEAM",
    "WORDS",
    "Applied",
    "Filtered",
    "Group",
    "condition",
    "describe",
    "filterable",
    "is_member",
    "owner_field",
    "parse",
    "phrase",
    "read_groups",
    "sees_more_than_own",
    "sortable",
    "verb_of",
    "write_groups",
]  # fmt: skip
