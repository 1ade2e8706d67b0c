"""Verbs of outside logs: a file comes in, is read, compared with a model, and goes."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from gucang.exchange import store
from gucang.kernel import jobs
from gucang.kernel.actions import action, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.processes import rules
from gucang.processes.models import ActivityName, OutsideLog, ProcessModel, State

edit = editing("outside_log")
delete = deleting("outside_log", guard=rules.why_kept)
restore = restoring("outside_log")


@action(
    "outside_log.upload", label=_("Bring in a log"), creates=True, icon="upload",
    labels={
        "name": _("Name"), "file": _("Upload"), "file_name": _("File"), "activity": _("Activity is"),
        "case_type": _("Objects that are cases"),
    },
)  # fmt: skip
def upload(
    log: OutsideLog,
    *,
    actor: Actor,
    name: Annotated[str, Text(max_length=100)],
    file: str,
    file_name: str = "",
    activity: Literal["plain", "lifecycle", "complete"] = "plain",
    case_type: Annotated[str, Text(max_length=100)] = "",
) -> None:
    """Take in a log that was uploaded under the name `file`, and read it as a job."""
    if not name.strip():
        raise Invalid({"name": [_("Give the log a name.")]})
    if not store.path_of(file).is_file():
        raise Invalid({"file": [_("There is no such file. Upload it again.")]})
    log.name, log.file, log.file_name = name.strip(), file, file_name[:120]
    log.case_type = case_type.strip()
    log.activity, log.owner_id = ActivityName(activity), actor.member_id


@action(
    "outside_log.finish", label=_("End of reading"), allow=is_the_system, internal=True, icon="check",
    guard=rules.why_not_reading,
)  # fmt: skip
def finish(log: OutsideLog, *, totals: Annotated[str, Text(long=True)]) -> None:
    """All of the file is in."""
    found = json.loads(totals)
    log.state, log.reason, log.file = State.READY, "", ""
    log.cases, log.events, log.variants = found["cases"], found["events"], found["variants"]
    log.begins_at = parse_datetime(found["begins_at"]) if found["begins_at"] else None
    log.ends_at = parse_datetime(found["ends_at"]) if found["ends_at"] else None


@action(
    "outside_log.fail", label=_("Reading failed"), allow=is_the_system, internal=True, icon="x",
    guard=rules.why_not_reading,
)  # fmt: skip
def fail(log: OutsideLog, *, reason: Annotated[str, Text(max_length=500)]) -> None:
    """Nothing of the file is in."""
    log.state, log.reason, log.file = State.FAILED, reason, ""


@action(
    "outside_log.compare", label=_("Compare with a model"), guard=rules.why_not_ready, always=True, icon="git-compare",
    labels={"model": _("Process model")},
)  # fmt: skip
def compare(log: OutsideLog, *, model: ProcessModel) -> None:
    """Align every variant with a model, as a job."""
    log.process_model, log.judged, log.reason = model, "", ""
    log.cost = log.worst = log.fitting = None
    jobs.enqueue("processes.compare", key=str(log.pk), log_id=log.pk)


@action("outside_log.compared", label=_("Compared"), allow=is_the_system, internal=True, icon="check")
def compared(log: OutsideLog, *, totals: Annotated[str, Text(long=True)]) -> dict[str, Any]:
    """Every variant has been aligned."""
    found = json.loads(totals)
    log.cost, log.worst, log.fitting = found["cost"], found["worst"], found["fitting"]
    log.shortest, log.judged, log.reason = found["shortest"], found["judged"], ""
    return {"cost": log.cost}


@action("outside_log.not_compared", label=_("Could not compare"), allow=is_the_system, internal=True, icon="x")
def not_compared(log: OutsideLog, *, reason: Annotated[str, Text(max_length=500)]) -> None:
    """The model cannot be searched."""
    log.reason, log.process_model = reason, None
