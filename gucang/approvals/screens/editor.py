"""A policy's page: its picture, its words in a form, its versions, and a dry run. All work without JavaScript."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.accounts.models import Department, Member, Role
from gucang.approvals import people, wording
from gucang.approvals.actions import policies
from gucang.approvals.definition import AfterReturn, Disabled, Empty, Kind, Late, Mode, Same, Twice, label
from gucang.approvals.models import ApprovalPolicy, PolicyVersion
from gucang.kernel import records
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, toast

TYPED = "_approval_words"
NEW_STEPS = 2
SLOTS = 4
MOST_LEVELS = 3


def shown(request: CompanyRequest, record_type: RecordType, policy: ApprovalPolicy) -> dict[str, Any]:
    """What the page of a policy shows besides the common."""
    typed, problem = getattr(request, TYPED, (None, ""))
    versions = list(PolicyVersion.objects.filter(policy=policy).select_related("made_by").order_by("-number")[:20])
    words = versions[0].read() if versions else None
    raw = typed if typed is not None else (words.to_json() if words else {})
    who = _asker(request)
    return {
        "words": words,
        "picture": wording.forecast(words, who.pk) if words is not None and who is not None else [],
        "asker": who,
        "colleagues": _colleagues(),
        "versions": versions,
        "on_page": ["define"],
        "why": policies.define.why_not(request.actor, policy) or "",
        "problem": problem,
        "steps": _steps(raw),
        "approvers": _approvers(policy),
        "conditions": raw.get("conditions", ""),
        "departments": [str(one) for one in raw.get("departments", [])],
        "all_departments": [(str(one.pk), one.name) for one in Department.objects.order_by("pk")],
        "copies": _padded([_code(one) for one in raw.get("copies", [])], 2),
        "modes": [(one.value, label(one)) for one in Mode],
        "lates": [(one.value, label(one)) for one in Late],
        "rules": [
            ("empty", _t("Where nobody is found"), _choices(Empty), raw.get("empty", Empty.ADMIN.value)),
            ("same", _t("An approver who asks"), _choices(Same), raw.get("same", Same.SUPERIOR.value)),
            ("twice", _t("An approver who agreed in an earlier step"), _choices(Twice),
             raw.get("twice", Twice.FIRST.value)),
            ("disabled", _t("An approver who has left"), _choices(Disabled),
             raw.get("disabled", Disabled.SUPERIOR.value)),
            ("after_return", _t("What was sent back"), _choices(AfterReturn),
             raw.get("after_return", AfterReturn.THROUGH.value)),
        ],
    }  # fmt: skip


panels.draw_page("approval_policy", "approvals/policy.html", shown)


def _choices(kind: Any) -> list[tuple[str, Any]]:
    # Who decides where nobody is found is a person by the API only; here it is the administrators, or nobody.
    return [(one.value, label(one)) for one in kind if one is not Empty.PERSON]


def _asker(request: CompanyRequest) -> Member | None:
    """For whom the picture is drawn: whoever was chosen, else the reader."""
    raw = request.GET.get("for", "")
    wanted = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else request.actor.member_id
    return Member.objects.filter(pk=wanted).first()


def _colleagues() -> list[tuple[str, str]]:
    found = Member.objects.exclude(status="left").order_by("name_key", "pk")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def _approvers(policy: ApprovalPolicy) -> list[tuple[str, str]]:
    """Everything that may name who agrees, as choices."""
    found = [("", "—")]
    found += [
        (f"superior:{level}", _t("superior, level %(level)s") % {"level": level}) for level in range(1, MOST_LEVELS + 1)
    ]
    found.append(("head:1", _t("head of the department")))
    fields = people.fields_naming_people(records.get(policy.record_type))
    found += [(f"field:{name}", _t("field “%(field)s”") % {"field": said}) for name, said in fields.items()]
    found += [(f"role:{one.pk}", _t("role “%(role)s”") % {"role": one.name}) for one in Role.objects.order_by("pk")]
    return found + [(f"person:{pk}", name) for pk, name in _colleagues()]


def _code(who: dict[str, Any]) -> str:
    kind = who["kind"]
    value = {"superior": who.get("level", 1), "head": who.get("level", 1), "field": who.get("name", "")}
    return f"{kind}:{value.get(kind, who.get('id', 0))}"


def _padded(codes: list[str], least: int) -> list[str]:
    return codes + [""] * max(least - len(codes), 1)


def _steps(raw: dict[str, Any]) -> list[dict[str, Any]]:
    made = [
        {
            "name": one.get("name", ""),
            "mode": one.get("mode", Mode.ALL.value),
            "who": _padded([_code(who) for who in one.get("who", [])], SLOTS),
            "hours": one.get("hours") or "",
            "late": one.get("late", Late.REMIND.value),
        }
        for one in raw.get("steps", [])
    ]
    empty = {"name": "", "mode": Mode.ALL.value, "who": [""] * SLOTS, "hours": "", "late": Late.REMIND.value}
    return made + [dict(empty) for _new in range(NEW_STEPS if made else NEW_STEPS + 1)]


@require_POST
@answered
def define(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Keep the words of the form as a new version; what is wrong stands above the form, with what was chosen."""
    policy = records.get("approval_policy").query(request.actor).filter(pk=pk).first()
    if policy is None:
        raise NotVisible
    raw = _read(request)
    url = f"{request.base}/approval-policies/{pk}"
    try:
        policies.define(policy, actor=request.actor, definition=json.dumps(raw), request_id=request.request_id)
    except Problem as problem:
        from gucang.surface.screens.details import show

        setattr(request, TYPED, (raw, str(problem)))
        page = show(request, company=request.company.slug, plural="approval-policies", pk=pk)
        page.status_code = 422 if problem.status == 422 else problem.status
        return page
    toast(request, _t("Saved."))
    return go(request, url)


def _read(request: CompanyRequest) -> dict[str, Any]:
    """The words of the form as a definition's JSON; steps without an approver are left out."""
    sent = request.POST
    steps = []
    for number in range(min(len(sent.getlist("mode")), 20)):
        who = [_who(code) for code in sent.getlist(f"who-{number}") if code]
        if not who:
            continue
        hours = sent.getlist("hours")[number] if number < len(sent.getlist("hours")) else ""
        steps.append({
            "name": _at(sent.getlist("step"), number), "mode": _at(sent.getlist("mode"), number), "who": who,
            "hours": int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 6 else 0,
            "late": _at(sent.getlist("late"), number),
        })  # fmt: skip
    names = ("empty", "same", "twice", "disabled", "after_return")
    return {
        "steps": steps,
        "conditions": sent.get("conditions", "").replace("\r\n", "\n"),
        "departments": [int(one) for one in sent.getlist("departments") if one.isascii() and one.isdigit()],
        "copies": [_who(code) for code in sent.getlist("copies") if code],
    } | {name: sent.get(name, "") for name in names}


def _at(many: list[str], number: int) -> str:
    return many[number] if number < len(many) else ""


def _who(code: str) -> dict[str, Any]:
    kind, _colon, value = code.partition(":")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0
    if kind in (Kind.PERSON.value, Kind.ROLE.value):
        return {"kind": kind, "id": number}
    return {"kind": kind, "name": value} if kind == Kind.FIELD.value else {"kind": kind, "level": number or 1}
