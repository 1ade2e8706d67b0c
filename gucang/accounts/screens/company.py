"""Pages of administration: the company's settings and number rules, a member's roles, an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings as configured
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from gucang.accounts import links, second_step
from gucang.accounts.actions import companies, members
from gucang.accounts.models import Invitation, Member
from gucang.accounts.queries import roles_of, without_second_step
from gucang.kernel import numbering, records
from gucang.kernel.errors import Invalid, Problem
from gucang.kernel.text import BadText
from gucang.surface import nav
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render, toast


@dataclass
class NumberRow:
    """One record type's number rule, with the number it would give."""

    name: str
    label: str
    pattern: str
    declared: str
    example: str
    error: str = ""


@require_http_methods(["GET", "POST"])
def settings(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The company's name, language and currency, and the rules of its numbers."""
    if not request.actor.may(companies.edit.name):
        raise Http404
    values = {name: getattr(request.company, name) for name in ("name", "language", "currency")}
    errors: dict[str, str] = dict.fromkeys((*values, ""), "")
    rules: list[NumberRow] | None = None
    if request.method == "POST":
        try:
            said = _change_company(request)
        except Invalid as problem:
            errors |= {name: " ".join(found) for name, found in problem.fields.items()}
            values |= {name: request.POST[name] for name in values if name in request.POST}
            rules = number_rows(request.POST, errors.get("pattern", ""))
        except Problem as problem:
            errors[""] = str(problem)
        else:
            toast(request, said)
            return HttpResponseRedirect(request.path)
    context = {
        "places": nav.settings(request),
        "values": values,
        "errors": errors,
        "problems": [("", errors[""])] if errors[""] else [],
        "rules": rules or number_rows(),
        "version": request.company.version,
        "may_require": request.actor.may(companies.require_second_step.name),
        "second_step": second_step.is_required(request.company),
        "without": without_second_step().count(),
    }
    return render(request, "accounts/settings.html", context, status=422 if any(errors.values()) else 200)


def _change_company(request: CompanyRequest) -> str:
    posted = request.POST
    if "record" in posted:
        companies.set_number_rule(
            request.company, actor=request.actor, record=posted["record"], pattern=posted.get("pattern", "")
        )
        return _t("The rule holds from the next number on.")
    if "second_step" in posted:
        required = "required" in posted
        companies.require_second_step(
            request.company, actor=request.actor, seen=seen_version(request), required=required
        )
        return _t("The rule holds from everybody's next click on.") if required else _t("A password is enough again.")
    values = {name: posted[name] for name in ("name", "language", "currency") if name in posted}
    companies.edit(request.company, actor=request.actor, seen=seen_version(request), values=values)
    return _t("Saved.")


def number_rows(posted: Any = None, error: str = "") -> list[NumberRow]:
    """The number rules of all record types that have numbers; the posted one as it was typed, with its error."""
    rows = []
    for record_type in records.every():
        if not record_type.number:
            continue
        mine = posted is not None and posted.get("record") == record_type.name
        pattern = posted.get("pattern", "") if mine else numbering.pattern_for(record_type).pattern
        try:
            shown = companies.example(pattern)
        except BadText:
            shown = ""
        label = str(record_type.label_plural)
        rows.append(NumberRow(record_type.name, label, pattern, record_type.number, shown, error if mine else ""))
    return rows


@require_http_methods(["GET", "POST"])
def member_roles(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """The roles of a member as ticks, those held ticked: what is sent is the whole."""
    member = records.get("member").query(request.actor).filter(pk=pk).first()
    if member is None:
        raise Http404
    picked = [str(one.pk) for one in roles_of(member)]
    error, status = "", 200
    if request.method == "POST":
        picked = request.POST.getlist("roles")
        try:
            members.set_roles(member, actor=request.actor, seen=seen_version(request), roles=picked)
        except Problem as problem:
            error, status = str(problem), problem.status
        else:
            toast(request, _t("The roles hold from the next click on."))
            return HttpResponseRedirect(f"{request.base}/members/{member.pk}")
    offered = records.get("role").query(request.actor).order_by("id")
    context = {
        "member": member,
        "why": members.set_roles.why_not(request.actor, member) or "",
        "choices": [(str(one.pk), one.name) for one in offered],
        "picked": picked,
        "error": error,
    }
    return render(request, "accounts/member_roles.html", context, status=status)


def seen_version(request: CompanyRequest) -> int | None:
    """The version of the company that the form was drawn with."""
    version = request.POST.get("version", "")
    return int(version) if version.isdigit() else None


@require_http_methods(["GET", "POST"])
def invitation(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """Invite a member; the answer shows the link, this once, for those who hand it over themselves."""
    member = records.get("member").query(request.actor).filter(pk=pk).first()
    if member is None:
        raise Http404
    context: dict[str, Any] = {
        "member": member,
        "why": members.invite.why_not(request.actor, member) or "",
        "email": request.POST.get("email", member.email),
        "error": "",
        "link": "",
    }
    if request.method == "POST":
        try:
            outcome = members.invite(member, actor=request.actor, email=context["email"])
        except Problem as problem:
            return render(request, "accounts/invitation.html", context | {"error": str(problem)}, status=problem.status)
        sends_mail = not configured.EMAIL_BACKEND.endswith("console.EmailBackend")
        context |= {"link": link_of(request, outcome.record), "why": "", "sends_mail": sends_mail}
    return render(request, "accounts/invitation.html", context)


def link_of(request: CompanyRequest, member: Member) -> str:
    """The link of the invitation that was just made."""
    made = Invitation.objects.filter(member=member, voided_at=None, accepted_at=None).latest("created_at")
    return links.invitation_url(request.company.slug, made)
