"""A policy's page: its picture, its words in a form, its versions, and a dry run. All work without JavaScript."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.accounts.models import Department, Member, Role
from gucang.approvals import holding, people, trying, wording
from gucang.approvals.actions import policies
from gucang.approvals.definition import AfterReturn, Definition, Disabled, Empty, How, Late, Mode, Same, Twice, label
from gucang.approvals.models import ApprovalPolicy, PolicyVersion
from gucang.approvals.screens.draft import RULES, Draft, code, condition_fields, padded
from gucang.approvals.trying import Trial
from gucang.kernel import records
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, toast
from gucang.surface.screens.filtering import drawn
from gucang.surface.screens.inputs import input_for
from gucang.worktime.hours import Unit

TYPED = "_approval_words"
MOST_LEVELS = 3
TRIED = "v."


def shown(request: CompanyRequest, record_type: RecordType, policy: ApprovalPolicy) -> dict[str, Any]:
    """What the page of a policy shows besides the common."""
    draft, problem = getattr(request, TYPED, (None, ""))
    versions = list(PolicyVersion.objects.filter(policy=policy).select_related("made_by").order_by("-number")[:20])
    words = versions[0].read() if versions else None
    about = records.get(policy.record_type)
    changed = draft is not None
    draft = draft or Draft.of(words, about, request.actor)
    return {
        "words": words,
        "when": _when(request, about, words.conditions) if words is not None else [],
        "when_others": _said_of_others(words) if words is not None else [],
        "trial": _trial(request, about, policy, words) if words is not None else None,
        "versions": versions,
        "on_page": ["define"],
        "why": policies.define.why_not(request.actor, policy) or "",
        "problem": problem,
        "unsaved": changed,
        **_form(request, about, policy, draft),
    }


panels.draw_page("approval_policy", "approvals/policy.html", shown)


def _form(request: CompanyRequest, about: RecordType, policy: ApprovalPolicy, draft: Draft) -> dict[str, Any]:
    """The controls of the form."""
    raw, specs, colleagues = draft.raw, condition_fields(about, request.actor), _colleagues()
    found = {
        "empty": (_t("Where nobody is found"), Empty),
        "same": (_t("An approver who asks"), Same),
        "twice": (_t("An approver who agreed in an earlier step"), Twice),
        "disabled": (_t("An approver who has left"), Disabled),
        "after_return": (_t("What was sent back"), AfterReturn),
    }
    kinds = {name: found[name] for name in RULES}
    changeable = about.form_specs() if policy.action == f"{policy.record_type}.edit" else {}
    return {
        "steps": draft.steps(),
        "approvers": _approvers(about, colleagues),
        "conditions": drawn(request, about, draft.groups, specs, personal=False),
        "departments": [str(one) for one in raw.get("departments", [])],
        "all_departments": [(str(one.pk), one.name) for one in Department.objects.order_by("pk")],
        "fields": [str(one) for one in raw.get("fields", [])],
        "all_fields": [(name, str(spec.label)) for name, spec in changeable.items()],
        "others": draft.others(),
        "all_others": _others(policy),
        "hows": _choices(How),
        "units": [(one.value, one.label) for one in Unit],
        "copies": padded([code(one) for one in raw.get("copies", [])], 2),
        "modes": _choices(Mode),
        "lates": _choices(Late),
        "rules": [
            (name, said, _choices(kind), raw.get(name) or next(iter(kind)).value)
            for name, (said, kind) in kinds.items()
        ],
        "empty_person": str(raw.get("empty_person") or ""),
        "colleagues": colleagues,
    }


def _others(policy: ApprovalPolicy) -> list[tuple[str, str]]:
    """The other policies about such records, as choices; none where there are none."""
    found = ApprovalPolicy.objects.filter(record_type=policy.record_type).exclude(pk=policy.pk)
    return [("", "—"), *((str(one.pk), f"{one.name} · {one.get_action_display()}") for one in found.order_by("rank"))]


def _choices(kind: Any) -> list[tuple[str, Any]]:
    return [(one.value, label(one)) for one in kind]


def _when(request: CompanyRequest, about: RecordType, text: str) -> list[list[str]]:
    """The conditions in words: of one way all hold, of the ways one does."""
    try:
        found = holding.parsed(text, about, request.actor)
    except Invalid:
        return []
    said = {id(one): filters.phrase(one, words) for one, words in filters.describe(found.applied, request.actor)}
    ways: dict[int, list[str]] = {}
    for one in found.applied:
        ways.setdefault(one.group, []).append(said[id(one)])
    return list(ways.values())


def _said_of_others(words: Definition) -> list[str]:
    """What the other policies have to say, in words."""
    names = dict(ApprovalPolicy.with_bin.filter(pk__in=[one.policy for one in words.others]).values_list("pk", "name"))
    return [f"“{names.get(one.policy, '—')}” {label(one.how)}" for one in words.others]


# --- the dry run -----------------------------------------------------------------------------------------------------


def _trial(
    request: CompanyRequest, about: RecordType, policy: ApprovalPolicy, words: Any
) -> dict[str, Any] | None:  # fmt: skip
    """For whom the picture is drawn: whoever was chosen, else the reader; with what was given."""
    raw = request.GET.get("for", "")
    wanted = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else request.actor.member_id
    who = Member.objects.filter(pk=wanted).first()
    if who is None:
        return None
    specs = trying.asks_for(policy, words, about)
    record = trying.record_of(request.actor, about, request.GET.get("record", ""))
    values = {name: request.GET.get(f"{TRIED}{name}", "").strip() for name in specs}
    trial = Trial(who, values, record)
    given = [f"{spec.label} {values[name]}" for name, spec in specs.items() if values[name]]
    return {
        "who": who,
        "about": str(record) if record is not None else "、".join(given),
        "why": trying.why_nobody(policy, words, about, trial),
        "picture": wording.forecast(words, who.pk, record, policy.pk),
        "inputs": [_control(request, spec, values[name]) for name, spec in specs.items()],
        "record": _picker(request, about, record),
    }


def _control(request: CompanyRequest, spec: FieldSpec, value: str) -> Any:
    found = input_for(request, replace(spec, required=False, help="", default=None), value, filtering=True)
    return replace(found, name=f"{TRIED}{spec.name}")


def _picker(request: CompanyRequest, about: RecordType, record: Any) -> Any:
    said = _t("Or about this one")
    spec = FieldSpec(name="record", kind="reference", label=said, target=about.model)
    return input_for(request, spec, record.pk if record is not None else "", filtering=True)


# --- who may agree ---------------------------------------------------------------------------------------------------


def _colleagues() -> list[tuple[str, str]]:
    found = Member.objects.exclude(status="left").order_by("name_key", "pk")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def _approvers(about: RecordType, colleagues: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Everything that may name who agrees, as choices."""
    found = [("", "—")]
    found += [
        (f"superior:{level}", _t("superior, level %(level)s") % {"level": level}) for level in range(1, MOST_LEVELS + 1)
    ]
    found.append(("head:1", _t("head of the department")))
    fields = people.fields_naming_people(about)
    found += [(f"field:{name}", _t("field “%(field)s”") % {"field": said}) for name, said in fields.items()]
    found += [(f"role:{one.pk}", _t("role “%(role)s”") % {"role": one.name}) for one in Role.objects.order_by("pk")]
    return found + [(f"person:{pk}", name) for pk, name in colleagues]


