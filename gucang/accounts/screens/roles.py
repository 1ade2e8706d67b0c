"""A role's page with its rights as a matrix and in sentences, two roles side by side, and a new role like another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from gucang.accounts import comparison
from gucang.accounts.actions import roles as actions
from gucang.accounts.matrix import matrix, posted_grants, posted_rules
from gucang.accounts.models import Home, Role
from gucang.accounts.rights import write_grants, write_rules
from gucang.accounts.sentences import sentences
from gucang.kernel import records
from gucang.kernel.errors import Forbidden, Problem
from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, render, toast
from gucang.surface.screens import details, forms
from gucang.surface.screens.common import sentences as problem_sentences

FEW_MEMBERS = 12
TYPED = "typed_rights"
_BEGIN = {"name": "", "like": "", "description": "", "home": Home.SALES.value}


@dataclass(frozen=True)
class Typed:
    """Rights as they were sent and refused: they stay on the page, with the sentence that says why."""

    grants: dict[str, str]
    rules: dict[str, dict[str, str]]
    problem: str


def shown(request: CompanyRequest, record_type: RecordType, role: Role) -> dict[str, Any]:
    """What a role's page shows besides the common: the matrix, what it means, and who has it."""
    typed: Typed | None = getattr(request, TYPED, None)
    grants, rules = (typed.grants, typed.rules) if typed else (role.grants, role.field_rules)
    why = actions.set_rights.why_not(request.actor, role) or ""
    people = list(
        records.get("member")
        .query(request.actor)
        .filter(member_roles__role=role)
        .order_by("name_key", "pk")[: FEW_MEMBERS + 1]
    )
    return {
        "matrix": None if "*" in grants else matrix(grants, rules, request.actor),
        "means": sentences(grants, rules),
        "on_page": [actions.set_rights.verb],
        "why": "" if role.deleted_at else why,
        "open": not why and role.deleted_at is None,
        "problem": typed.problem if typed else "",
        "changed": typed is not None,
        "people": people[:FEW_MEMBERS],
        "more_people": len(people) > FEW_MEMBERS,
        "compare_url": f"{request.base}/roles/compare?{urlencode({'a': role.pk})}",
        "look_url": f"{request.base}/look?{urlencode({'role': role.pk})}"
        if actions.look_as.why_not(request.actor, role) is None and role.deleted_at is None
        else "",
    }


panels.draw_page("role", "accounts/role.html", shown)


@require_http_methods(["GET", "POST"])
@answered
def rights(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """Save a role's rights as its page sends them; what is refused is shown again as it was sent, with the reason."""
    role = _find(request, pk)
    if request.method != "POST":
        why = actions.set_rights.why_not(request.actor, role)
        return _page(request, role, (409 if request.actor.may(actions.set_rights.name) else 403) if why else 200)
    grants, rules = posted_grants(request.POST, role.grants), posted_rules(request.POST, role.field_rules)
    try:
        actions.set_rights(
            role,
            actor=request.actor,
            seen=_seen(request),
            grants=write_grants(grants),
            field_rules=write_rules(rules),
            request_id=request.request_id,
        )
    except Problem as problem:
        setattr(request, TYPED, Typed(grants, rules, str(problem)))
        return _page(request, role, problem.status)
    toast(request, _t("The rights hold from the next click on."))
    return HttpResponseRedirect(f"{request.base}/roles/{role.pk}")


def _page(request: CompanyRequest, role: Role, status: int) -> HttpResponse:
    response = details.show(request, company=request.company.slug, plural="roles", pk=role.pk)
    response.status_code = status
    return response


@require_http_methods(["POST"])
@answered
def say(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """What the rights in the matrix would mean, before they are saved: a fragment."""
    role = _find(request, pk)
    grants, rules = posted_grants(request.POST, role.grants), posted_rules(request.POST, role.field_rules)
    context = {"means": sentences(grants, rules), "changed": (grants, rules) != (role.grants, role.field_rules)}
    return fragment(request, "accounts/_means.html", context)


def _find(request: CompanyRequest, pk: int) -> Role:
    role: Role | None = records.get("role").query(request.actor).filter(pk=pk).first()
    if role is None:
        raise Http404
    return role


def _seen(request: CompanyRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


@require_http_methods(["GET"])
@answered
def compare(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Two roles side by side, by their ids in the address: the differences alone, or with `all` everything."""
    offered = list(records.get("role").query(request.actor).order_by("id"))
    if not request.actor.may("role.view"):
        raise Http404
    by_id = {str(one.pk): one for one in offered}
    left, right = (by_id.get(request.GET.get(side, "")) for side in ("a", "b"))
    everything = request.GET.get("all") == "1"
    compared = comparison.compare(left, right) if left and right else []
    context = {
        "choices": [(str(one.pk), one.name) for one in offered],
        "left": left,
        "right": right,
        "everything": everything,
        "told": comparison.sentences(compared, left, right) if left and right else [],
        "rows": [(one.label, one.pairs if everything else one.differing) for one in compared],
        "turned": urlencode({"a": request.GET.get("a", ""), "b": request.GET.get("b", "")} | _switch(everything)),
    }
    return render(request, "accounts/compare.html", context)


def _switch(everything: bool) -> dict[str, str]:
    return {} if everything else {"all": "1"}


@require_http_methods(["GET", "POST"])
@answered
def new(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The form of a new role, which begins with the rights of another one or with what everybody needs."""
    if not request.actor.may("role.view"):
        raise Http404
    if not request.actor.may(actions.create.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@answered
def copy(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """The form of a new role with this one chosen to begin with."""
    role = _find(request, pk)
    if why := actions.copy.why_not(request.actor, role):
        raise Forbidden(why)
    return _form(request, role)


def _form(request: CompanyRequest, like: Role | None) -> HttpResponse:
    offered = list(records.get("role").query(request.actor).order_by("id"))
    values = dict(_BEGIN) | {"like": str(like.pk) if like else ""}
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        values |= {name: request.POST[name] for name in values if name in request.POST}
        try:
            pk = forms.once(request, lambda: _make(request, values, offered).pk)
        except Problem as problem:
            errors, status = problem_sentences(problem), forms.form_status(problem)
        else:
            toast(request, _t("The role is made. Set its rights now."))
            return HttpResponseRedirect(f"{request.base}/roles/{pk}#rights")
    known = [name for name in values if name in errors]
    context = {
        "key": request.POST.get("_key") or forms.new_key(),
        "like": like,
        "values": values,
        "homes": list(Home.choices),
        "likes": [(str(one.pk), f"{one.name} · {one.description}" if one.description else one.name) for one in offered],
        "errors": {name: " ".join(errors.get(name, ())) for name in values},
        "wrong": [(f"f-{name}", sentence) for name in known for sentence in errors[name]],
        "whole": [sentence for name, found in errors.items() if name not in values for sentence in found],
        "may_copy": request.actor.may(actions.copy.name) and request.actor.may(actions.set_rights.name),
    }
    return render(request, "accounts/role_new.html", context, status)


def _make(request: CompanyRequest, values: dict[str, str], offered: list[Role]) -> Role:
    like = next((one for one in offered if str(one.pk) == values["like"]), None)
    told: dict[str, Any] = {"actor": request.actor, "request_id": request.request_id}
    if like is not None:
        copied = actions.copy(like, name=values["name"], description=values["description"], **told).record.copied
        return cast(Role, copied)
    own = {name: values[name] for name in ("name", "description", "home") if values[name]}
    return cast(Role, actions.create(values=own, **told).record)
