"""A request in words: what would change, as far as the reader may see it, and who decides along the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from gucang.approvals import cases, clocks, deeds, exporting, people
from gucang.approvals.definition import Definition, Mode
from gucang.approvals.definition import label as choice
from gucang.approvals.flow import Decision, Impossible, Origin, People
from gucang.approvals.flow.steps import who_decides
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import event_access
from gucang.kernel.records import RecordType
from gucang.surface import currencies, ui
from gucang.surface.columns import Shower
from gucang.surface.labels import labels_of
from gucang.surface.timeline import Change

MOST_CHANGES = 12
SAID = ("note", "reason", "text")


def title_of(request: ApprovalRequest) -> str:
    """What is asked for: "Win · 一期改造"; of what has no name yet, what it is: "Export · customers, 120 records"."""
    return f"{deeds.label_of(request.action)} · {request.subject or exporting.subject(request) or request.number}"


def record_of(request: ApprovalRequest, actor: Actor) -> Any:
    """The record that it is about, if the actor sees it."""
    if not request.about_id:
        return None
    return records.get(request.about_type).query(actor).filter(pk=request.about_id).first()


def changes_of(request: ApprovalRequest, actor: Actor, base: str, record: Any) -> list[Change]:
    """What would change, old and new, without what is hidden from the reader; what is masked stays masked.

    `record` is the one it is about, None where there is none or the reader does not see it.
    """
    if request.action == exporting.DEED:
        return exporting.changes(request, actor)
    record_type = records.get(request.about_type)
    specs = {spec.name: spec for spec in _specs(record_type) if spec.name in request.changes}
    shower = Shower(record_type, actor, base, [], [])
    wanted: dict[Any, set[int]] = {}
    for name, spec in specs.items():
        if spec.kind == "reference":
            ids = {one for one in request.changes[name] if isinstance(one, int)}
            wanted.setdefault(spec.target, set()).update(ids)
    shower.labels = labels_of(actor, wanted)
    found = []
    for name, spec in specs.items():
        may = event_access(actor, record_type, name, record)
        if may is Access.HIDDEN:
            continue
        old, new = request.changes[name]
        if may is Access.MASKED:
            old, new = spec.masked(old), spec.masked(new)
        written = zip((old, new), currencies.halves(request.changes, getattr(record, "currency", None)), strict=True)
        found.append(Change(str(spec.label), *(_shown(shower, spec, value, record, code) for value, code in written)))
    return found[:MOST_CHANGES]


def _specs(record_type: RecordType) -> list[FieldSpec]:
    names = [*record_type.form.fields, *record_type.columns]
    own = [spec for spec in record_type.custom_fields() if not spec.computed]
    declared = {name: record_type.specs[name] for name in [*names, *record_type.specs] if name in record_type.specs}
    return [spec for spec in declared.values() if spec.name not in ("version", "updated_at")] + own


def _shown(shower: Shower, spec: FieldSpec, value: Any, record: Any, currency: str | None) -> Any:
    if value in (None, "", []):
        return _t("empty")
    try:
        return shower.value(spec, value, link=False, record=record, currency=currency) or _t("empty")
    except ValueError:
        return str(value)


def said_with(request: ApprovalRequest) -> str:
    """What who asked wrote with the deed."""
    return next((str(request.params[name]) for name in SAID if request.params.get(name)), "")


def facts_of(request: ApprovalRequest, actor: Actor, base: str, record: Any) -> list[tuple[str, Any]]:
    """The record's key facts: the columns of its list, as the reader sees them."""
    if record is None:
        return []
    record_type = records.get(request.about_type)
    shower = Shower(record_type, actor, base, [record], list(record_type.columns))
    pairs = [(str(record_type.specs[name].label), shower.show(record, record_type.specs[name]))
             for name in record_type.columns if name in record_type.specs]  # fmt: skip
    return [(label, value) for label, value in pairs if value not in ("", None)]


# --- who decides -----------------------------------------------------------------------------------------------------

Node = dict[str, Any]


def picture_of(request: ApprovalRequest) -> list[Node]:
    """Who asked, the steps with who decided or will, and the end: the nodes of `ui.flow`."""
    words = request.policy_version.read()
    rows = cases.tasks_of(request)
    nodes: list[Node] = [
        {"role": _t("Asked"), "name": str(request.submitter), "state": "done",
         "note": ui.moment_text(request.created_at)}
    ]  # fmt: skip
    later = people.people_for(words, request.submitter_id, request.get_about(), request.policy_version.policy_id)
    names = _names({one.member for many in later.found.values() for one in many})
    for number, step in enumerate(words.steps):
        visit = request.standing.get(str(number), request.visit if number == request.step else None)
        here = [row for row in rows if row.step == number and row.visit == visit and row.decision != "closed"]
        label = step.name or _t("Step %(number)s") % {"number": number + 1}
        if here:
            nodes.append(_grouped(label, step.mode, [_node(row, request) for row in here]))
        else:
            expected = [
                {"role": label, "name": names.get(one.member, "—"), "state": "later"} for one in later.found[number]
            ]
            nodes.append(_grouped(label, step.mode, expected or [_nobody(label, words)]))
    nodes.append(_end(request))
    return nodes


