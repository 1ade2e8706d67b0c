"""`gucang verify-log` after all those faults, and after somebody with the owner's rights has rewritten the past."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Site

pytestmark = pytest.mark.slow


def test_the_log_is_whole_until_its_owner_changes_a_day_which_is_named(site: Site) -> None:
    program, slug = site.program, site.ledger.slug
    assert program.inside("seal", slug) >= 1
    checked = program.command("verify-log", slug)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "0 broken" in checked.stdout

    with program.connect("gucang_owner") as owner, owner.transaction():
        owner.execute(
            "SELECT set_config('app.company_id', (SELECT id::text FROM kernel_company WHERE slug = %s), true)", [slug]
        )
        changed = owner.execute(
            "UPDATE kernel_event SET facts = '{\"forged\": true}'"
            " WHERE (id, recorded_at) IN (SELECT id, recorded_at FROM kernel_event WHERE name = 'company.create'"
            " AND company_id = current_setting('app.company_id')::bigint)"
            " RETURNING (recorded_at AT TIME ZONE 'UTC')::date"
        ).fetchall()
    assert len(changed) == 1
    found = program.command("verify-log", slug)
    assert found.returncode == 1
    assert f"  {changed[0][0].isoformat()}: " in found.stdout
    assert found.stderr == "The event log was changed; restore it from a backup and find out who did it.\n"
