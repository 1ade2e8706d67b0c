"""A file comes in: uploaded, mapped, checked, run, and taken back if it was a mistake."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.exchange import mapping as mappings
from gucang.exchange import maps, rules, store
from gucang.exchange.models import COUNTS, IfDuplicate, Import, ImportLine, Origin, Progress, State
from gucang.kernel import clock, jobs, records
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system


@action(
    "import.upload", label=_("Import"), creates=True, icon="upload",
        labels={
        "file": _("Upload"), "name": _("File"), "record_type": _("What"), "map": _("Ready map"),
        "if_duplicate": _("Exact duplicates"),
    },
)  # fmt: skip
def upload(
    record: Import,
    *,
    actor: Actor,
    file: str,
    name: str,
    record_type: str = "",
    map: str = "",
    if_duplicate: Literal["add", "skip"] = "add",
) -> None:
    """Begin an import of what was uploaded and read under the name `file` (see `intake.receive`)."""
    tables = read_tables(file)
    if map:
        ready = maps.find(map)
        if ready is None or not ready.fits(tables):
            raise Invalid({"map": [_t("These files do not fit this ready map. Choose what the rows are instead.")]})
        wanted = ready.record_types
    elif len(tables) != 1:
        raise Invalid(
            {"file": [_t("The archive holds several tables. Import them one by one, or choose a ready map.")]}
        )
    else:
        wanted = (record_type,)
    for one in wanted:
        rules.check_may_import(actor, _type(one))
    record.file, record.name, record.map = file, name[:120], map
    record.if_duplicate = if_duplicate
    record.record_type = "" if map else record_type
    record.tables = tables
    record.rows = sum(table["rows"] for table in tables)
    record.owner_id = actor.member_id
    if not map:
        record.mapping = mappings.suggest(tables[0]["columns"], _type(record_type), actor)
        record.match = mappings.usual_match(_type(record_type), record.mapping)


def _type(name: str) -> records.RecordType:
    try:
        return records.get(name)
    except LookupError:
        raise Invalid({"record_type": [_t("Say what the rows are.")]}) from None


def read_tables(file: str) -> list[dict[str, Any]]:
    """What was read from an upload. Raises BadTable when it is gone."""
    from gucang.exchange.readers import BadTable

    path = store.path_of(file) / "tables.json"
    if not path.is_file():
        raise BadTable(_t("There is no such file. Upload it again."))
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


@action(
    "import.map", label=_("Match columns"), allow=rules.is_the_maker, guard=rules.why_not_open, icon="columns-3",
    labels={
        "mapping": _("Columns"), "match": _("Find again by"), "into_pool": _("Into the pool"),
        "if_duplicate": _("Exact duplicates"),
    },
)  # fmt: skip
def map_columns(
    record: Import,
    *,
    actor: Actor,
    mapping: Annotated[str, Text(long=True)],
    match: str = "",
    into_pool: bool = False,
    if_duplicate: str = "",
) -> None:
    """Say which column fills which field, as a JSON object {column: field}; `if_duplicate` left open stays."""
    if record.map:
        raise Refused(_t("A ready map knows its columns; there is nothing to match."))
    try:
        raw = json.loads(mapping)
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        raise Invalid({"mapping": [_t("Write a JSON object such as {“column”: “field”}.")]})
    record_type = _type(record.record_type)
    record.mapping = mappings.checked(raw, record.tables[0]["columns"], record_type, actor)
    if match not in dict(mappings.match_choices(record_type, record.mapping)):
        raise Invalid({"match": [_t("The file has no column for this. Choose another way to find records again.")]})
    record.match, record.into_pool = match, into_pool and may_pool(record_type)
    if if_duplicate not in ("", *IfDuplicate.values):
        raise Invalid({"if_duplicate": [_t("Choose “add” or “skip”.")]})
    record.if_duplicate = if_duplicate or record.if_duplicate
    record.state = State.UPLOADED


def may_pool(record_type: records.RecordType) -> bool:
    """Whether records of this type can come without an owner."""
    return record_type.exchange is not None and record_type.exchange.unowned


@action(
    "import.check", label=_("Check"), allow=rules.is_the_maker, guard=rules.why_not_open, always=True, icon="list-check"
)
def check(record: Import, *, actor: Actor) -> dict[str, Any]:
    """Try the first rows and take them back: what would be refused or repaired, without bringing anything in."""
    from gucang.exchange.engine import rehearse
    from gucang.exchange.engine.run import REHEARSED

    counts, lines = rehearse(record, actor, REHEARSED)
    ImportLine.objects.filter(import_record=record).delete()
    for line in lines:
        line.pk = None
    ImportLine.objects.bulk_create(lines)
    record.state = State.CHECKED
    return {"tried": counts}


@action(
    "import.run", label=_("Bring in"), allow=rules.is_the_maker, guard=rules.why_not_open, tone="primary",
    icon="file-import",
)  # fmt: skip
def run(record: Import, *, actor: Actor) -> None:
    """Bring the rows in, as a job."""
    if not record.map:
        mappings.checked(record.mapping, record.tables[0]["columns"], _type(record.record_type), actor)
    ImportLine.objects.filter(import_record=record).delete()
    Progress.objects.get_or_create(import_record=record)
    record.state, record.reason = State.RUNNING, ""
    jobs.enqueue("exchange.run", key=str(record.pk), import_id=record.pk)


@action(
    "import.cancel", label=_("Stop"), allow=rules.is_the_maker, guard=rules.why_not_running, tone="danger",
    icon="player-stop",
    says=_("It stops after the rows that are being written. What has come in stays, and can be taken back."),
)  # fmt: skip
def cancel(record: Import, *, actor: Actor) -> None:
    """Stop after the batch that is being written. What has come in stays, and can be taken back."""
    progress = Progress.objects.filter(import_record=record).first()
    _end(record, State.CANCELLED, progress.totals() if progress else {})


@action(
    "import.finish",
    label=_("Finish"),
    allow=is_the_system,
    internal=True,
    guard=rules.why_not_running,
    icon="check",
)
def finish(record: Import, *, totals: Annotated[str, Text(long=True)]) -> None:
    """All rows were answered for."""
    _end(record, State.DONE, json.loads(totals))


@action(
    "import.fail",
    label=_("End with a reason"),
    allow=is_the_system,
    internal=True,
    guard=rules.why_not_running,
    icon="x",
)
def fail(
    record: Import, *, reason: Annotated[str, Text(max_length=300)], totals: Annotated[str, Text(long=True)]
) -> None:
    """The import cannot go on; what has come in stays."""
    record.reason = reason
    _end(record, State.FAILED, json.loads(totals))


def _end(record: Import, state: State, totals: dict[str, Any]) -> None:
    record.state, record.finished_at = state, clock.now()
    for name in (*COUNTS, "by_table"):
        if name in totals:
            setattr(record, name, totals[name])


@action(
    "import.take_back", label=_("Take back"), allow=rules.is_the_maker, guard=rules.why_not_over, tone="danger",
    icon="arrow-back-up",
    says=_("What this import made goes to the bin. What somebody has changed since stays."),
)  # fmt: skip
def take_back(record: Import, *, actor: Actor) -> None:
    """Move what this import made to the bin, as a job. What somebody has changed since stays."""
    record.state = State.TAKING_BACK
    jobs.enqueue("exchange.take_back", key=str(record.pk), import_id=record.pk)


@action("import.taken_back", label=_("End of taking back"), allow=is_the_system, internal=True, icon="check")
def taken_back(record: Import, *, left: int) -> dict[str, Any]:
    """All that could be taken back was."""
    gone = record.created - left
    Origin.objects.filter(import_record=record).delete()
    record.state = State.TAKEN_BACK
    record.reason = _t("%(left)s records stayed, because somebody has worked on them.") % {"left": left} if left else ""
    return {"taken_back": gone, "left": left}


__all__ = [
    "cancel", "check", "fail", "finish", "map_columns", "may_pool", "read_tables", "run", "take_back", "taken_back",
    "upload",
]  # fmt: skip
