"""The company's own event log for other tools: XES by one type of case, or OCEL 2.0 with all records it concerns."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.processes.extracts import Extract, Logged, Source
from gucang.processes.mining.logs import NAME, RESOURCE, TIME, Attribute, Header, Trace
from gucang.processes.mining.ocel import ALWAYS, Ocel, OcelEvent, OcelObject, Value
from gucang.processes.mining.ocel_json import write_json
from gucang.processes.mining.ocel_sqlite import write_sqlite
from gucang.processes.mining.ocel_xml import write_xml
from gucang.processes.mining.xes import ABOUT, write_xes
from gucang.processes.spooling import Spool

FORMATS = {
    ".xes.gz": "XES, gzip", ".xes": "XES", ".json": "OCEL 2.0 JSON", ".json.gz": "OCEL 2.0 JSON, gzip",
    ".xml": "OCEL 2.0 XML", ".xml.gz": "OCEL 2.0 XML, gzip", ".sqlite": "OCEL 2.0 SQLite",
}  # fmt: skip
EVENT_ATTRIBUTES = {
    "actor": "string", "recorded": "time", "label": "string", "changes": "string", "facts": "string", "cause": "string",
}  # fmt: skip
HEADER = Header(
    ABOUT,
    [{"name": name, "prefix": prefix, "uri": f"http://www.xes-standard.org/{prefix}.xesext"}
     for name, prefix in (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))],
    [("trace", [["string", NAME, ""]]),
     ("event", [["string", NAME, ""], ["date", TIME, ALWAYS]])],
    [{"name": "Activity", "keys": NAME}],
)  # fmt: skip


@dataclass
class Written:
    """What went into a file: how many events, and how many cases (of XES) or records (of OCEL)."""

    events: int = 0
    objects: int = 0


def has_cases(form: str) -> bool:
    """Whether a log in this form is told by cases, for which one type of record has to be chosen."""
    return form.startswith(".xes")


def check_form(form: str, types: frozenset[str]) -> None:
    """Raise Invalid for a form that there is not, and for XES without one type of record that is the case."""
    if form not in FORMATS:
        raise Invalid({"form": [_t("Choose one of: %(known)s.") % {"known": ", ".join(FORMATS)}]})
    if has_cases(form) and len(types) != 1:
        raise Invalid({"types": [_t("XES tells a log by cases. Choose the one type of record that is the case.")]})


def export(
    extract: Extract,
    path: Path,
    form: str,
    scope: Callable[[], AbstractContextManager[Any]] = nullcontext,
    note: Callable[[int], None] = lambda done: None,
) -> Written:
    """Write an extract of the log to a new file in one of `FORMATS`.

    Some thousand events are read at a time, each time within a `scope()` of its own; `note(done)` hears, within it, how
    many events (of XES: cases) have been read. Raises Invalid as `check_form` does.
    """
    check_form(form, extract.types)
    source, written = Source(extract, scope, note), Written()
    if has_cases(form):
        with _text(path, form) as out:
            write_xes(out, HEADER, _traces(source, written))
        return written
    with closing(Spool[OcelEvent]()) as spool:
        log = _ocel(source, spool, written)
        if form == ".sqlite":
            path.unlink(missing_ok=True)
            write_sqlite(path, log)
        else:
            with _text(path, form) as out:
                (write_json if form.startswith(".json") else write_xml)(out, log)
    return written


@contextmanager
def _text(path: Path, form: str) -> Iterator[IO[str]]:
    with gzip.open(path, "wb") if form.endswith(".gz") else path.open("wb") as file:
        text = io.TextIOWrapper(file, "utf-8")
        yield text
        text.flush()


def _traces(source: Source, written: Written) -> Iterator[Trace]:
    """A case for each record of the type, with what concerns it, in order."""
    (case_type,) = source.extract.types
    for key, logged in source.cases(case_type):
        own = [one.event for one in logged if (one.event.subject_type, one.event.subject_id) == (case_type, key)]
        attributes: list[Attribute] = [["string", NAME, f"{case_type}-{key}"]]
        if own:
            attributes.append(["string", "label", own[-1].subject_label])
        written.objects += 1
        written.events += len(logged)
        yield Trace(attributes, [_xes(one) for one in logged])


def _xes(one: Logged) -> list[Attribute]:
    about = _about(one)
    who = about.pop("actor")
    told: list[Attribute] = [["string", NAME, one.event.name], ["date", TIME, one.event.occurred_at.isoformat()]]
    if who:
        told.append(["string", RESOURCE, str(who)])
    told.append(["date", "recorded", str(about.pop("recorded"))])
    return [*told, *(["string", name, str(value)] for name, value in about.items() if value)]


@dataclass
class _Objects:
    """The records that an extract tells of, each with what it was called by the last event about itself."""

    labels: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, one: Logged) -> None:
        for kind, key, _role in one.objects:
            self.labels.setdefault((kind, key), "")
        subject = (one.event.subject_type, one.event.subject_id)
        if subject in self.labels:
            self.labels[subject] = one.event.subject_label

    def __iter__(self) -> Iterator[OcelObject]:
        for kind, key in sorted(self.labels):
            label = self.labels[kind, key]
            yield OcelObject(f"{kind}-{key}", kind, [("label", label, ALWAYS)] if label else [])


def _ocel(source: Source, spool: Spool[OcelEvent], written: Written) -> Ocel:
    """The extract. It is read once: its records come before its events in a file and are known only after them."""
    objects, names = _Objects(), set()
    for one in source.events():
        objects.add(one)
        names.add(one.event.name)
        attributes: list[tuple[str, Value]] = [(name, value) for name, value in _about(one).items() if value]
        related = sorted((f"{kind}-{key}", role) for kind, key, role in one.objects)
        spool.add(OcelEvent(str(one.event.pk), one.event.name, one.event.occurred_at.isoformat(), attributes, related))
        written.events += 1
    written.objects = len(objects.labels)
    kinds = sorted({kind for kind, _key in objects.labels})
    return Ocel(
        {name: dict(EVENT_ATTRIBUTES) for name in sorted(names)}, {kind: {"label": "string"} for kind in kinds},
        spool, objects,
    )  # fmt: skip


def _about(one: Logged) -> dict[str, Value]:
    event = one.event
    return {
        "actor": one.actor,
        "recorded": event.recorded_at.isoformat(),
        "label": event.subject_label,
        "changes": json.dumps(one.changes, ensure_ascii=False) if one.changes else "",
        "facts": json.dumps(one.facts, ensure_ascii=False) if one.facts else "",
        "cause": str(event.cause) if event.cause else "",
    }