# --- saving ----------------------------------------------------------------------------------------------------------


@require_POST
@answered
def define(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """What a button of the form does (`do`): change the draft and show it, or keep it as a new version."""
    policy = records.get("approval_policy").query(request.actor).filter(pk=pk).first()
    if policy is None:
        raise NotVisible
    about = records.get(policy.record_type)
    specs = condition_fields(about, request.actor)
    draft, do = Draft.read(request.POST, specs), request.POST.get("do", "save")
    draft.press(do)
    if do != "save" or draft.is_fresh:
        return _again(request, pk, draft, "", 200)
    raw = draft.write(about, request.actor, specs)
    if raw is None:
        return _again(request, pk, draft, _t("A condition is not complete; it says below what is missing."), 422)
    try:
        policies.define(policy, actor=request.actor, definition=json.dumps(raw), request_id=request.request_id)
    except Problem as problem:
        return _again(request, pk, draft, str(problem), problem.status)
    toast(request, _t("Saved."))
    return go(request, f"{request.base}/approval-policies/{pk}")


def _again(request: CompanyRequest, pk: int, draft: Draft, problem: str, status: int) -> HttpResponse:
    """The page with what was chosen so far."""
    from gucang.surface.screens.details import show

    setattr(request, TYPED, (draft, problem))
    page = show(request, company=request.company.slug, plural="approval-policies", pk=pk)
    page.status_code = status
    return page
