"""Verbs of versions: drafted, written, put in force, read. One is in force at a time."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Max
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import clock
from gucang.kernel.actions import action, deleting, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system
from gucang.sops import definitions, rules, vocabulary
from gucang.sops.models import Process, ProcessVersion, Reading, State

Why = Annotated[str, Text(max_length=300)]
Words = Annotated[str, Text(long=True, max_length=400_000)]

delete = deleting("process_version", guard=rules.why_not_draft)
restore = restoring("process_version")


def _locked(process_id: int) -> Process:
    """The process, held until the end: its versions are numbered and put in force one after the other."""
    return Process.objects.select_for_update(no_key=True).get(pk=process_id)


def current_of(process: Process) -> ProcessVersion | None:
    """The version in force, looked up once no one else is changing it."""
    _locked(process.pk)
    return ProcessVersion.objects.select_for_update(no_key=True).filter(process=process, state=State.IN_FORCE).first()


@action(
    "process_version.draft", label=_("Draft a version"), creates=True, icon="file-plus", tone="primary",
    labels={"process": pgettext_lazy("SOP", "process"), "start": _("begin with"), "reason": _("What changes and why")},
)  # fmt: skip
def draft(
    version: ProcessVersion,
    *,
    actor: Actor,
    process: Process,
    start: ProcessVersion | None = None,
    reason: Why = "",
) -> None:
    """A new draft with the words of `start`, or else of the version in force, or else of the latest."""
    _locked(process.pk)
    if start is not None and start.process_id != process.pk:
        raise Invalid({"start": [_t("This is a version of another process.")]})
    known = ProcessVersion.with_bin.filter(process=process)
    start = start or known.filter(state=State.IN_FORCE).first() or known.order_by("-number").first()
    version.process, version.name, version.case_type = process, process.name, process.case_type
    version.number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    version.definition = start.definition if start is not None else definitions.EMPTY.to_json()
    version.reason, version.author_id = reason.strip(), actor.member_id


@action(
    "process_version.define", label=_("Write the steps"), guard=rules.why_not_draft, icon="list-check",
    labels={"definition": _("definition"), "reason": _("What changes and why")},
)  # fmt: skip
def define(version: ProcessVersion, *, definition: Words, reason: Why | None = None) -> None:
    """Give a draft these words, as JSON. What it still lacks is told when it is put in force."""
    version.definition = definitions.read(definition).to_json()
    if reason is not None:
        version.reason = reason.strip()


@action(
    "process_version.put_in_force", label=_("Put in force"), guard=rules.why_not_draft, icon="player-play",
    tone="primary", labels={"reason": _("What is different and why")},
    says=_("“%(record)s” holds for every case that begins from now on; who has a part in it is asked to read it."),
)  # fmt: skip
def put_in_force(version: ProcessVersion, *, actor: Actor, reason: Why = "") -> dict[str, Any]:
    """It holds from now on; the former version of the process ends with the same moment."""
    version.reason = reason.strip() or version.reason
    if not version.reason:
        raise Invalid({"reason": [_t("Say what is different and why; it stays with the version.")]})
    if faults := vocabulary.faults(version.read(), version.case_type):
        raise Invalid({"": faults})
    former = current_of(version.process)
    if former is not None:
        supersede(former, actor=system())
    elif other := ProcessVersion.objects.filter(case_type=version.case_type, state=State.IN_FORCE).first():
        sentence = _t("“%(other)s” is about the same and in force. Retire it first: one process holds at a time.")
        raise Refused(sentence % {"other": other.name})
    version.state, version.in_force_from = State.IN_FORCE, clock.now()
    return {"former": former.number if former is not None else None}


@action(
    "process_version.supersede", label=pgettext_lazy("process version", "Superseded"),
    allow=is_the_system, internal=True, icon="history", guard=rules.why_not_in_force,
)  # fmt: skip
def supersede(version: ProcessVersion) -> None:
    """Another version holds from now on, or none."""
    version.state, version.in_force_until = State.SUPERSEDED, clock.now()


@action(
    "process_version.confirm_reading", label=_("I have read it"), allow=rules.is_a_member, always=True, icon="check",
    guard=rules.why_nothing_to_read,
)  # fmt: skip
def confirm_reading(version: ProcessVersion, *, actor: Actor) -> dict[str, Any]:
    """Say that one knows this version."""
    assert actor.member_id is not None
    if Reading.objects.filter(version=version, member_id=actor.member_id).exists():
        raise Refused(_t("You have confirmed that already."))
    Reading.objects.create(version=version, member_id=actor.member_id, read_at=clock.now())
    return {"number": version.number}


@action(
    "process_version.credit", label=_("Credited"), allow=is_the_system, internal=True, icon="award",
    guard=rules.why_not_draft,
)  # fmt: skip
def credit(version: ProcessVersion, *, author: int) -> None:
    """Name the member whose idea the draft is as its author."""
    version.author_id = author


INTERNAL = (supersede, credit)
