"""Reads of automations and their runs for the screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from gucang.automation.models import Automation, AutomationRun, Delivery, Outcome
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.messages.queries import in_words
from gucang.surface.labels import labels_of

BAD = (Outcome.REFUSED, Outcome.FAILED, Outcome.HELD)
PAGE = 30


def held(automation: Automation) -> QuerySet[AutomationRun]:
    """The runs that were held back, the oldest first."""
    return AutomationRun.objects.filter(automation=automation, outcome=Outcome.HELD).order_by("pk")


def automations(actor: Actor) -> QuerySet[Automation]:
    """Those that the actor sees, with when each last ran and last could not (`last_done`, `last_bad`)."""
    runs = AutomationRun.objects.filter(automation=OuterRef("pk")).order_by("-at").values("at")
    return (
        records.get("automation")
        .query(actor)
        .select_related("owner")
        .annotate(
            last_done=Subquery(runs.filter(outcome=Outcome.DONE)[:1]),
            last_bad=Subquery(runs.filter(outcome__in=BAD)[:1]),
        )
    )


def counts(automation: Automation, days: int = 7) -> dict[str, int]:
    """How many runs of the last days had which outcome. One query."""
    since = clock.now() - timedelta(days=days)
    rows = AutomationRun.objects.filter(automation=automation, at__gt=since).values("outcome").order_by("outcome")
    return {row["outcome"]: row["number"] for row in rows.annotate(number=Count("pk"))}


@dataclass(frozen=True)
class Line:
    """A run as its log shows it. Of a record that the reader does not see nothing is told but that it ran."""

    run: AutomationRun
    record: str
    url: str
    said: list[str]
    why: str
    deliveries: Sequence[Delivery]


@dataclass(frozen=True)
class Page:
    """Runs, newest first; `before` is where the next page begins, None at the end."""

    lines: list[Line]
    before: int | None


def runs(
    automation: Automation, actor: Actor, base: str, *, outcome: str = "", before: int | None = None, size: int = PAGE
) -> Page:
    """A page of a log. A fixed number of queries."""
    query = AutomationRun.objects.filter(automation=automation)
    if outcome:
        query = query.filter(outcome=outcome)
    if before is not None:
        query = query.filter(pk__lt=before)
    rows = list(query.order_by("-pk")[: size + 1])
    shown = rows[:size]
    return Page(_lines(shown, actor, base), shown[-1].pk if len(rows) > size else None)


def _lines(shown: Sequence[AutomationRun], actor: Actor, base: str) -> list[Line]:
    wanted: dict[Any, set[int]] = {}
    for run in shown:
        wanted.setdefault(records.get(run.object_type).model, set()).add(run.object_id)
    labels = labels_of(actor, wanted)
    deliveries: dict[int, list[Delivery]] = {}
    for one in Delivery.objects.filter(run__in=[run.pk for run in shown]).order_by("pk") if shown else ():
        deliveries.setdefault(one.run_id, []).append(one)
    return [_line(run, labels, base, deliveries.get(run.pk, [])) for run in shown]


def _line(run: AutomationRun, labels: Any, base: str, deliveries: Sequence[Delivery]) -> Line:
    record_type = records.get(run.object_type)
    label = labels.get((record_type.model, run.object_id))
    if label is None:
        return Line(run, "", "", [], "", [])
    said = [in_words(one["sentence"], one["params"]) for one in run.done]
    why = in_words(run.why, run.params) if run.why else ""
    return Line(run, label, f"{base}/{record_type.plural}/{run.object_id}", said, why, deliveries)
