"""What a call on a record type does: list, read, create, edit, delete, any other action, timeline.

Each function returns the function that ninja calls for one record type or action.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from gucang.kernel import event_visibility, events
from gucang.kernel.actions import Action, Outcome
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Stale
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import keyset, opened, panels
from gucang.surface.api.answers import answer
from gucang.surface.api.output import Subject, event_rows, record_rows
from gucang.surface.api.problems import TYPE, Halt, problem
from gucang.surface.listed import chosen

Operation = Callable[..., HttpResponse]
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
# What a create does about an exact duplicate.
DUPLICATES = ("refuse", "allow")


# ---- reading


def listing(record_type: RecordType) -> Operation:
    """GET /customers: one page, filtered and sorted by the address."""

    def list_records(request: Any) -> HttpResponse:
        limit, wanted = limit_of(request.GET), _with(request.GET, "actions", "total", *_lines(record_type))
        found = chosen(record_type, request.actor, request.GET, ignore=("with",)).found
        if found.problems:
            raise Invalid({name: [said] for name, said in found.problems.items()})
        after = request.GET.get("after", "")
        page = keyset.page(found.query, found.order, after, limit)
        if not page.rows:
            _check_may_view(request.actor, record_type)
        count = keyset.capped_count if "total" in wanted else keyset.quick_count
        total, more = count(found.query, None if after else page)
        rows = record_rows(record_type, request.actor, page.rows, actions="actions" in wanted, lines="lines" in wanted)
        opened.tell(request.actor, record_type, page.rows)
        return _page(request, rows, page.next, total=total, total_is_exact=not more)

    return list_records


def reading(record_type: RecordType) -> Operation:
    """GET /customers/17."""

    def read_record(request: Any, id: int) -> HttpResponse:
        wanted = _with(request.GET, "actions")
        record = visible_record(record_type, request.actor, id)
        (body,) = record_rows(record_type, request.actor, [record], actions="actions" in wanted, lines=True)
        opened.tell(request.actor, record_type, [record])
        return answer(body, headers={"ETag": etag(record)})

    return read_record


def timeline(record_type: RecordType) -> Operation:
    """GET /customers/17/timeline: what happened, newest first."""

    def read_timeline(request: Any, id: int) -> HttpResponse:
        record = visible_record(record_type, request.actor, id)
        limit, before = limit_of(request.GET), _before(request.GET.get("after", ""))
        found = events.timeline(record_type.name, record.pk, before=before, limit=limit + 1)
        page, more = found[:limit], len(found) > limit
        shown = event_visibility.visible_to(request.actor, page, page=(record_type.name, record.pk))
        rows = event_rows(request.actor, shown, Subject(record_type, record))
        return _page(request, rows, place(page[-1].occurred_at, page[-1]) if more else "")

    return read_timeline


def visible_record(record_type: RecordType, actor: Any, pk: int) -> Any:
    """The record, if the actor may see it. Raises NotVisible."""
    record = record_type.query(actor).filter(pk=pk).first()
    if record is None:
        raise NotVisible()
    return record


def limit_of(params: Mapping[str, str]) -> int:
    """How many rows a page has. Raises Invalid."""
    raw = params.get("limit", str(DEFAULT_LIMIT))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= MAX_LIMIT):
        raise Invalid({"limit": [_t("A page has 1 to %(most)s rows.") % {"most": MAX_LIMIT}]})
    return int(raw)


def place(moment: datetime, event: Event) -> str:
    """The cursor after an event, opaque to whoever gets it."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), event.pk]).encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, int] | None:
    """The moment and event id of a cursor; None for "". Raises Invalid."""
    if not cursor:
        return None
    try:
        text, pk = json.loads(base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor[:200]) % 4)))
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None or type(pk) is not int or not 0 <= pk < 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        raise Invalid({"after": [_t("This place in the list is gone. Start at the first page.")]}) from None
    return moment, pk


def _before(cursor: str) -> events.Cursor | None:
    found = place_of(cursor)
    return None if found is None else events.Cursor(*found)


def _with(params: QueryDict, *offered: str) -> set[str]:
    wanted = {word for raw in params.getlist("with") for word in raw.split(",") if word}
    if wanted - set(offered):
        words = ", ".join(f"“{word}”" for word in offered)
        raise Invalid({"with": [_t("Only %(words)s can be asked for here.") % {"words": words}]})
    return wanted


def _lines(record_type: RecordType) -> tuple[str, ...]:
    return () if record_type.lines is None else ("lines",)


def _check_may_view(actor: Any, record_type: RecordType) -> None:
    """An empty list for want of a right is said, so that nobody takes it for an empty table."""
    if not actor.may(f"{record_type.name}.view"):
        raise Forbidden(
            _t("Your role or your token does not include seeing “%(what)s”.") % {"what": record_type.label_plural}
        )


