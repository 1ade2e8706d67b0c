"""Runs of bulk work as people see them; and that every role may do bulk work with what it may change."""

from __future__ import annotations

from gucang.accounts import roles
from gucang.bulk import actions, models, rules
from gucang.kernel.actors import Reach
from gucang.kernel.records import Layout, RecordType, register

bulk_run = register(
    RecordType(
        name="bulk_run",
        model=models.BulkRun,
        plural="bulk-runs",
        number="PL-{yy}{mm}-{seq:04}",
        icon="list-check",
        owner="owner_id",
        visible=rules.visible,
        columns=(
            "number", "record_type", "verb", "state", "rows", "done", "waiting", "refused", "undone", "owner",
            "created_at",
        ),
        filters=("state", "owner", "record_type", "verb"),
        form=Layout(),
        actions=(actions.cancel, actions.take_back),
        order="-id",
    )
)  # fmt: skip

# Whoever may change one record may change many; what may be done to each of them is its own right.
_OWN = ("bulk_run.view", "bulk_run.start", "bulk_run.cancel", "bulk_run.take_back")
roles.grant_all(dict.fromkeys(_OWN, Reach.OWN))
