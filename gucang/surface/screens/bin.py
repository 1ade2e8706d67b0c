"""The bin: what was deleted in the last 30 days, by whom, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Q, QuerySet, Value
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from gucang.kernel import clock, records
from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.kernel.models import Event, EventObject
from gucang.kernel.records import RecordType
from gucang.surface import keyset, nav
from gucang.surface.expressions import RowBeyond
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answer, answered
from gucang.surface.render import fragment, go, render, toast, wants_fragment

KEPT = timedelta(days=30)
PAGE = 50
ORDER = keyset.Order("deleted_at", descending=True)

nav.add(_("Bin"), "trash", "/bin/", order=95, bottom=True)


@dataclass(frozen=True)
class Deleted:
    """One record in the bin. `by` is "" where nobody is known to have deleted it; `why` says why it has to stay."""

    type: RecordType
    record: Any
    by: str
    why: str | None

    @property
    def title(self) -> str:
        return str(self.record)

    @property
    def number(self) -> str:
        return getattr(self.record, "number", "")

    @property
    def at(self) -> datetime:
        return self.record.deleted_at

    @property
    def until(self) -> datetime:
        """When it goes for good."""
        return self.at + KEPT


@require_safe
@answered
def bin_page(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The deleted records that this person may take back, newest first; for a script, only the next rows."""
    if wants_fragment(request) and request.GET.get("after"):
        return fragment(request, "surface/_bin_rows.html", _shown(request))
    return _page(request)


@require_POST
@answered
def restore(request: CompanyRequest, plural: str, pk: int, **_company: str) -> HttpResponse:
    """Take one record out of the bin. A refusal stands above the list, where the record still is."""
    action = _restoring(records.by_plural(plural))
    try:
        record = action(pk, actor=request.actor).record
    except NotVisible:
        raise
    except Problem as problem:
        return answer(request, problem) if wants_fragment(request) else _page(request, problem)
    toast(request, _t("“%(record)s” is back.") % {"record": record})
    alone = f"?type={plural}" if request.GET.get("type") == plural else ""
    return go(request, f"{request.base}/bin/{alone}")


def _page(request: CompanyRequest, problem: Problem | None = None) -> HttpResponse:
    context = _shown(request) | {"refused": problem, "days": KEPT.days}
    return render(request, "surface/bin.html", context, status=problem.status if problem else 200)


def _shown(request: CompanyRequest) -> dict[str, Any]:
    choices = restorable(request.actor)
    chosen = next((kind for kind in choices if kind.plural == request.GET.get("type")), None)
    rows, following = deleted(request.actor, [chosen] if chosen else choices, request.GET.get("after", ""))
    only = {"type": chosen.plural} if chosen else {}
    return {
        "rows": rows,
        "more_url": f"{request.base}/bin/?{urlencode(only | {'after': following})}" if following else "",
        "later": bool(request.GET.get("after")),
        "choices": choices,
        "chosen": chosen,
    }


def restorable(actor: Actor) -> list[RecordType]:
    """The record types that this actor may take out of the bin."""
    return [kind for kind in records.every() if any(actor.may(verb.name) for verb in _verbs(kind))]


def _verbs(kind: RecordType) -> list[Action]:
    return [verb for verb in kind.verbs.values() if verb.binned]


def _restoring(kind: RecordType | None) -> Action:
    verbs = _verbs(kind) if kind is not None else []
    if not verbs:
        raise NotVisible()
    return verbs[0]


def deleted(actor: Actor, kinds: list[RecordType], after: str = "") -> tuple[list[Deleted], str]:
    """The newest PAGE records of these types in the bin that the actor may see, and the cursor of older ones, or "".

    `after` is such a cursor. One query finds them, one per type among them reads them, two say who deleted them.
    Raises Invalid (field "after") for a cursor that no page gave.
    """
    since = clock.now() - KEPT
    older = _older_than(after)
    found: list[QuerySet[Any]] = [
        _in_bin(kind, actor)
        .filter(older(kind), deleted_at__gte=since)
        .annotate(type_name=Value(kind.name, output_field=CharField()))
        .order_by("-deleted_at", "-pk")
        .values_list("deleted_at", "pk", "type_name")[: PAGE + 1]
        for kind in kinds
    ]
    if not found:
        return [], ""
    newest = sorted(found[0].union(*found[1:], all=True) if len(found) > 1 else found[0], reverse=True)
    ids: dict[str, list[int]] = {}
    for _at, pk, name in newest[:PAGE]:
        ids.setdefault(name, []).append(pk)
    deleters = _deleters(ids, since)
    rows = [row for name, pks in ids.items() for row in _read(actor, records.get(name), pks, deleters)]
    rows.sort(key=lambda row: (row.at, row.record.pk, row.type.name), reverse=True)
    last = rows[-1] if len(newest) > PAGE and rows else None
    return rows, f"{last.type.name}.{keyset.cursor_after(ORDER, last.record)}" if last else ""


def _older_than(after: str) -> Callable[[RecordType], Q]:
    """The condition for what follows the cursor `after`: by the day it was deleted, then by id, then by type."""
    if not after:
        return lambda _kind: Q()
    name, _mark, cursor = after.partition(".")
    kinds = {kind.name: kind for kind in records.every() if _verbs(kind)}
    if name not in kinds:
        raise Invalid({"after": [_t("This place in the list is gone. Start at the first page.")]})
    at, pk = keyset.place_of(cursor, ORDER, kinds[name].model)

    def beyond(kind: RecordType) -> Q:
        edge = pk + 1 if kind.name < name else pk
        return Q(RowBeyond(["deleted_at", "id"], [at, edge], kind.model, below=True))

    return beyond


def _in_bin(kind: RecordType, actor: Actor) -> QuerySet[Any]:
    manager: Any = kind.model.with_bin  # type: ignore[attr-defined]
    return manager.filter(kind.visible(actor)).exclude(deleted_at=None)


def _read(
    actor: Actor, kind: RecordType, ids: Iterable[int], deleters: dict[tuple[str, int], str]
) -> Iterable[Deleted]:
    action = _restoring(kind)
    through = kind.owned_through
    query = _in_bin(kind, actor).filter(pk__in=list(ids))
    for record in query.select_related(through) if through else query:
        yield Deleted(kind, record, deleters.get((kind.name, record.pk), ""), action.why_not(actor, record))


def _deleters(ids: dict[str, list[int]], since: datetime) -> dict[tuple[str, int], str]:
    """Who deleted each record, by the latest event that put it into the bin."""
    if not ids:
        return {}
    about = Q(*(Q(object_type=name, object_id__in=pks) for name, pks in ids.items()), _connector=Q.OR)
    touched = EventObject.objects.filter(about, role="subject", recorded_at__gte=since).values("event_id")
    events = Event.objects.filter(id__in=touched, recorded_at__gte=since, changes__has_key="deleted_at")
    found = {(event.subject_type, event.subject_id): event for event in events.order_by("recorded_at", "id")}
    wanted = {event.actor_id for event in found.values() if event.actor_id is not None}
    members: Any = records.get("member").model._base_manager
    names = {member.pk: str(member) for member in members.filter(pk__in=wanted)} if wanted else {}
    return {
        key: _t("Gucang") if event.actor_kind == "system" else names.get(event.actor_id, "")
        for key, event in found.items()
    }


patterns: list[URLPattern] = [
    path("bin/", bin_page, name="bin"),
    path("bin/<str:plural>/<int:pk>/restore", restore, name="bin-restore"),
]
