"""Filling the tables of a benchmark company: COPY by the cluster's superuser, all in one transaction.

PostgreSQL refuses COPY to roles that row security binds, and a look at every foreign key of every row makes it ten
times slower. So this one loader, on the program's own server only, goes past both, and `proof` checks afterwards what
was skipped: every reference, every kept sum, every create event. Broken off, it leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from gucang.demo.benchmark.rows import STAGING, Lines, Maker
from gucang.kernel.events import EVENT_COLUMNS

TABLES = (
    "parties_customer", "parties_contact", "selling_opportunity", "activity_followup", "selling_stagechange",
    "kernel_searchentry", "kernel_event", "kernel_eventobject",
)  # fmt: skip
LARGE = 50_000

_STAGING = """
CREATE UNLOGGED TABLE bench_staging (
    recorded_at timestamptz, actor_id bigint, name varchar(80), subject_type varchar(40), subject_id bigint,
    subject_label varchar(200), subject_version integer, changes jsonb, facts jsonb, customer_id bigint,
    contact_id bigint, opportunity_id bigint)
"""
_EVENTS = f"""
INSERT INTO kernel_event ({", ".join(EVENT_COLUMNS)})
SELECT %(first)s + row_number() OVER (ORDER BY recorded_at, name, subject_id) - 1, %(company)s,
       recorded_at, recorded_at, 'member', actor_id, NULL, NULL, name, subject_type, subject_id,
       subject_label, subject_version, changes, facts,
       NULL, ''
FROM bench_staging ORDER BY recorded_at, name, subject_id
"""  # noqa: S608
# Whom an event concerns, as `events.objects_of` says: by the order of ids, which is that of the staging table.
_OBJECTS = """
INSERT INTO kernel_eventobject (company_id, event_id, recorded_at, occurred_at, object_type, object_id, role)
WITH told AS (
    SELECT %(first)s + row_number() OVER (ORDER BY recorded_at, name, subject_id) - 1 AS id, recorded_at, name,
           subject_type, subject_id, customer_id, contact_id
    FROM bench_staging)
SELECT %(company)s, id, recorded_at, recorded_at, object_type, object_id, role FROM (
    SELECT id, recorded_at, subject_type AS object_type, subject_id AS object_id, 'subject' AS role FROM told
    UNION ALL SELECT id, recorded_at, 'customer', customer_id,
                     CASE WHEN subject_type = 'follow_up' THEN 'about subject' ELSE 'customer' END
              FROM told WHERE subject_type <> 'customer'
    UNION ALL SELECT id, recorded_at, 'contact', contact_id, 'contact' FROM told WHERE subject_type = 'opportunity') o
ORDER BY object_type, object_id, recorded_at, id
"""
_TOTALS = """
INSERT INTO selling_stagetotal (company_id, pipeline_id, stage_id, owner_id, private, currency, count, amount)
SELECT company_id, pipeline_id, stage_id, owner_id, private, currency, count(*), sum(amount)
FROM selling_opportunity WHERE company_id = %(company)s AND deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6
"""


class Server:
    """A superuser's connection with a large transaction on it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._indexes: list[str] = []

    def prepare(self) -> None:
        """Let this transaction go past the look at every reference, with the memory that large sets need."""
        run = self.connection.execute
        run("SET LOCAL session_replication_role = replica")
        run("SET LOCAL work_mem = '512MB'")
        run("SET LOCAL maintenance_work_mem = '1GB'")
        run("SET LOCAL synchronous_commit = off")

    def rebuild(self) -> Iterable[str]:
        """Make the indexes again that `drop_indexes` took away; yields the name of each."""
        for statement in self._indexes:
            self.connection.execute(statement)
            yield statement.split()[2]
        self._indexes = []

    def drop_indexes(self, tables: Sequence[str]) -> None:
        """A large load is quicker without the indexes that no constraint needs; the transaction keeps others out."""
        rows = self.connection.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indrelid WHERE c.relname = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AND NOT i.indisunique",
            [list(tables)],
        ).fetchall()
        for name, definition in rows:
            self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
            self._indexes.append(definition.replace(" ON ONLY ", " ON "))


class Loader(Server):
    """Writes lines into the tables over one connection. Use as a context; leaving it commits."""

    def __init__(self, connection: psycopg.Connection[Any], maker: Maker, *, large: bool) -> None:
        super().__init__(connection)
        self.maker, self.large = maker, large

    def begin(self) -> None:
        self.prepare()
        self.connection.execute(_STAGING)
        if self.large:
            self.drop_indexes(TABLES)

    def ids(self, table: str, count: int) -> int:
        """The first of a block of `count` ids, which nobody else will get."""
        row = self.connection.execute(
            "SELECT setval(s, nextval(s) + %s) - %s FROM pg_get_serial_sequence(%s, 'id') s", [count, count, table]
        ).fetchone()
        assert row is not None
        return int(row[0])

    def write(self, lines: Lines) -> None:
        maker = self.maker
        for table, columns, rows in (
            ("parties_customer", maker.customers.columns, lines.customer),
            ("parties_contact", maker.contacts.columns, lines.contact),
            ("selling_opportunity", maker.deals.columns, lines.opportunity),
            ("activity_followup", maker.notes.columns, lines.follow_up),
            ("selling_stagechange", maker.moves.columns[1:], lines.stage_change),
            (
                "kernel_searchentry",
                ("company_id", "record_type", "object_id", "owner_id", "title", "detail", "text", "grams"),
                lines.search,
            ),
            ("bench_staging", STAGING, lines.staging),
        ):
            self._copy(table, columns, rows)

    def _copy(self, table: str, columns: Iterable[str], rows: list[str]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("\n".join(rows) + "\n")

    def events(self, company_id: int, first: int) -> None:
        """Turn what is staged into the log, in the order of time."""
        self.connection.execute(_EVENTS, {"company": company_id, "first": first})
        self.connection.execute(_OBJECTS, {"company": company_id, "first": first})

    def staged(self) -> int:
        row = self.connection.execute("SELECT count(*) FROM bench_staging").fetchone()
        assert row is not None
        return int(row[0])

    def finish(self, company_id: int) -> None:
        self.connection.execute(_TOTALS, {"company": company_id})
        self.connection.execute("DROP TABLE bench_staging")


__all__ = ["LARGE", "TABLES", "Loader", "Server"]
