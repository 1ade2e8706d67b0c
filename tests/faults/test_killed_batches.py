"""A process that is killed at any moment of bulk work leaves each batch whole, or nothing of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.conftest import Site

pytestmark = pytest.mark.slow
SIZE, KILLS = 100, 10


def test_a_batch_is_there_whole_or_not_at_all(site: Site, tmp_path: Path) -> None:
    told, program = tmp_path / "told", site.program
    assert program.inside("batches", "batches", SIZE, KILLS, str(told)) == KILLS
    company = program.value("SELECT id FROM kernel_company WHERE slug = 'batches'")
    customers = program.rows("SELECT id, name FROM parties_customer WHERE company_id = %s", company)
    found = Counter(name.split()[1] for _pk, name in customers)
    assert set(found.values()) == {SIZE}, "half a batch"
    assert set(told.read_text().split()) <= found.keys(), "a committed batch is lost"

    ids = sorted(pk for pk, _name in customers)
    for table, column, kind in (
        ("kernel_event", "subject_id", "subject_type"),
        ("kernel_eventobject", "object_id", "object_type"),
        ("kernel_searchentry", "object_id", "record_type"),
    ):
        rows = program.rows(
            f"SELECT {column} FROM {table} WHERE company_id = %s AND {kind} = 'customer' ORDER BY 1",
            company,
        )
        assert [pk for (pk,) in rows] == ids, table
    taken = program.value(
        "SELECT sum(value) FROM kernel_numbercounter WHERE company_id = %s AND record_type = 'customer'", company
    )
    assert taken == len(ids), "a killed batch took numbers along"
