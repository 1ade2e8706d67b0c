"""Moments as they come out of the database: the same as psycopg reads them, from any zone and with any fraction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from gucang.kernel.moments import MomentLoader


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 10, 15, 11, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 59, 59, 120000, tzinfo=UTC),
        datetime(1, 1, 2, 0, 0, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_a_moment_comes_back_as_it_went_in(zone: str, moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute("SELECT %s::timestamptz", [moment])
        found = cursor.fetchone()[0]
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.django_db
def test_the_quick_way_is_the_one_in_use_and_what_python_cannot_hold_is_refused() -> None:
    with connection.cursor() as cursor:
        loader = cursor.cursor.adapters.get_loader(connection.connection.adapters.types["timestamptz"].oid, 0)
        assert loader is MomentLoader
        with pytest.raises(DataError):
            cursor.execute("SELECT 'infinity'::timestamptz")
            cursor.fetchone()
