"""What may be done with a request: by who asked, by whose turn it is, by an administrator."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import Colleague, at_work
from gucang.accounts.models import Member
from gucang.approvals import cases, clocks, flow, parking, people, rules
from gucang.approvals.actions.reasons import refusal, words_of
from gucang.approvals.definition import Mode, label
from gucang.approvals.models import ApprovalCopy, ApprovalRequest, ApprovalTask, PolicyVersion, State
from gucang.kernel import clock
from gucang.kernel.actions import action, keep
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Refused
from gucang.kernel.fields import FieldSpec, Text

LONG = 1_000_000
Comment = Annotated[str, Text(long=True)]
COMMENT = {"comment": _("Comment")}


# --- asking ----------------------------------------------------------------------------------------------------------


@action(
    "approval_request.submit", label=_("Ask for approval"), creates=True, internal=True, icon="send",
    labels={"asked": _("what is asked for")},
)  # fmt: skip
def submit(request: ApprovalRequest, *, actor: Actor, asked: Annotated[str, Text(long=True, max_length=LONG)]) -> Any:
    """Keep what was asked for (JSON of `parking.what_is_asked`) and ask the first of those who decide.

    What came back to the same member about the same is replaced. Raises Refused when a step finds nobody.
    """
    given = json.loads(asked)
    version = PolicyVersion.objects.select_related("policy").get(pk=given.pop("version"))
    request.policy_version, request.policy_name = version, version.policy.name
    for name, value in given.items():
        setattr(request, name, value)
    request.about_type = request.action.partition(".")[0]
    request.submitter_id = actor.member_id or 0
    _check_still_so(request)
    _check_not_asked(request)
    _replace_returned(request, actor)
    who = cases.people_of(request)
    try:
        case = flow.begin(version.read(), request.submitter_id, who)
    except flow.Impossible:
        raise Refused(
            _t("“%(policy)s” finds nobody who could decide. An administrator has to mend it.")
            % {"policy": request.policy_name}
        ) from None
    return {"action": request.action, **follow(request, case)}


def _check_still_so(request: ApprovalRequest) -> None:
    """Hold the record from here on. Raises Refused when somebody changed it between the deed and the asking."""
    if not request.about_id:
        return
    if parking.held_version(request) != request.seen:
        raise Refused(_t("Somebody changed this just now. Look at it again, then ask once more."))


def _check_not_asked(request: ApprovalRequest) -> None:
    """Raise Refused when the same member waits for the very same new record already: a file brought in twice."""
    if request.about_id:
        return
    same = ApprovalRequest.objects.filter(
        submitter_id=request.submitter_id, state=State.WAITING, action=request.action, about_id=0,
        params=request.params, subject=request.subject,
    ).first()  # fmt: skip
    if same is not None:
        raise Refused(
            _t("You have asked for exactly this already: it waits for approval (%(number)s) with %(who)s.")
            % {"number": same.number, "who": cases.holders_in_words(same) or "—"}
        )


def _replace_returned(request: ApprovalRequest, actor: Actor) -> None:
    """Who does again what came back to them asks anew; the old request ends."""
    same = ApprovalRequest.objects.filter(
        state=State.RETURNED, submitter_id=request.submitter_id, action=request.action,
        about_type=request.about_type, about_id=request.about_id,
    )  # fmt: skip
    for old in same if request.about_id else ():
        withdraw(old, actor=actor, comment=_t("Asked anew."))


@keep("approval_request")
def tell_others(pairs: list[tuple[Any, Any]]) -> None:
    """Who gets a copy is settled when it is asked for: they may read it from then on."""
    for before, request in pairs:
        if before is None:
            words = request.policy_version.read()
            for member in people.copies_for(words, request.submitter_id, request.get_about()):
                ApprovalCopy.objects.get_or_create(request=request, member_id=member)


def follow(request: ApprovalRequest, case: flow.Case, comments: dict[int, str] | None = None) -> dict[str, Any]:
    """Put the case onto the request and do what follows: if all have agreed, the deed itself. Facts for the event."""
    visit = request.visit
    turn = cases.put(request, case, comments)
    if case.state is flow.State.RETURNED and case.why:
        request.reason = words_of(case.why)
    if case.state is flow.State.AGREED:
        request.reason = parking.carry_out(request)
        request.state = State.FAILED if request.reason else State.CARRIED_OUT
    if request.state not in (State.WAITING, State.RETURNED):
        request.decided_at, request.locked = clock.now(), False
    if request.state != State.WAITING:
        request.due_at = request.acts_at = None
    elif case.visit != visit:
        request.due_at = request.acts_at = clocks.due_at(case)
    return {"turn": turn, "state": str(request.state)}


@action(
    "approval_request.withdraw", label=_("Withdraw"), allow=rules.is_the_submitter, guard=rules.why_not_withdrawn,
    always=True, icon="x", labels=COMMENT,
)  # fmt: skip
def withdraw(request: ApprovalRequest, *, comment: Comment = "") -> dict[str, Any]:
    """Take it back before anybody has agreed to it; the record is free again."""
    try:
        case = flow.withdraw(cases.case_of(request))
    except flow.Impossible as problem:
        raise refusal(problem) from None
    return {"note": comment, **follow(request, case)}


@action(
    "approval_request.resubmit", label=_("Send again"), allow=rules.is_the_submitter, guard=rules.why_not_returned,
    always=True, icon="send", tone="primary", labels=COMMENT,
)  # fmt: skip
def resubmit(request: ApprovalRequest, *, comment: Comment = "") -> dict[str, Any]:
    """Ask for the same once more, after what was in the way is mended.

    What was agreed to before stands only if the policy says so and the deed would still change the same.
    """
    before = dict(request.changes), dict(request.params)
    changes, seen = parking.weighed_again(request)
    request.changes, request.seen, request.locked, request.reason = dict(changes), seen, True, ""
    _check_still_so(request)
    changed = before != (request.changes, request.params)
    try:
        case = flow.resubmit(cases.case_of(request), cases.people_of(request), changed=changed)
    except flow.Impossible as problem:
        raise refusal(problem) from None
    return {"note": comment, **follow(request, case)}


@action(
    "approval_request.urge", label=_("Urge"), allow=rules.is_the_submitter, guard=rules.why_not_waiting, always=True,
    icon="bell", labels=COMMENT,
)  # fmt: skip
def urge(request: ApprovalRequest, *, comment: Annotated[str, Text(max_length=200)] = "") -> dict[str, Any]:
    """Remind those whose turn it is, at most once an hour."""
    now = clock.now()
    if request.urged_at is not None and (now - request.urged_at).total_seconds() < rules.URGE_AGAIN_MINUTES * 60:
        raise Refused(_t("They were reminded less than an hour ago. Wait a little, or call them."))
    request.urged_at = now
    return {"note": comment, "urged": [row.member_id for row in cases.holders(request)]}


# --- deciding --------------------------------------------------------------------------------------------------------


def whose(actor: Actor, request: Any) -> tuple[ApprovalTask, int] | None:
    """The task that the actor may decide now, and in whose place (0 is their own); None when it is not their turn."""
    mine = actor.member_id
    if mine is None or request.state != State.WAITING:
        return None
    open_rows = cases.holders(request)
    own = next((row for row in open_rows if row.member_id == mine), None)
    if own is not None:
        return own, 0
    deputies = cases.people_of(request).deputies
    for row in open_rows:
        if row.personal and row.member_id is not None and mine in deputies.get(row.member_id, ()):
            return row, row.member_id
    return None


def is_their_turn(actor: Actor, request: Any) -> bool:
    """Whether the actor may decide now, for themselves or for somebody else. Of what waits no more the guard tells."""
    return request.state != State.WAITING or whose(actor, request) is not None


def in_place_of(actor: Actor, request: Any) -> int | None:
    """In whose place the actor decides; None for themselves."""
    found = whose(actor, request)
    return (found[1] or None) if found else None


def _mine(actor: Actor, request: ApprovalRequest) -> tuple[int, int]:
    """The number of the task that the actor decides, and their own id. Raises Forbidden."""
    found = whose(actor, request)
    if found is None or actor.member_id is None:
        raise Forbidden(_t("It is not your turn to decide about this."))
    return found[0].number, actor.member_id


@action(
    "approval_request.agree", label=_("Agree"), allow=is_their_turn, guard=rules.why_not_waiting, always=True,
    icon="check", tone="primary", labels=COMMENT, stands_for=in_place_of,
)  # fmt: skip
def agree(request: ApprovalRequest, *, actor: Actor, comment: Comment = "") -> dict[str, Any]:
    """Agree. With the last agreement the deed is done at once, as who asked and with what holds now."""
    number, by = _mine(actor, request)
    try:
        case = flow.agree(cases.case_of(request), number, by, cases.people_of(request))
    except flow.Impossible as problem:
        raise refusal(problem) from None
    return {"note": comment, **follow(request, case, {number: comment})}


def earlier_steps(request: ApprovalRequest) -> list[tuple[int, str]]:
    """The steps that a request can be sent back to, with their names."""
    steps = request.policy_version.read().steps
    return [(int(step), steps[int(step)].name) for step in sorted(request.standing, key=int)]


@action(
    "approval_request.send_back", label=_("Send back"), allow=is_their_turn, guard=rules.why_not_waiting, always=True,
    icon="arrow-back-up", labels={"comment": _("What is missing"), "to_step": _("To step (0: to who asked)")},
    stands_for=in_place_of,
)  # fmt: skip
def send_back(request: ApprovalRequest, *, actor: Actor, comment: Comment, to_step: int = 0) -> dict[str, Any]:
    """Send it back with what is missing: to who asked, or to the step of that number, which decides once more."""
    number, by = _mine(actor, request)
    who = cases.people_of(request)
    try:
        case = flow.give_back(cases.case_of(request), number, by, who, to_step - 1 if to_step else None)
    except flow.Impossible as problem:
        raise refusal(problem) from None
    request.reason = comment[:500]
    return {"note": comment, "to_step": to_step, **follow(request, case, {number: comment})}


@action(
    "approval_request.refuse", label=_("Refuse"), allow=is_their_turn, guard=rules.why_not_waiting, always=True,
    icon="ban", tone="danger", labels={"comment": _("Why not")}, stands_for=in_place_of,
    says=_("“%(record)s” is refused for good. Send it back instead if something is only missing."),
)  # fmt: skip
def refuse(request: ApprovalRequest, *, actor: Actor, comment: Comment) -> dict[str, Any]:
    """Refuse for good, with the reason."""
    number, by = _mine(actor, request)
    try:
        case = flow.refuse(cases.case_of(request), number, by, cases.people_of(request))
    except flow.Impossible as problem:
        raise refusal(problem) from None
    request.reason = comment[:500]
    return {"note": comment, **follow(request, case, {number: comment})}


# --- letting others decide -------------------------------------------------------------------------------------------


def may_transfer(actor: Actor, request: Any) -> bool:
    """Whose turn it is, or who may move any task."""
    return is_their_turn(actor, request) or rules.moves_any_task(actor)


@action(
    "approval_request.transfer", label=_("Pass on"), allow=may_transfer, guard=rules.why_not_waiting, always=True,
    icon="user-share",
    labels={"to": _("To whom"), "comment": _("What they should know"), "instead_of": _("Instead of")},
)  # fmt: skip
def transfer(
    request: ApprovalRequest,
    *,
    actor: Actor,
    to: Colleague,
    comment: Comment = "",
    instead_of: Colleague | None = None,
) -> dict[str, Any]:
    """Let somebody else decide in one's place. An administrator may pass on what waits for anybody (`instead_of`)."""
    case, who = cases.case_of(request), cases.people_of(request)
    by_right = rules.moves_any_task(actor)
    wanted = instead_of.pk if instead_of is not None and by_right else actor.member_id
    rows = cases.holders(request)
    row = next((one for one in rows if one.member_id == wanted), rows[0] if by_right and rows else None)
    if row is None:
        raise Forbidden(_t("Who stands in for somebody decides, or leaves it to them; it cannot be passed on."))
    try:
        case = flow.transfer(case, row.number, actor.member_id or 0, to.pk, who, by_right=by_right)
    except flow.Impossible as problem:
        raise refusal(problem, to) from None
    facts = {"from": row.member_id, "from_name": str(row.member), "to": to.pk, "to_name": str(to), "note": comment}
    return facts | follow(request, case, {row.number: comment})


