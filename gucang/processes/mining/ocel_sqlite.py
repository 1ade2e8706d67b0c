"""OCEL 2.0 in SQLite, read and written."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.ocel import ALWAYS, Ocel, OcelEvent, OcelObject, Value

_KINDS = {"TEXT": "string", "TIMESTAMP": "time", "INTEGER": "integer", "REAL": "float", "BOOLEAN": "boolean"}
_COLUMNS = {"string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN"}
_OWN = {"ocel_id", "ocel_time", "ocel_changed_field"}
Entry = TypeVar("Entry", OcelEvent, OcelObject)
_MAGIC = b"SQLite format 3\0"


def is_sqlite(path: Path) -> bool:
    """Whether a file is a SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read_sqlite(path: Path) -> Ocel:
    """The whole log. The file is opened for reading only, and nothing in it is run. Raises BadLog."""
    if not is_sqlite(path):
        raise BadLog(_("This is no SQLite database."))
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            return _Reader(database).log
    except sqlite3.Error as problem:
        raise BadLog(_("The database cannot be read: %(why)s."), {"why": problem}) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Reader:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.log = Ocel()
        events = dict(self._rows("event", "ocel_id", "ocel_type"))
        objects = dict(self._rows("object", "ocel_id", "ocel_type"))
        found = {str(key): OcelEvent(str(key), kind, "") for key, kind in events.items()}
        held = {str(key): OcelObject(str(key), kind) for key, kind in objects.items()}
        for kind, table in self._rows("event_map_type", "ocel_type", "ocel_type_map"):
            self.log.event_types[kind] = self._attributes(f"event_{table}")
            self._read_events(kind, f"event_{table}", found)
        for kind, table in self._rows("object_map_type", "ocel_type", "ocel_type_map"):
            self.log.object_types[kind] = self._attributes(f"object_{table}")
            self._read_objects(kind, f"object_{table}", held)
        for one, other, qualifier in self._rows("event_object", "ocel_event_id", "ocel_object_id", "ocel_qualifier"):
            _related(found, one).objects.append((str(other), qualifier or ""))
        for one, other, qualifier in self._rows("object_object", "ocel_source_id", "ocel_target_id", "ocel_qualifier"):
            _related(held, one).objects.append((str(other), qualifier or ""))
        self.log.events, self.log.objects = [*found.values()], [*held.values()]

    def _rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(map(_quoted, columns))
        yield from self._database.execute(f"SELECT {names} FROM {_quoted(table)}")  # noqa: S608 - names, quoted

    def _attributes(self, table: str) -> dict[str, str]:
        found = self._database.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
        return {name: _KINDS.get(kind.upper(), "string") for name, kind in found if name not in _OWN}

    def _read_events(self, kind: str, table: str, found: dict[str, OcelEvent]) -> None:
        names = [*self.log.event_types[kind]]
        for key, time, *values in self._rows(table, "ocel_id", "ocel_time", *names):
            event = _related(found, key)
            event.time = str(time or "")
            event.attributes = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]

    def _read_objects(self, kind: str, table: str, held: dict[str, OcelObject]) -> None:
        names = [*self.log.object_types[kind]]
        for key, time, *values in self._rows(table, "ocel_id", "ocel_time", *names):
            at = str(time or ALWAYS)
            given = ((name, value, at) for name, value in zip(names, values, strict=True) if value is not None)
            _related(held, key).attributes.extend(given)


def _related(found: dict[str, Entry], key: object) -> Entry:
    try:
        return found[str(key)]
    except KeyError:
        raise BadLog(_("A table of the log names “%(id)s”, which is not in it."), {"id": key}) from None


def write_sqlite(path: Path, log: Ocel) -> None:
    """Write a log to a new file. Raises FileExistsError."""
    if path.exists():
        raise FileExistsError(path)
    with closing(sqlite3.connect(path)) as database, database:
        for what, types in (("event", log.event_types), ("object", log.object_types)):
            _write_types(database, what, types)
        _write_relations(database)
        _write_rows(database, log)


def _tables(types: dict[str, dict[str, str]]) -> dict[str, str]:
    """A name for the table of each type, of letters and digits only, no two the same."""
    found: dict[str, str] = {}
    for kind in types:
        plain = re.sub(r"\W+", "", kind.title()) or "Type"
        name, number = plain, 2
        while name.lower() in {one.lower() for one in found.values()}:
            name, number = f"{plain}{number}", number + 1
        found[kind] = name
    return found


def _write_types(database: sqlite3.Connection, what: str, types: dict[str, dict[str, str]]) -> None:
    database.execute(f"CREATE TABLE {what}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)")
    database.execute(
        f"CREATE TABLE {what} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES {what}_map_type(ocel_type))"
    )
    changed = ", ocel_changed_field TEXT" if what == "object" else ""
    for kind, table in _tables(types).items():
        database.execute(f"INSERT INTO {what}_map_type VALUES (?, ?)", (kind, table))  # noqa: S608
        own = "".join(f", {_quoted(name)} {_COLUMNS.get(sort, 'TEXT')}" for name, sort in types[kind].items())
        database.execute(
            f"CREATE TABLE {_quoted(f'{what}_{table}')} (ocel_id TEXT REFERENCES {what}(ocel_id),"
            f" ocel_time TIMESTAMP{changed}{own})"
        )


def _write_relations(database: sqlite3.Connection) -> None:
    for table, one, other, first, second in (
        ("event_object", "ocel_event_id", "ocel_object_id", "event", "object"),
        ("object_object", "ocel_source_id", "ocel_target_id", "object", "object"),
    ):
        database.execute(
            f"CREATE TABLE {table} ({one} TEXT REFERENCES {first}(ocel_id), {other} TEXT REFERENCES {second}(ocel_id),"
            f" ocel_qualifier TEXT, PRIMARY KEY ({one}, {other}, ocel_qualifier))"
        )


def _write_rows(database: sqlite3.Connection, log: Ocel) -> None:
    events, objects = _tables(log.event_types), _tables(log.object_types)
    for one in log.objects:
        _write_entry(database, "object", "object_object", one)
        for row in _object_rows(one):
            _insert(database, f"object_{objects[one.type]}", row)
    for event in log.events:
        _write_entry(database, "event", "event_object", event)
        about: dict[str, Value] = {"ocel_id": event.id, "ocel_time": event.time}
        about.update(event.attributes)
        _insert(database, f"event_{events[event.type]}", about)


def _write_entry(database: sqlite3.Connection, what: str, relation: str, one: OcelEvent | OcelObject) -> None:
    database.execute(f"INSERT INTO {what} VALUES (?, ?)", (one.id, one.type))  # noqa: S608
    related = [(one.id, other, qualifier) for other, qualifier in one.objects]
    database.executemany(f"INSERT INTO {relation} VALUES (?, ?, ?)", related)  # noqa: S608


def _object_rows(one: OcelObject) -> Iterator[dict[str, Value]]:
    """What an object had from the beginning in one row, then a row for each change."""
    first = {name: value for name, value, at in one.attributes if at == ALWAYS}
    if first or not one.attributes:
        yield {"ocel_id": one.id, "ocel_time": ALWAYS, **first}
    for name, value, at in one.attributes:
        if at != ALWAYS:
            yield {"ocel_id": one.id, "ocel_time": at, "ocel_changed_field": name, name: value}


def _insert(database: sqlite3.Connection, table: str, row: dict[str, Value]) -> None:
    names = ", ".join(map(_quoted, row))
    marks = ", ".join("?" for _value in row)
    database.execute(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks})", [*row.values()])  # noqa: S608
