"""What follows what in an outside log, how often and after how long: counted once, kept, and drawn on its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from markupsafe import Markup

from gucang.kernel.scope import active_company_id, deriving
from gucang.processes.mining.drawing import Detour, Mark, draw
from gucang.processes.mining.follows import follows
from gucang.processes.mining.trees import Tree
from gucang.processes.models import LogFile

# The most frequent ones; nobody reads more, and a log of free text has as many as events.
MOST_KEPT = 400
MOST_SHOWN = 20
# So many ways beside the model are drawn; the table has more.
MOST_DETOURS = 12
MINUTE, HOUR, DAY = 60, 3600, 86_400

# Events without an activity (those that a classifier leaves out) and those without a case are no steps of a way. Where
# times lie the wrong way round, nothing went by.
_COUNT = """
WITH step AS (
    SELECT e.activity, e.at, e."case", e.number,
           lag(e.activity) OVER way AS before, lag(e.at) OVER way AS since, lead(e.activity) OVER way AS after
    FROM processes_logevent e
    JOIN processes_logcase c ON c.company_id = e.company_id AND c.log_id = e.log_id AND c.number = e."case"
    WHERE e.company_id = %(company)s AND e.log_id = %(log)s AND e.activity <> '' AND NOT c.loose
    WINDOW way AS (PARTITION BY e."case" ORDER BY e.number)
)
SELECT before, activity, count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM at - since), 0)),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM at - since), 0))
FROM step WHERE before IS NOT NULL GROUP BY before, activity
UNION ALL SELECT '', activity, count(*), NULL, NULL FROM step WHERE before IS NULL GROUP BY activity
UNION ALL SELECT activity, '', count(*), NULL, NULL FROM step WHERE after IS NULL GROUP BY activity
ORDER BY 3 DESC, 1, 2 LIMIT %(most)s
"""


@dataclass(frozen=True)
class Way:
    """From one activity to the next; "" is the beginning, or the end.

    `half` and `most` are seconds on the clock, within which half and nine of ten of them went it; None at both ends.
    """

    before: str
    after: str
    count: int
    half: int | None = None
    most: int | None = None


def keep(log_id: int) -> None:
    """Count the ways of a log and keep them with it; within a scope."""
    with connection.cursor() as cursor:
        # A log of millions of events takes longer than a request may.
        cursor.execute("SET LOCAL statement_timeout = '600s'")
        cursor.execute(_COUNT, {"company": active_company_id(), "log": log_id, "most": MOST_KEPT})
        found = [[before, after, count, _whole(half), _whole(most)] for before, after, count, half, most in cursor]
    with deriving("processes"):
        LogFile.objects.filter(log_id=log_id).update(ways=found)


def _whole(seconds: Any) -> int | None:
    return None if seconds is None else int(seconds)


def of(file: LogFile | None) -> list[Way]:
    """The ways that are kept, the most frequent first."""
    return [Way(*one) for one in (file.ways or [])] if file is not None else []


def drawn(ways: Iterable[Way], tree: Tree, *, title: str) -> Markup:
    """The model with what really happened on it, and dashed what it does not have."""
    found = list(ways)
    allowed = follows(tree)
    arrows = {(one.before, one.after): _on_arrow(one) for one in found if (one.before, one.after) in allowed}
    others = [one for one in found if (one.before, one.after) not in allowed]
    detours = [
        Detour(one.before, one.after, text=f"{one.count:,}", title=_said(one), count=one.count)
        for one in others[:MOST_DETOURS]
    ]
    return draw(tree, title=title, steps=_steps(found), arrows=arrows, detours=detours)


def _steps(found: Iterable[Way]) -> Mapping[str, Mark]:
    seen: dict[str, int] = {}
    for one in found:
        seen[one.after] = seen.get(one.after, 0) + one.count
    return {
        name: Mark(note=ngettext("%(num)s time", "%(num)s times", times) % {"num": f"{times:,}"})
        for name, times in seen.items()
    }


def _on_arrow(one: Way) -> Mark:
    text = f"{one.count:,}" if one.half is None else f"{one.count:,} · {elapsed(one.half)}"
    return Mark(text=text, count=one.count, title=_said(one))


def _said(one: Way) -> str:
    way = f"{one.before or _t('begin')} → {one.after or _t('end')}: {one.count:,}"
    if one.half is None or one.most is None:
        return way
    told = _t("half within %(middle)s, nine of ten within %(most)s")
    return f"{way}, " + told % {"middle": elapsed(one.half), "most": elapsed(one.most)}


def elapsed(seconds: int) -> str:
    """Time on the clock in few signs: 35 min, 4.5 h, 3 d."""
    if seconds < HOUR:
        return _t("%(num)s min") % {"num": seconds // MINUTE}
    if seconds < 2 * DAY:
        return _t("%(num)s h") % {"num": f"{seconds / HOUR:.1f}".removesuffix(".0")}
    return _t("%(num)s d") % {"num": f"{seconds / DAY:.1f}".removesuffix(".0")}


def table(ways: list[Way], tree: Tree | None) -> list[dict[str, Any]]:
    """The most frequent ones in rows; `deviates` where the model has no such way, if it can be told."""
    allowed = follows(tree) if tree is not None else None
    return [
        {
            "before": one.before or _t("begin"),
            "after": one.after or _t("end"),
            "count": one.count,
            "half": elapsed(one.half) if one.half is not None else "",
            "most": elapsed(one.most) if one.most is not None else "",
            "deviates": allowed is not None and (one.before, one.after) not in allowed,
        }
        for one in ways[:MOST_SHOWN]
    ]
