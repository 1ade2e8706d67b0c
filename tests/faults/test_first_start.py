"""Two who install and migrate at once, in an empty folder."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Site

pytestmark = pytest.mark.slow


def test_two_migrations_at_once_make_one_whole_schema(site: Site) -> None:
    assert [(done.returncode, done.stderr) for done in site.first_migrations] == [(0, "")] * 2
    twice = site.program.rows("SELECT app, name FROM django_migrations GROUP BY 1, 2 HAVING count(*) > 1")
    assert twice == [], "a migration ran twice"
    assert site.program.command("check").stdout.endswith("Everything is in order.\n")
