"""Verbs of extracts of the own log: one is asked for, is written by a job, and waits a day for who asked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.processes import exporting, rules
from gucang.processes.extracts import CREATE, Extract
from gucang.processes.models import ExportState, LogExport


@action(
    CREATE, label=_("Take our log out"), creates=True, icon="file-export",
    labels={
        "form": _("Format"), "types": _("Types of record"), "since": pgettext_lazy("period", "From"),
        "until": pgettext_lazy("period", "Until"),
    },
)  # fmt: skip
def create(
    record: LogExport,
    *,
    actor: Actor,
    form: Annotated[str, Text(max_length=10)] = ".json",
    types: Annotated[str, Text(max_length=2000)] = "",
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Take out what happened to records of these `types` ("sales_order,delivery"; none for everything) on these days.

    The file holds what may be seen by whoever asks; it is written by a job. XES needs the one type that is the case.
    """
    wanted = sorted({one.strip() for one in types.split(",")} - {""})
    extract = Extract.of(actor, wanted, since, until)
    exporting.check_form(form, extract.types)
    record.form, record.types, record.since, record.until = form, wanted, since, until
    record.owner_id = actor.member_id
    return {"types": wanted}


@action(
    "log_export.finish", label=_("End of writing"), allow=is_the_system, internal=True, icon="check",
    guard=rules.why_not_writing,
)  # fmt: skip
def finish(record: LogExport, *, file: str, events: int, objects: int) -> None:
    """The file is written and waits a day for who asked for it."""
    record.file, record.events, record.objects_told = file, events, objects
    record.state, record.ready_at = ExportState.READY, clock.now()


@action(
    "log_export.fail", label=_("Writing failed"), allow=is_the_system, internal=True, icon="x",
    guard=rules.why_not_writing,
)  # fmt: skip
def fail(record: LogExport, *, reason: Annotated[str, Text(max_length=500)]) -> None:
    """There is no file."""
    record.state, record.reason = ExportState.FAILED, reason
