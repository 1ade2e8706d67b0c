"""What PostgreSQL knows about the tables when it plans a statement."""

from __future__ import annotations

from django.db import connection


def refresh() -> None:
    """Gather the statistics anew, also of rows that the open transaction has written.

    For work that fills empty tables in one long transaction: autovacuum sees none of it before the end, and a plan made
    for an empty table reads the full one from front to back at every statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT gucang_analyze()")
