"""How many records a run is about, and what to expect before any of them is touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _t

from gucang.bulk import rules
from gucang.bulk.deeds import Deed, why_not
from gucang.bulk.models import BulkRun, RunChunk
from gucang.kernel.errors import Invalid
from gucang.kernel.permissions import within_reach_q
from gucang.kernel.records import RecordType
from gucang.kernel.scope import check_writing
from gucang.surface import keyset
from gucang.surface.meant import Meant

# Records of one transaction: long enough to be worth it, short enough that nobody waits for its locks.
CHUNK = 200


def count(meant: Meant) -> int:
    """How many records are meant. Raises Invalid for none, and for more than one run may touch."""
    if meant.ids is not None:
        total, more = len(meant.ids), len(meant.ids) > rules.MOST_PICKED
        most = rules.MOST_PICKED
    else:
        most = rules.MOST
        total, more = keyset.capped_count(meant.query, cap=most)
    if more:
        raise Invalid({"": [_t("At most %(most)s rows at once.") % {"most": most}]})
    if not total:
        raise Invalid({"": [_t("Pick at least one row first.")]})
    return total


@dataclass(frozen=True)
class Outlook:
    """How many records will be touched, how many of them this person may not change, and why, as far as known.

    With `exact` each was asked; otherwise only how far the right goes, and a record may still say no for itself.
    """

    total: int
    barred: int
    exact: bool
    reasons: tuple[tuple[str, int], ...] = ()


def outlook(deed: Deed, meant: Meant) -> Outlook:
    """What to expect. A few hundred records are asked one by one, more are counted."""
    total = count(meant)
    if total <= rules.DIRECT:
        return _asked(deed, meant, total)
    within = meant.query.filter(within_reach_q(meant.actor, deed.action.name, deed.type))
    if deed.action.unowned and deed.type.owner:
        within = meant.query.filter(within_reach_q(meant.actor, deed.action.name, deed.type) | _unowned(deed.type))
    allowed, _more = keyset.capped_count(within, cap=total)
    return Outlook(total, total - allowed, exact=False)


def _unowned(record_type: RecordType) -> Any:
    from django.db.models import Q

    return Q(**{record_type.owner: None})


def _asked(deed: Deed, meant: Meant, total: int) -> Outlook:
    query = meant.query
    if deed.type.owner_field and deed.type.owner != "id" and not deed.type.owned_through:
        query = query.select_related(deed.type.owner_field)
    reasons: Counter[str] = Counter()
    seen = 0
    for record in query[: rules.DIRECT]:
        seen += 1
        if sentence := why_not(deed, meant.actor, record):
            reasons[nameless(sentence, record)] += 1
    if gone := total - seen:
        reasons[_t("There is nothing here, or you may not see it.")] += gone
    return Outlook(total, sum(reasons.values()), exact=True, reasons=tuple(reasons.most_common()))


def nameless(sentence: str, record: Any) -> str:
    """A sentence without the record's name, so that equal reasons are one reason, and tell nothing about it."""
    name = str(record) if record is not None else ""
    return sentence.replace(f"“{name}”", "“…”") if name else sentence


_FROM_QUERY = """
    INSERT INTO {table} (company_id, run_id, place, ids, events)
    SELECT %s, %s, n / %s, array_agg(id ORDER BY id), '{{}}'
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM ({chosen}) chosen(id)) numbered
    GROUP BY n / %s
"""


def fix(run: BulkRun, meant: Meant) -> int:
    """Keep which records a run is about, ascending, a chunk a row; returns how many. They never pass through Python."""
    check_writing(RunChunk)
    if meant.ids is not None:
        inner, params = "SELECT unnest(%s::bigint[])", (list(meant.ids),)
    else:
        inner, params = meant.query.order_by().values("pk").query.sql_with_params()
    table = RunChunk._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_FROM_QUERY.format(table=table, chosen=inner), [run.company_id, run.pk, CHUNK, *params, CHUNK])
        cursor.execute(
            f"SELECT coalesce(sum(cardinality(ids)), 0) FROM {table} WHERE company_id = %s AND run_id = %s",  # noqa: S608
            [run.company_id, run.pk],
        )
        return int(cursor.fetchone()[0])
