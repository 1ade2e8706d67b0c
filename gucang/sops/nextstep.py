"""What comes next for one record by the process that it belongs to: the step, who does it, until when, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gucang.accounts.models import Department
from gucang.kernel import clock
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.sops import people, queries, traces
from gucang.sops.definitions import Step
from gucang.sops.models import ProcessVersion
from gucang.sops.people import Colleague
from gucang.sops.traces import Deed
from gucang.worktime.queries import NoWorkingTime, calendar_of

MOST = 4


@dataclass(frozen=True)
class Next:
    """One step that may be done now. `until` is the end of its time limit, None where nothing runs."""

    step: Step
    who: Sequence[Colleague]
    until: datetime | None
    late: bool


@dataclass(frozen=True)
class Stand:
    """Where a case stands: the version it is done by, the keys of the steps done so far, and what may come next."""

    version: ProcessVersion
    done: Sequence[str]
    coming: Sequence[Next]


def stand_of(record_type: RecordType, record: Any) -> Stand | None:
    """Where a record stands by its process; None without one, and once the case is over. One query at most."""
    if record_type.name not in queries.ever_in_force() or record.deleted_at is not None:
        return None
    version = version_of(record_type, record)
    if version is None:
        return None
    words = version.read()
    deeds = traces.deeds_of(record_type.name, record.pk, (*words.events, *words.final))
    if deeds and deeds[-1].name in words.final:
        return None
    done = [(key, deed) for deed in deeds if (key := words.step_of(deed.name)) is not None]
    keys = [key for key, _deed in done]
    coming = traces.aligner_of(version).next_steps(keys)[:MOST]
    if not coming:
        return None
    owner_id = record_type.owner_id(record)
    return Stand(
        version, list(dict.fromkeys(keys)), [_next(words.steps[key], done, record, owner_id) for key in coming]
    )


def version_of(record_type: RecordType, record: Any) -> ProcessVersion | None:
    """The version that held when the record was made; of what is older than any version, the one that holds now."""
    return queries.in_force(record_type.name, record.created_at) or queries.in_force(record_type.name)


def _next(step: Step, done: Sequence[tuple[str, Deed]], record: Any, owner_id: int | None) -> Next:
    others = {deed.by for key, deed in done if key in step.four_eyes and deed.by is not None}
    until = _until(step, done, record, owner_id)
    return Next(step, people.who_does(step, owner_id, others), until, until is not None and until < clock.now())


def lacks(step: Step, record_type: RecordType, record: Any, actor: Actor) -> list[str]:
    """The labels of what a step wants filled in by then and is empty, as far as this person may know. No query."""
    specs = [record_type.specs[name] for name in step.required if name in record_type.specs]
    return [
        str(spec.label)
        for spec in specs
        if getattr(record, f"{spec.name}_id" if spec.kind == "reference" else spec.name, None) in (None, "")
        and access(actor, record_type, spec.name, record) is not Access.HIDDEN
    ]


def _until(step: Step, done: Sequence[tuple[str, Deed]], record: Any, owner_id: int | None) -> datetime | None:
    """The end of a step's time limit on the calendar of the owner's department."""
    if step.limit is None:
        return None
    if step.limit.after is None:
        begin = done[0][1].at if done else record.created_at
    else:
        begin = next((deed.at for key, deed in reversed(done) if key == step.limit.after), None)
    if begin is None:
        return None
    owner = people.company().members.get(owner_id or 0)
    calendar = calendar_of(Department(pk=owner.department) if owner is not None and owner.department else None)
    try:
        return calendar.deadline(begin, step.limit.span)
    except NoWorkingTime:
        return None
