"""The trail of a record: what was asked about it, and who decided what, for its page and for its paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gucang.approvals import cases, holding, wording
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import records
from gucang.kernel.actors import Actor

MOST = 5
_LATEST = "_approvals_latest"


class Trail(NamedTuple):
    """One request about a record, with its decisions in their order."""

    request: ApprovalRequest
    title: str
    lines: Sequence[wording.Line]


def latest_about(record_type: str, record: Any) -> list[ApprovalRequest]:
    """The latest requests about a record, the newest first. One query, remembered on it; none without policies."""
    kept = record.__dict__
    if _LATEST not in kept:
        found = ApprovalRequest.objects.filter(about_type=record_type, about_id=record.pk)
        rows = found.select_related("submitter").order_by("-pk")[:MOST]
        kept[_LATEST] = list(rows) if record_type in holding.types_with_policies() else []
    latest: list[ApprovalRequest] = kept[_LATEST]
    return latest


def seen_about(record_type: str, record: Any, actor: Actor) -> set[int]:
    """Those of the latest requests that the actor sees. One query, remembered on the record; none for no requests."""
    latest, kept, key = latest_about(record_type, record), record.__dict__, f"{_LATEST} {actor.member_id}"
    if not latest or not actor.may("approval_request.view"):
        return set()
    if key not in kept:
        query = records.get("approval_request").query(actor).filter(pk__in=[one.pk for one in latest])
        kept[key] = set(query.values_list("pk", flat=True))
    seen: set[int] = kept[key]
    return seen


def of(record_type: str, record: Any, actor: Actor) -> list[Trail]:
    """What was decided about a record, as far as the actor sees it, the newest request first. Three queries at most."""
    seen = seen_about(record_type, record, actor)
    shown = [one for one in latest_about(record_type, record) if one.pk in seen]
    cases.load(shown)
    found = [Trail(one, wording.title_of(one), wording.trail_of(one)) for one in shown]
    return [one for one in found if one.lines]
