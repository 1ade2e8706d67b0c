"""What PostgreSQL knows about the tables when it plans a statement."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.operations import RunSQL


def refresh() -> None:
    """Gather the statistics anew, also of rows that the open transaction has written.

    For work that fills empty tables in one long transaction: autovacuum sees none of it before the end, and a plan made
    for an empty table reads the full one from front to back at every statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT gucang_analyze()")


def columns_belong_together(table: str, *columns: str) -> RunSQL:
    """A migration's step that tells the planner which columns of a table decide one another.

    An owner and a stage belong to one company; taken for independent, the rows of one company in one stage are
    guessed at a five-hundredth of what they are, and a plan that reads them all looks cheaper than the index that ends
    after thirty.
    """
    name, held = f"{table}_together", ", ".join(columns)
    return RunSQL(
        f"CREATE STATISTICS {name} (dependencies) ON {held} FROM {table}; ANALYZE {table}", f"DROP STATISTICS {name}"
    )
