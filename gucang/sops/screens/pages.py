"""The page of a process: what holds now, what held before and why it changed, who has read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.records import RecordType
from gucang.sops import people, queries, shipped, showing, text, vocabulary, wording
from gucang.sops.actions import processes, versions
from gucang.sops.definitions import Definition
from gucang.sops.models import Process, ProcessVersion, Reading, State
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, toast
from gucang.surface.screens.common import record_url


@dataclass(frozen=True)
class Told:
    """A version in the history, and what it says otherwise than the one before it."""

    version: ProcessVersion
    differences: list[str]


def process_page(request: CompanyRequest, record_type: RecordType, process: Process) -> dict[str, Any]:
    """What the page of a process shows besides the common."""
    every = list(ProcessVersion.objects.filter(process=process).select_related("author").order_by("-number"))
    current = next((one for one in every if one.state == State.IN_FORCE), None)
    shown = current or next((one for one in every if one.state == State.SUPERSEDED), None)
    actor = request.actor
    return {
        "current": current,
        "shown": shown,
        "drafts": [one for one in every if one.state == State.DRAFT],
        "history": _history([one for one in every if one.state != State.DRAFT], process.case_type),
        "about": records.get(process.case_type),
        "may_draft": actor.may(versions.draft.name) and process.deleted_at is None,
        "versions_url": f"{request.base}/process-versions",
        **(version_parts(request, shown) if shown is not None else {"outline": [], "drawing": "", "ends": []}),
        **_readers(actor, current),
    }


def version_parts(request: CompanyRequest, version: ProcessVersion) -> dict[str, Any]:
    """The outline and the drawing of a version, with the deeds that end a case."""
    words = version.read()
    pictures = [one.pk for one in showing.pictures_of(version)] if _has_pictures(words) else []
    return {
        "outline": showing.outline(words, version.case_type, request.base, pictures),
        "drawing": showing.drawing(words, str(version)),
        "ends": [vocabulary.deed_label(name) for name in words.final],
    }


def _has_pictures(words: Definition) -> bool:
    return any(text.pictures_in(step.instruction) for step in words.steps.values())


def _history(found: list[ProcessVersion], case_type: str) -> list[Told]:
    told = []
    for number, version in enumerate(found):
        before = found[number + 1] if number + 1 < len(found) else None
        said = wording.differences(before.read(), version.read(), case_type) if before is not None else []
        told.append(Told(version, said))
    return told


def _readers(actor: Actor, version: ProcessVersion | None) -> dict[str, Any]:
    """Who has read a version, and whether this person still should; of none that holds, nothing."""
    if version is None:
        return {"readers": None, "to_read": False, "has_read": False}
    readers = queries.readers_of(version)
    me = actor.member_id
    reads = me is not None and actor.eyes is None and people.has_part(version.read(), me)
    has_read = me is not None and Reading.objects.filter(version=version, member_id=me).exists()
    return {"readers": readers, "to_read": reads and not has_read, "has_read": has_read}


def version_page(request: CompanyRequest, record_type: RecordType, version: ProcessVersion) -> dict[str, Any]:
    """What the page of a version shows besides the common: a draft is written there."""
    from gucang.sops.screens import editor

    if version.state == State.DRAFT and version.deleted_at is None and request.actor.may(versions.define.name):
        return editor.context(request, version)
    return {
        "editing": False,
        "on_page": ["draft", "define"],
        "process_url": f"{request.base}/processes/{version.process_id}",
        **version_parts(request, version),
        **_readers(request.actor, version if version.state == State.IN_FORCE else None),
    }


def to_adopt(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """Above the list: the processes that come with the program and the company has not adopted."""
    if not request.actor.may(processes.adopt.name):
        return None
    known = set(Process.objects.values_list("code", flat=True))
    found = [one for one in shipped.every() if one.code not in known]
    return {"shipped": found, "url": f"{request.base}/processes/adopt"} if found else None


@require_POST
@answered
def adopt(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Take over a process of the program."""
    done = processes.adopt(actor=request.actor, code=request.POST.get("code", ""), request_id=request.request_id)
    return go(request, record_url(request, records.get("process"), done.record.pk))


@require_POST
@answered
def draft(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """A new draft of a process, and on to its editor."""
    process = records.get("process").query(request.actor).filter(pk=pk).first()
    if process is None:
        raise NotVisible
    done = versions.draft(actor=request.actor, process=process, request_id=request.request_id)
    return go(request, record_url(request, records.get("process_version"), done.record.pk))


@require_POST
@answered
def read(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """“I have read it”, from the page of the process."""
    from django.utils.translation import gettext as _t

    done = versions.confirm_reading(pk, actor=request.actor, request_id=request.request_id)
    toast(request, _t("Noted: you have read it."))
    return go(request, record_url(request, records.get("process"), done.record.process_id))