def _page(request: Any, rows: list[dict[str, Any]], following: str, **more: Any) -> HttpResponse:
    headers = {}
    if following:
        params = [(name, value) for name, values in request.GET.lists() for value in values if name != "after"]
        headers["Link"] = f'<{request.path}?{urlencode([*params, ("after", following)])}>; rel="next"'
    return answer({"items": rows, "next": following or None, **more}, headers=headers)


# ---- writing


def creating(action: Action) -> Operation:
    """POST /customers, and POST /members/<verb> for another action that makes a record."""

    def create_record(request: Any, body: Any) -> HttpResponse:
        if refusal := _is_there_already(request, action):
            return refusal
        outcome = _run(request, action, None, seen=None)
        return after(request, action, outcome, status=201)

    return create_record


def _is_there_already(request: Any, action: Action) -> HttpResponse | None:
    """The refusal of what would be an exact duplicate, as a form asks before it makes one; None goes on."""
    record_type = action.type
    if action is not record_type.create or panels.duplicates_of(record_type) is None:
        return None
    wanted = request.GET.get("duplicates", "refuse")
    if wanted not in DUPLICATES:
        words = ", ".join(f"“{word}”" for word in DUPLICATES)
        raise Invalid({"duplicates": [_t("Only %(words)s can be asked for here.") % {"words": words}]})
    if wanted == "allow" or not request.actor.may(action.name):
        return None  # the action says better why not
    found = panels.exact_duplicates(record_type, request.json, request.actor)
    if not found:
        return None
    sentence = _t("“%(name)s” is there already. Send duplicates=allow in the address to add it all the same.")
    told = [
        {"why": one.title, "name": one.name, "note": one.note, "url": f"{request.base}{one.url}" if one.url else None}
        for one in found
    ]
    return problem(request, 409, sentence % {"name": found[0].name}, type=f"{TYPE}duplicate", duplicates=told)


def editing(action: Action) -> Operation:
    """PATCH /customers/17 with If-Match."""

    def edit_record(request: Any, id: int, body: Any) -> HttpResponse:
        return after(request, action, _run(request, action, id, seen=_seen(request, needed=True)))

    return edit_record


def deleting(action: Action) -> Operation:
    """DELETE /customers/17 with If-Match: into the bin."""

    def delete_record(request: Any, id: int) -> HttpResponse:
        if request.json:
            raise Halt(400, _t("Send no body with DELETE."))
        _run(request, action, id, seen=_seen(request, needed=True))
        return answer(None, 204)

    return delete_record


def acting(action: Action) -> Operation:
    """POST /customers/17/claim: any other action. If-Match is welcome."""

    def act_on_record(request: Any, id: int, body: Any) -> HttpResponse:
        return after(request, action, _run(request, action, id, seen=_seen(request, needed=False)))

    return act_on_record


def _run(request: Any, action: Action, pk: int | None, *, seen: int | None) -> Outcome:
    values = dict(request.json)
    if action.on_values:
        extra = values.pop("extra", None) or {}
        values = {"values": values | {f"extra.{key}": value for key, value in extra.items()}}
    outcome = action(pk, actor=request.actor, seen=seen, request_id=request.request_id, **values)
    if seen is not None and seen > _version_before(outcome):
        raise Stale(_t("There is no such version of this record. Read it again."), [])
    return outcome


def _version_before(outcome: Outcome) -> int:
    return int(outcome.record.version) - (outcome.event is not None)


def _seen(request: Any, *, needed: bool) -> int | None:
    """The version in If-Match; None for "*" and, where it is not `needed`, for none. Raises Halt 428, Stale."""
    given = request.headers.get("If-Match")
    if given is None:
        if needed:
            raise Halt(428)
        return None
    tag = given.strip()
    if tag == "*":
        return None
    number = tag.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Stale(_t('If-Match is not an ETag of this record, such as "3". Read it again.'), [])
    return int(number)


def after(request: Any, action: Action, outcome: Outcome, *, status: int = 200) -> HttpResponse:
    """The answer to a write: the record as it is now, as the actor sees it; only its id when it left their sight."""
    record_type, event = action.type, outcome.event
    record = record_type.query(request.actor).filter(pk=outcome.record.pk).first()
    if record is None:
        body: dict[str, Any] = {"id": outcome.record.pk, "version": outcome.record.version}
    else:
        (body,) = record_rows(record_type, request.actor, [record], lines=True)
    body["_event"] = None if event is None else {"id": event.pk, "name": event.name, "facts": event.facts}
    headers = {"ETag": etag(outcome.record)}
    if status == 201:
        headers["Location"] = f"{request.base}/api/v1/{record_type.plural}/{outcome.record.pk}"
    return answer(body, status, headers)


def etag(record: Any) -> str:
    """The version of a record as an ETag."""
    return f'"{record.version}"'
