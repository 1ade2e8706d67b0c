"""A list leaves the company: an action on an export, so that the log says who took what, when and how much."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _

from gucang.exchange import rules
from gucang.exchange.models import Export, State
from gucang.kernel import clock, events
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.surface.meant import ids_of, type_called

DIRECT = 2000


@action(
    "export.create", label=_("Export"), creates=True, icon="download",
    labels={"record_type": _("What"), "query": _("Filter"), "columns": _("Columns"), "picked": _("Picked rows"),
    },
)  # fmt: skip
def create(
    record: Export,
    *,
    actor: Actor,
    record_type: str,
    query: Annotated[str, Text(max_length=4000)] = "",
    columns: Annotated[str, Text(max_length=4000)] = "",
    picked: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Take out the records that a list's address shows, of them only the `picked` ids if there are any ("12,15").

    A short one is DONE: who asked takes it with the answer. A long one is written by a job, as is any that others had
    to agree to first: nobody waits for its answer any more.
    """
    from gucang.exchange import export

    wanted = type_called(record_type)
    rules.check_may_export(actor, wanted)
    ids = ids_of(picked, "picked")
    chosen = export.Extract.parse(wanted, actor, query, columns, ids)
    record.record_type, record.query, record.picked = wanted.name, export.without_columns(query), ids
    record.columns, record.owner_id = [spec.name for spec in chosen.specs], actor.member_id
    record.rows = chosen.query.count()
    if record.rows <= DIRECT and not events.noted("approval"):
        record.state, record.ready_at = State.DONE, clock.now()
    return {"rows": record.rows, "picked": bool(ids)}


@action("export.finish", label=_("Finish"), allow=is_the_system, internal=True, icon="check")
def finish(record: Export, *, file: str, rows: int) -> None:
    """The file is written and waits a day for who asked for it."""
    record.file, record.rows, record.state, record.ready_at = file, rows, State.DONE, clock.now()


__all__ = ["DIRECT", "create", "finish"]
