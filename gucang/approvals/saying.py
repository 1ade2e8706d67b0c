"""Where a request is, in words that who asked may read to a customer on the phone: facts only, and nobody's reasons."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.approvals import cases, delegating, people, wording
from gucang.approvals.models import ApprovalRequest, State
from gucang.kernel import clock
from gucang.surface import ui


def to_read(request: ApprovalRequest) -> str:
    """Two or three sentences: who has it since when, until when it is decided, who decides after that."""
    if request.state == State.WAITING:
        parts = [_with_whom(request), _until(request.due_at), _afterwards(request)]
    else:
        parts = [_ended(request)]
    return ("" if (get_language() or "zh").startswith("zh") else " ").join(filter(None, parts))


def _with_whom(request: ApprovalRequest) -> str:
    rows = cases.holders(request)
    since = min((row.opened_at for row in rows if row.opened_at), default=request.since)
    words = {"who": "、".join(dict.fromkeys(_named(row.member) for row in rows)) or "—", "since": _moment(since)}
    sentence = _t("It has been with %(who)s since %(since)s.") % words
    if deputies := _deputies(request, [row.member_id for row in rows if row.personal and row.member_id]):
        sentence += _t(" While they are away %(who)s may decide.") % {"who": deputies}
    return sentence


def _deputies(request: ApprovalRequest, holders: list[int]) -> str:
    """Who may decide today in the place of those who have it; never who asked."""
    policy = request.policy_version.policy_id
    hands = delegating.deputies(delegating.hands(clock.today()), policy)
    found = {one for holder in holders for one in hands.get(holder, ())} - {request.submitter_id, *holders}
    return "、".join(_named(one) for one in Member.objects.filter(pk__in=found).order_by("pk")) if found else ""


def _until(due: datetime | None) -> str:
    if due is None:
        return ""
    if due < clock.now():
        return _t("It should have been decided by %(until)s; I ask again at once.") % {"until": _moment(due)}
    return _t("It is decided by %(until)s at the latest.") % {"until": _moment(due)}


def _afterwards(request: ApprovalRequest) -> str:
    """Who decides in the steps that follow, as far as it is known."""
    words, submitter = request.policy_version.read(), request.submitter_id
    known = people.people_for(words, submitter, request.get_about(), request.policy_version.policy_id)
    later = [number for number in range(request.step + 1, len(words.steps)) if str(number) not in request.standing]
    ids = dict.fromkeys(one for number in later for one in wording.expected_in(words, submitter, number, known))
    names = Member.objects.in_bulk(ids) if ids else {}
    said = "、".join(_named(names[one]) for one in ids if one in names)
    return _t("After that %(who)s decides.") % {"who": said} if said else ""


def _ended(request: ApprovalRequest) -> str:
    words = {"day": _moment(request.decided_at or request.since)}
    return {
        State.RETURNED.value: _t("It came back to me on %(day)s: something is still missing from us."),
        State.CARRIED_OUT.value: _t("It was agreed to on %(day)s and is done."),
        State.FAILED.value: _t("It was agreed to on %(day)s, but something had changed meanwhile; I ask anew."),
        State.REFUSED.value: _t("It was decided on %(day)s, and it was not agreed to."),
        State.WITHDRAWN.value: _t("I took it back on %(day)s."),
    }[request.state] % words


def _named(member: Member | None) -> str:
    if member is None:
        return ""
    if not member.position:
        return member.name
    return _t("%(name)s (%(position)s)") % {"name": member.name, "position": member.position}


def _moment(value: datetime) -> str:
    return ui.moment_text(value, clock.now())
