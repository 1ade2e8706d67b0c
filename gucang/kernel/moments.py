"""How moments come out of the database: by one call in C, where psycopg matches a pattern for each of them.

A list of fifty records holds two hundred moments.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created
from psycopg.abc import Buffer


class MomentLoader(BaseTzLoader):
    """A timestamptz in UTC, as Django asks for it (`timezone`)."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii")).astimezone(UTC)
        except ValueError:  # another date style, or a year that Python cannot hold: psycopg says so in its own words
            found: datetime = super().load(data)
            return found


def _use(connection: Any, **_more: Any) -> None:
    if connection.vendor == "postgresql" and connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", MomentLoader)


def use_everywhere() -> None:
    """Let every connection that is opened from now on read moments this way."""
    connection_created.connect(_use, dispatch_uid="gucang.kernel.moments")
