"""Own fields for a benchmark company: made by actions like any, then filled in for all customers in a few statements.

What stands in the index is worked out by the kernel itself (`terms`), once for each value that occurs, and `proof`
compares it with the records afterwards. Every customer gets the one event that an edit of all these fields leaves; its
day of the last change stays, so that lists keep their order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

from gucang.accounts.models import Member
from gucang.accounts.rules import ADMINISTRATOR
from gucang.customfields import actions
from gucang.demo.benchmark import people
from gucang.demo.benchmark.load import Server
from gucang.demo.benchmark.shapes import SHAPES, People, columns
from gucang.kernel import clock, custom, records
from gucang.kernel.actors import system
from gucang.kernel.custom import terms
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField, FieldWork
from gucang.kernel.scope import writing

Say = Callable[[str], None]
WRITTEN = ("parties_customer", "kernel_fieldvalue", "kernel_event", "kernel_eventobject")
AT_ONCE = 10_000  # values looked at together: the only rows that are in memory

_VALUES = """
CREATE TEMP TABLE bench_own ON COMMIT DROP AS
SELECT c.id, c.name, c.version + 1 AS version, jsonb_strip_nulls(jsonb_build_object({pairs})) AS extra
FROM parties_customer c,
     (SELECT array(SELECT id FROM parties_customer WHERE company_id = {company} ORDER BY id LIMIT 300) AS ids) d
WHERE c.company_id = {company}
"""
_EXTRA = """
UPDATE parties_customer c SET extra = c.extra || b.extra, version = b.version
FROM bench_own b WHERE c.company_id = {company} AND c.id = b.id AND b.extra <> '{{}}'
"""
_EVENTS = """
CREATE TEMP TABLE bench_edits ON COMMIT DROP AS
SELECT nextval('kernel_event_id_seq') AS event_id, o.* FROM (
    SELECT * FROM bench_own WHERE extra <> '{{}}' ORDER BY id) o;
INSERT INTO kernel_event (id, company_id, recorded_at, occurred_at, actor_kind, actor_id, name, subject_type,
                          subject_id, subject_label, subject_version, changes, facts, request_id)
SELECT event_id, {company}, {now}, {now}, 'member', {actor}, 'customer.edit', 'customer', id, left(name, 200), version,
       jsonb_build_object({changes}) - 'none', '{{}}', ''
FROM bench_edits ORDER BY event_id;
INSERT INTO kernel_eventobject (company_id, event_id, recorded_at, occurred_at, object_type, object_id, role)
SELECT {company}, event_id, {now}, {now}, 'customer', id, 'subject' FROM bench_edits ORDER BY id
"""
_INDEX = """
INSERT INTO kernel_fieldvalue ({columns})
SELECT {company}, {field}, c.id, t.word, t.number
FROM parties_customer c JOIN bench_terms t ON t.value = {value} WHERE c.company_id = {company} ORDER BY c.id
"""


def make(count: int) -> list[FieldSpec]:
    """Make the first `count` fields of `SHAPES` that the active company does not have; returns their specs.

    Nobody needs to work out what they hold: `fill` does.
    """
    there = set(CustomField.objects.filter(record_type="customer").values_list("key", flat=True))
    for shape in SHAPES[:count]:
        if shape.key not in there:
            actions.create(actor=system(), values=shape.values())
    made = {shape.key for shape in SHAPES[:count]} - there
    with writing("kernel"):
        FieldWork.objects.filter(field__record_type="customer", field__key__in=made).delete()
    return [spec for spec in records.get("customer").custom_fields() if spec.own is not None and spec.own.key in made]


def fill(server: Server, company: int, specs: Sequence[FieldSpec], *, actor: int, whom: People, say: Say) -> None:
    """Fill these fields in for every customer of the company, with log and index; in the server's transaction."""
    keys = {spec.own.key for spec in specs if spec.own is not None}
    known = {"company": Literal(company), "now": Literal(clock.now()), "actor": Literal(actor)}
    found = [(key, column) for key, column in columns(SHAPES, whom) if key in keys]
    run = server.connection.execute
    run(SQL(_VALUES).format(pairs=_pairs(found), **known))
    run("ANALYZE bench_own")
    run(SQL(_EXTRA).format(**known))
    say(f"{len(found)} own fields filled in")
    for statement in _EVENTS.split(";"):
        run(SQL(statement).format(changes=_changes([key for key, _column in found]), **known))
    say("their events")
    for spec in specs:
        if spec.kind not in terms.UNKEPT:
            say(f"index of {spec.label}: {_index(server.connection, company, spec):,} different values")


def whom(company_day: Any) -> People:
    """Whom the values of the active company can point at."""
    return People(people.sellers(), company_day)


def administrator() -> int:
    """Who filled all of it in."""
    return int(Member.objects.filter(member_roles__role__key=ADMINISTRATOR).order_by("id").values_list("id")[0][0])


def _pairs(found: Iterable[tuple[str, Composable]]) -> Composable:
    return SQL(", ").join(SQL("{}, {}").format(Literal(key), column) for key, column in found)


def _changes(keys: Iterable[str]) -> Composable:
    """{field: [null, value]} of what is filled in: a field that is not goes by one name, which is taken out again."""
    one = SQL("CASE WHEN extra ? {key} THEN {name} ELSE 'none' END, jsonb_build_array(NULL, extra -> {key})")
    return SQL(", ").join(one.format(key=Literal(key), name=Literal(f"{custom.PREFIX}{key}")) for key in keys)


def _index(connection: psycopg.Connection[Any], company: int, spec: FieldSpec) -> int:
    """Write the index of one field; returns how many different values there are."""
    assert spec.own is not None
    asked = [name.removeprefix(custom.PREFIX) for name in spec.inputs] if spec.computed else [spec.own.key]
    value = SQL("jsonb_build_object({})::text").format(
        SQL(", ").join(SQL("{key}, c.extra -> {key}").format(key=Literal(key)) for key in asked)
    )
    connection.execute("DROP TABLE IF EXISTS bench_terms")
    connection.execute('CREATE TEMP TABLE bench_terms (value text, word text COLLATE "C", number bigint)')
    count = 0
    with connection.cursor(name="bench_values") as cursor:
        cursor.execute(
            SQL("SELECT DISTINCT {} FROM parties_customer c WHERE company_id = {}").format(value, Literal(company))
        )
        while rows := cursor.fetchmany(AT_ONCE):
            count += len(rows)
            with connection.cursor() as writer, writer.copy("COPY bench_terms FROM STDIN") as copy:
                for (text,) in rows:
                    for word, number in terms.terms_of(spec, _read(spec, text)):
                        copy.write_row((text, word, number))
    connection.execute("ANALYZE bench_terms")
    names = SQL(", ").join(map(Identifier, terms.COLUMNS))
    field = Literal(spec.own.field_id)
    connection.execute(SQL(_INDEX).format(columns=names, company=Literal(company), field=field, value=value))
    return count


def _read(spec: FieldSpec, text: str) -> Any:
    """The value of the field in a customer that holds just this."""
    return custom.read(records.get("customer").model(extra=json.loads(text)), spec)


__all__ = ["WRITTEN", "administrator", "fill", "make", "whom"]
