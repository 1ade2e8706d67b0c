"""Audit rules about what waits for agreement, and who keeps whom waiting."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.approvals import wording
from gucang.approvals.models import UNDECIDED, ApprovalRequest, ApprovalTask, State
from gucang.audits import impact, waits
from gucang.audits.clocks import working_hours_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind
from gucang.kernel import records
from gucang.kernel.actors import Actor

MOST = 50


def holder() -> Subquery:
    """The id of who is asked first of those whose turn it is."""
    turn = ApprovalTask.objects.filter(request_id=OuterRef("pk"), open=True, member__isnull=False)
    return Subquery(turn.order_by("number").values("member_id")[:1])


def holder_of(record_type: str) -> Callable[[], Subquery]:
    """The id of who is to decide about each record of that type; null for what waits for nobody."""

    def found() -> Subquery:
        asked = {"about_type": record_type, "about_id": OuterRef("pk"), "state": State.WAITING}
        held = {f"request__{name}": value for name, value in asked.items()}
        turn = ApprovalTask.objects.filter(open=True, member__isnull=False, **held)
        return Subquery(turn.order_by("request_id", "number").values("member_id")[:1])

    return found


def _decided(requests: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return requests.filter(decided_at__gte=since)


@audit_rule(
    "approvals.over-deadline", on=ApprovalRequest, kind=Kind.TIMELINESS, every=Every.HOUR, responsible=holder,
    name=_("Decisions with a time limit are overdue"),
    says=_("The decision was due {due_at}, more than {working_hours} working hours ago."),
    labels={"working_hours": _("working hours")}, cases=_decided,
)  # fmt: skip
def over_deadline(requests: QuerySet[Any], *, now: datetime, working_hours: int = 2) -> QuerySet[Any]:
    """What waits for a decision beyond its deadline. A step to which its policy gives no time is never late."""
    return requests.filter(state=State.WAITING, due_at__lt=working_hours_ago(now, working_hours))


@impact.stands_for("approval_request")
def their_records(actor: Actor, ids: Collection[int]) -> dict[int, impact.Key]:
    """What waits for a decision waits behind the record that it is about."""
    asked = records.get("approval_request").query(actor).filter(pk__in=ids, state__in=UNDECIDED)
    return {pk: (kind, about) for pk, kind, about in asked.values_list("pk", "about_type", "about_id")}


@waits.on_me
def decisions(actor: Actor, base: str) -> list[waits.Waits]:
    """What waits for this person's decision, whoever asked, and what waits behind it."""
    tasks = ApprovalTask.objects.filter(member_id=actor.member_id, open=True, request__state=State.WAITING)
    rows = list(tasks.select_related("request__submitter").order_by("opened_at", "pk")[:MOST])
    behind = impact.of(actor, [_about(row.request) for row in rows])
    return [
        waits.Waits(
            what=wording.title_of(row.request),
            who=str(row.request.submitter),
            since=row.opened_at or row.request.since,
            url=f"{base}/approvals/{row.request_id}",
            todo=_t("your decision"),
            behind=impact.sentence(behind.get(_about(row.request), ())),
        )
        for row in rows
    ]


def _about(request: ApprovalRequest) -> impact.Key:
    return request.about_type, request.about_id
