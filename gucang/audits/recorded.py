"""What is kept in a member's name, told to that member: each module says so of what it keeps, in words and by fields.

A test walks the models of all that audits: a field that names a member and that nothing here names is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, IntegerField, Q, Subquery, Value
from django.db.models.functions import Coalesce

from gucang.accounts.models import Member


@dataclass(frozen=True)
class Kept:
    """One row of the page: what it is, who sees it and until when, and the fields (“app.Model.field”) that name whom.

    What has no `label` is told on the page by a row of its own. `url` is where one sees one's own, below the company's.
    """

    label: Any
    seen: Any
    fields: tuple[str, ...]
    url: str = ""


_kept: list[Kept] = []


def keep(label: Any, seen: Any, *fields: str, url: str = "") -> None:
    """Say that these fields keep something in a member's name."""
    _kept.append(Kept(label, seen, fields, url))


def told_apart(*fields: str) -> None:
    """Say that the page tells of these fields by rows of its own."""
    _kept.append(Kept("", "", fields))


def named() -> frozenset[str]:
    """All fields that the page tells of."""
    return frozenset(name for one in _kept for name in one.fields)


def counted(member_id: int) -> Sequence[tuple[Kept, int]]:
    """What is kept of this member, and how many rows of each; what there is comes first. One query."""
    rows = [one for one in _kept if one.label]
    query = Member.with_bin.filter(pk=member_id).annotate(
        **{f"kept_{at}": _count(one.fields, member_id) for at, one in enumerate(rows)}
    )
    found = query.values(*(f"kept_{at}" for at in range(len(rows)))).get() if rows else {}
    return sorted(((one, found[f"kept_{at}"]) for at, one in enumerate(rows)), key=lambda pair: pair[1] == 0)


def _count(fields: Iterable[str], member_id: int) -> Any:
    """How many rows name the member in one of these fields; a row that does so twice counts once."""
    by_model: dict[str, Q] = {}
    for name in fields:
        label, _dot, field = name.rpartition(".")
        by_model[label] = by_model.get(label, Q()) | Q(**{field: member_id})
    total: Any = Value(0)
    for label, condition in by_model.items():
        model: Any = apps.get_model(label)
        rows = getattr(model, "with_bin", model.objects).filter(condition).order_by().values("company_id")
        counts = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        total = total + Coalesce(counts, 0)
    return total
