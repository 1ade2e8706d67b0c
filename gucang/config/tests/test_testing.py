"""The tests' own ground: each test begins with a living connection."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from gucang.config.testing import pytest_runtest_setup

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_that_ended_with_its_database_is_not_met_again(
    test_databases: Any, request: pytest.FixtureRequest
) -> None:
    connection.ensure_connection()
    with test_databases.admin() as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    pytest_runtest_setup(request.node)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 41 + 1")
        assert cursor.fetchone() == (42,)