def forecast(words: Definition, submitter: int, record: Any = None, policy: int = 0) -> list[Node]:
    """Who would decide what this member asks for, about `record` where one is given: the dry run of a policy."""
    names = _names({submitter} | set(people.company().working))
    nodes: list[Node] = [{"role": _t("Asked"), "name": names.get(submitter, "—"), "state": "done"}]
    known = people.people_for(words, submitter, record, policy)
    for number, step in enumerate(words.steps):
        label = step.name or _t("Step %(number)s") % {"number": number + 1}
        note = clocks.in_words(step.hours, step.unit) if step.hours else ""
        expected = [
            {"role": label, "name": names.get(one, "—"), "state": "later", "note": note}
            for one in expected_in(words, submitter, number, known)
        ]
        nodes.append(_grouped(label, step.mode, expected or [_nobody(label, words)]))
    return [*nodes, {"role": _t("Takes effect"), "name": "", "state": "later"}]


def expected_in(words: Definition, submitter: int, step: int, known: People) -> list[int]:
    """The members whom a step would ask, by the policy's rules; none where it would pass or nobody is found."""
    try:
        return [member for member in who_decides(words, submitter, step, known) if member is not None]
    except Impossible:
        return []


def _names(ids: set[int]) -> dict[int, str]:
    member = records.get("member").model
    return dict(member._default_manager.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _nobody(label: str, words: Definition) -> Node:
    return {"role": label, "name": str(choice(words.empty)), "state": "later"}


def _grouped(label: str, mode: Mode, nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0] | {"role": label}
    return {"group": f"{label} · {choice(mode)}", "nodes": nodes}


_NOTES = {
    Origin.BEFORE.value: lambda: _t("added before"),
    Origin.AFTER.value: lambda: _t("added after"),
    Origin.ALONGSIDE.value: lambda: _t("added beside"),
    Origin.TRANSFERRED.value: lambda: _t("passed on to"),
}


def _node(row: ApprovalTask, request: ApprovalRequest) -> Node:
    deputy = row.by_id is not None and row.by_id != row.member_id and row.decision != Decision.TRANSFERRED.value
    name = str(row.by if deputy else row.member or _t("nobody"))
    role = _NOTES[row.origin]() if row.origin in _NOTES else _t("Approver")
    return {
        "role": role,
        "name": name,
        "deputy_for": str(row.member) if deputy else "",
        "state": _state(row),
        "note": _note(row, request),
    }


def _state(row: ApprovalTask) -> str:
    if row.open:
        return "now"
    return {"": "later", "returned": "no", "refused": "no"}.get(row.decision, "done")


def _note(row: ApprovalTask, request: ApprovalRequest) -> str:
    if row.open:
        until = request.due_at
        return _t("until %(when)s") % {"when": ui.moment_text(until)} if until else _t("decides now")
    return f"{_did(row)} {ui.moment_text(row.decided_at) if row.decided_at else ''}".strip()


def _did(row: ApprovalTask) -> str:
    return {
        "agreed": _t("agreed"), "returned": _t("sent back"), "refused": pgettext("approval", "refused"),
        "transferred": _t("passed on"), "passed": _why_passed(row.why),
    }.get(row.decision, "")  # fmt: skip


def _why_passed(why: str) -> str:
    return {
        "twice": _t("has agreed before"),
        "same": _t("is who asks"),
        "empty": _t("nobody found"),
        "late": _t("time over"),
    }.get(why, _t("passed"))


def _end(request: ApprovalRequest) -> Node:
    state = {
        State.CARRIED_OUT.value: "done", State.FAILED.value: "no", State.REFUSED.value: "no",
        State.WITHDRAWN.value: "no",
    }.get(request.state, "later")  # fmt: skip
    note = str(request.get_state_display()) if state != "later" else ""
    return {"role": _t("Takes effect"), "name": deeds.label_of(request.action), "state": state, "note": note}


class Line(NamedTuple):
    """One decision of the trail: who, in whose place, what, when, and what they said."""

    person: str
    instead_of: str
    what: str
    at: Any
    comment: str
    did: str
    files: Sequence[Any] = ()

    @property
    def day(self) -> str:
        """When, as it stands on paper: nobody knows there which day "today" was."""
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"


def trail_of(request: ApprovalRequest, files: Sequence[Any] = ()) -> Sequence[Line]:
    """The decisions in the order in which they were made. `files` are those on the request: what somebody attached
    while it was their turn came with their decision.
    """
    rows = [row for row in cases.tasks_of(request) if row.decided_at and row.decision not in ("", "closed")]
    return [
        Line(
            str(row.by or row.member or _t("nobody")),
            str(row.member) if row.by_id and row.member_id != row.by_id else "",
            _note(row, request),
            row.decided_at,
            row.comment,
            _did(row),
            [file for file in files if _came_with(file, row)],
        )
        for row in sorted(rows, key=lambda row: (row.decided_at, row.number))
    ]


def _came_with(file: Any, row: ApprovalTask) -> bool:
    begun = row.opened_at or row.decided_at
    return bool(row.by_id and file.author_id == row.by_id and begun <= file.created_at <= row.decided_at)
