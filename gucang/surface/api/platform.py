"""Calls that belong to no record type: who am I, search, the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, event_visibility, permissions, records, search
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.models import Event
from gucang.surface.api.answers import answer
from gucang.surface.api.operations import limit_of, place, place_of
from gucang.surface.api.output import event_rows

EVENT_VIEW = permissions.declare("event.view", _("event log"))
MAX_QUERY = 100


def me(request: Any) -> HttpResponse:
    """Who calls, in which company, with which rights."""
    actor, company = request.actor, request.company
    rights = {name: str(reach) for name in permissions.known() if (reach := actor.reach(name)) is not None}
    return answer(
        {
            "kind": actor.kind,
            "name": actor.name,
            "member": actor.member_id,
            "company": {"name": company.name, "address": company.slug, "currency": company.currency},
            "language": get_language(),
            "permissions": rights,
        }
    )


def search_all(request: Any) -> HttpResponse:
    """Records of every type that contain `q`, best first."""
    text = request.GET.get("q", "").strip()
    if not 1 <= len(text) <= MAX_QUERY or "\x00" in text:
        raise Invalid({"q": [_t("Write 1 to %(most)s characters to search for.") % {"most": MAX_QUERY}]})
    types = list(records.every())
    if wanted := {name for raw in request.GET.getlist("types") for name in raw.split(",") if name}:
        if strange := wanted - {one.name for one in types}:
            raise Invalid({"types": [_t("There is no record type %(name)s.") % {"name": min(strange)[:40]}]})
        types = [one for one in types if one.name in wanted]
    hits = search.search(request.actor, text, types=types, limit=limit_of(request.GET) if "limit" in request.GET else 8)
    items = [
        {"type": hit.record_type, "id": hit.object_id, "label": hit.title, "detail": hit.detail}
        for one in types
        for hit in hits.get(one.name, ())
    ]
    return answer({"items": items, "next": None})


def log(request: Any) -> HttpResponse:
    """The log, oldest first, for whoever follows it: `after` is where the last page ended.

    An event is given once every transaction that began before it was recorded has ended: none appears behind
    a place that was read already. `next` is always a place, also on the last page.
    """
    actor = request.actor
    if not actor.may(EVENT_VIEW):
        raise Forbidden(_t("Your role or your token does not include the event log."))
    limit, after = limit_of(request.GET), place_of(request.GET.get("after", ""))
    query = Event.objects.filter(recorded_at__lt=_horizon())
    if after is not None:
        moment, pk = after
        query = query.filter(Q(recorded_at=moment, id__gt=pk) | Q(recorded_at__gt=moment), recorded_at__gte=moment)
    if name := request.GET.get("name", ""):
        query = query.filter(name=name[:80].replace("\x00", ""))
    page = list(query.order_by("recorded_at", "id")[:limit])
    following = place(page[-1].recorded_at, page[-1]) if page else request.GET.get("after") or None
    rows = event_rows(actor, event_visibility.visible_to(actor, page))
    return answer({"items": rows, "next": following, "more": len(page) == limit})


def _horizon() -> datetime:
    """The start of the oldest other transaction of this program that is still running; now, when there is none.

    Event ids are handed to database sessions in blocks, so an id says nothing about what was committed before what.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        (oldest,) = cursor.fetchone()
    return oldest or clock.now()
