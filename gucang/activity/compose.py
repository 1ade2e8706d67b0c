"""One form for everything one writes about a record: its text becomes a follow-up, a task or coaching, its files go
with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.activity import files, subjects
from gucang.activity.actions import attachments, coaching, follow_ups, tasks
from gucang.activity.models import FollowUpKind
from gucang.kernel import idempotency
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.idempotency import Answer
from gucang.kernel.records import RecordType

MOST_FILES = 10
TASK, COACHING = "task", "coaching"
ICONS = {
    FollowUpKind.CALL: "phone", FollowUpKind.VISIT: "map-pin", FollowUpKind.MESSAGE: "message",
    FollowUpKind.EMAIL: "mail", FollowUpKind.NOTE: "note",
}  # fmt: skip


def kinds_for(actor: Actor, record_type: RecordType) -> list[tuple[str, str]]:
    """What this actor may write about records of a type, as (value, label); empty when nothing."""
    if not subjects.allowed(record_type.name):
        return []
    found: list[tuple[str, str]] = []
    if actor.may(follow_ups.create.name):
        kinds = [FollowUpKind.NOTE] if subjects.is_internal(record_type.name) else list(FollowUpKind)
        found += [(kind.value, str(kind.label)) for kind in kinds]
    if actor.may(tasks.create.name):
        found.append((TASK, str(tasks.create.type.label)))
    if actor.may(coaching.create.name):
        found.append((COACHING, str(coaching.create.type.label)))
    return found


def compose(
    actor: Actor, about: Any, name: str, data: Mapping[str, str], uploads: Sequence[UploadedFile], *, key: str = ""
) -> Any:
    """Write down what a composer sent about `about`, a record of the type `name`; returns the entry.

    All or nothing: a refused file leaves no entry. With `key`, the same words sent twice (a second click) are written
    once, and None is returned for the second. Without words the files go to the record itself. Raises what the
    actions raise, Invalid with the form's field names.
    """
    with transaction.atomic():
        if key and _came_before(actor, key, name, about.pk, data):
            return None
        if len(uploads) > MOST_FILES:
            raise Invalid({"files": [_t("At most %(count)s files go at once.") % {"count": MOST_FILES}]})
        stored = [files.receive(upload) for upload in uploads]
        entry = about
        if data.get("text", "").strip() or not stored:
            name, entry = _write(actor, about, name, data)
        for one in stored:
            attachments.create(actor=actor, about_type=name, about_id=entry.pk, file=one.file, name=one.name)
        return entry


def _came_before(actor: Actor, key: str, name: str, pk: int, data: Mapping[str, str]) -> bool:
    """Claim the key for these words: other words under the same key (the page was gone back to) are new ones."""
    words = "\0".join([name, str(pk), *(f"{field}={data[field]}" for field in sorted(data))])
    claim = f"compose:{key[:60]}:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()}"
    if idempotency.begin(actor, claim, claim.encode("utf-8", "surrogatepass")) is not None:
        return True
    idempotency.finish(actor, claim, Answer(303, {}, {}))
    return False


def _write(actor: Actor, about: Any, name: str, data: Mapping[str, str]) -> tuple[str, Any]:
    kind = data.get("kind") or FollowUpKind.NOTE.value
    subject = {"about_type": name, "about_id": about.pk}
    if kind == TASK:
        title, _break, note = data.get("text", "").strip().partition("\n")
        values = {"title": title, "note": note, "due_on": data.get("next_on", ""), "assignee": data.get("assignee", "")}
        if len(title) > 200:
            values |= {"title": title[:200], "note": data["text"]}
        return "task", _named({"title": "text", "due_on": "next_on"}, tasks.create, actor, values | subject)
    if kind == COACHING:
        return "coaching", _named({}, coaching.create, actor, {"text": data.get("text", ""), **subject})
    wanted = ("text", "happened_at", "outcome", "next_step", "next_on")
    values = {field: data[field] for field in wanted if data.get(field)} | {"kind": kind}
    return "follow_up", _named({}, follow_ups.create, actor, {"text": "", **values, **subject})


def _named(names: Mapping[str, str], create: Any, actor: Actor, values: Mapping[str, Any]) -> Any:
    """Call a create action; what it says about its fields is said about the form's."""
    try:
        return create(actor=actor, values=values).record
    except Invalid as problem:
        raise Invalid({names.get(field, field): words for field, words in problem.fields.items()}) from problem
