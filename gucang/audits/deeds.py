"""When a deed was done with each record of a query, and by whom: expressions from the log for rules about its days."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from gucang.exchange.models import Origin
from gucang.kernel.models import Event, EventObject


def done_at(record: str, deed: str) -> Subquery:
    """The moment of the last `deed` ("delivery.confirm") with each record of that type; null where there was none."""
    told = EventObject.objects.filter(object_type=record, object_id=OuterRef("pk"), role="subject")
    found = told.filter(Exists(_deeds(deed).filter(id=OuterRef("event_id"), recorded_at=OuterRef("recorded_at"))))
    return Subquery(found.order_by("-occurred_at").values("occurred_at")[:1])


def by(record: str, deed: str) -> Callable[[], Subquery]:
    """The `responsible` of a rule: the id of the member who did `deed` last; null for the program's own hand."""

    def found() -> Subquery:
        told = EventObject.objects.filter(object_type=record, object_id=OuterRef(OuterRef("pk")), role="subject")
        done = _deeds(deed).filter(id__in=told.values("event_id"), subject_id=OuterRef("pk"), actor_kind="member")
        return Subquery(done.order_by("-occurred_at").values("actor_id")[:1])

    return found


def brought_in(record: str) -> Exists:
    """Whether an import made the record: what it says of days before that is no late entry."""
    return Exists(Origin.objects.filter(record_type=record, object_id=OuterRef("pk"), made=True))


def _deeds(deed: str) -> QuerySet[Event]:
    return Event.objects.filter(name=deed)