def _sides() -> list[tuple[str, Any]]:
    return [
        (flow.Origin.BEFORE.value, _("before me")),
        (flow.Origin.AFTER.value, _("after me")),
        (flow.Origin.ALONGSIDE.value, _("beside me")),
    ]


@action(
    "approval_request.add_signer", label=_("Add signers"), allow=is_their_turn, guard=rules.why_not_waiting,
    always=True, icon="user-plus",
    params=(
        FieldSpec("who", "references", _("Who"), required=True, target=Member, limit=at_work),
        FieldSpec("side", "choice", _("When they sign"), required=True, choices=_sides(), default="before"),
        FieldSpec(
            "mode", "choice", _("How many of them"), default="all",
            choices=[(one.value, label(one)) for one in Mode],
        ),
        FieldSpec("comment", "longtext", _("What they should know")),
    ),
)  # fmt: skip
def add_signer(
    request: ApprovalRequest, *, actor: Actor, who: list[Member], side: str, mode: str, comment: str
) -> dict[str, Any]:  # fmt: skip
    """Let others sign before, after or beside oneself."""
    number, by = _mine(actor, request)
    case, known = cases.case_of(request), cases.people_of(request)
    try:
        case = flow.add(
            case, number, by, [one.pk for one in who], flow.Origin(side), known, Mode(mode or Mode.ALL.value)
        )
    except flow.Impossible as problem:
        raise refusal(problem) from None
    names = "、".join(map(str, who))
    return {"who": [one.pk for one in who], "who_names": names, "side": side, "note": comment, **follow(request, case)}


@action(
    "approval_request.unlock", label=_("Unlock the record"), guard=rules.why_not_locked, always=True, icon="lock-open",
    labels=COMMENT,
)  # fmt: skip
def unlock(request: ApprovalRequest, *, comment: Comment) -> dict[str, Any]:
    """Let the record be changed while it waits. What was agreed to is still only done if the same is still true."""
    request.locked = False
    return {"note": comment}
