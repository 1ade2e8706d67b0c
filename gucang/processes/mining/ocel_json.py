"""OCEL 2.0 in JSON, read and written."""

from __future__ import annotations

import json
from typing import IO, Any

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.markup import Opened, chunks
from gucang.processes.mining.ocel import Ocel, OcelEvent, OcelObject, in_writing, with_zone


def read_json(source: Opened) -> Ocel:
    """The whole log. Raises BadLog naming the place."""
    try:
        found = json.loads(b"".join(chunks(source)).decode("utf-8-sig"))
    except json.JSONDecodeError as problem:
        raise BadLog(_("The JSON cannot be read in line %(line)s."), {"line": problem.lineno}) from None
    except UnicodeDecodeError:
        raise BadLog(_("The file is not text in UTF-8.")) from None
    except RecursionError:
        raise BadLog(_("The JSON is nested too deeply.")) from None
    if not isinstance(found, dict) or not isinstance(found.get("events"), list):
        raise BadLog(_("This is no OCEL 2.0 file: it has no list of events."))
    try:
        return _log(found)
    except (KeyError, TypeError, AttributeError) as problem:
        raise BadLog(_("An entry of the log lacks or misuses %(what)s."), {"what": problem}) from None


def _log(found: dict[str, Any]) -> Ocel:
    return Ocel(
        event_types=_types(found.get("eventTypes") or []),
        object_types=_types(found.get("objectTypes") or []),
        events=[
            OcelEvent(
                str(one["id"]), one["type"], one.get("time") or "",
                [(each["name"], each["value"]) for each in one.get("attributes") or []],
                _relations(one),
            )
            for one in found["events"]
        ],
        objects=[
            OcelObject(
                str(one["id"]), one["type"],
                [(each["name"], each["value"], each["time"]) for each in one.get("attributes") or []],
                _relations(one),
            )
            for one in found.get("objects") or []
        ],
    )  # fmt: skip


def _types(found: list[Any]) -> dict[str, dict[str, str]]:
    return {one["name"]: {each["name"]: each["type"] for each in one.get("attributes") or []} for one in found}


def _relations(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(each["objectId"]), each.get("qualifier") or "") for each in one.get("relationships") or []]


def write_json(out: IO[str], log: Ocel) -> None:
    """Write a log entry by entry, values as the published schema wants them: as text."""
    out.write('{"objectTypes": ')
    json.dump(_told_types(log.object_types), out, ensure_ascii=False)
    out.write(',\n"eventTypes": ')
    json.dump(_told_types(log.event_types), out, ensure_ascii=False)
    _entries(out, "objects", (_told_object(one) for one in log.objects))
    _entries(out, "events", (_told_event(one) for one in log.events))
    out.write("}\n")


def _entries(out: IO[str], name: str, found: Any) -> None:
    out.write(f',\n"{name}": [')
    for number, one in enumerate(found):
        out.write(",\n" if number else "\n")
        json.dump(one, out, ensure_ascii=False)
    out.write("]")


def _told_types(types: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _told_relations(relations: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": other, "qualifier": qualifier} for other, qualifier in relations]


def _told_event(one: OcelEvent) -> dict[str, Any]:
    return {
        "id": one.id, "type": one.type, "time": with_zone(one.time),
        "attributes": [{"name": name, "value": in_writing(value)} for name, value in one.attributes],
        "relationships": _told_relations(one.objects),
    }  # fmt: skip


def _told_object(one: OcelObject) -> dict[str, Any]:
    return {
        "id": one.id, "type": one.type,
        "attributes": [
            {"name": name, "value": in_writing(value), "time": with_zone(at)} for name, value, at in one.attributes
        ],
        "relationships": _told_relations(one.objects),
    }  # fmt: skip
