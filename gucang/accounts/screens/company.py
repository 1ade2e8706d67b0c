"""Pages of administration: the company's settings and number rules, a role's rights, an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as configured
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from gucang.accounts import links, second_step
from gucang.accounts.actions import companies, members
from gucang.accounts.actions import roles as role_actions
from gucang.accounts.models import Invitation, Member, Role
from gucang.accounts.queries import roles_of, without_second_step
from gucang.accounts.rights import write_grants, write_rules
from gucang.kernel import numbering, permissions, records
from gucang.kernel.actors import ACCESSES, REACHES
from gucang.kernel.errors import Invalid, Problem
from gucang.kernel.text import BadText
from gucang.surface import nav
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render, toast

_GENERAL = {"view": _("See"), "export": _("Export"), "import": _("Import")}
SENSITIVE = frozenset({"phone", "email", "money", "code"})


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
        "places": nav.settings(request) + _own_fields(request),
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


def _own_fields(request: CompanyRequest) -> list[dict[str, Any]]:
    """The way to the dialog that adds a field of the company's own: it belongs to the company's record."""
    if not request.actor.may(companies.add_field.name):
        return []
    url = f"{request.base}/company/{request.company.pk}/add_field"
    about = _t("Fields of your own on customers, deals and the others")
    return [{"label": str(companies.add_field.label), "icon": companies.add_field.icon, "url": url, "about": about}]


def _change_company(request: CompanyRequest) -> str:
    posted = request.POST
    if "record" in posted:
        companies.set_number_rule(
            request.company, actor=request.actor, record=posted["record"], pattern=posted.get("pattern", "")
        )
        return _t("The rule holds from the next number on.")
    if "second_step" in posted:
        required = "required" in posted
        companies.require_second_step(request.company, actor=request.actor, seen=_seen(request), required=required)
        return _t("The rule holds from everybody's next click on.") if required else _t("A password is enough again.")
    values = {name: posted[name] for name in ("name", "language", "currency") if name in posted}
    companies.edit(request.company, actor=request.actor, seen=_seen(request), values=values)
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


@dataclass
class Line:
    """One permission in the matrix, and the reach that the role has."""

    name: str
    label: str
    reach: str


@dataclass
class FieldLine:
    """One field in the matrix, and the rule that the role has."""

    name: str
    label: str
    inside: str
    within: str
    beyond: str


@dataclass
class Group:
    """The rights about one record type."""

    name: str
    label: str
    lines: list[Line] = field(default_factory=list)
    fields: list[FieldLine] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def rights(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """What a role may do: verbs by reach, and single fields. Selects, so that it works without a script."""
    role = records.get("role").query(request.actor).filter(pk=pk).first()
    if role is None:
        raise Http404
    why = role_actions.set_rights.why_not(request.actor, role)
    problem = ""
    grants, rules = role.grants, role.field_rules
    if request.method == "POST":
        grants, rules = posted_grants(request.POST, role), posted_rules(request.POST, role)
        try:
            role_actions.set_rights(
                role,
                actor=request.actor,
                seen=_seen(request),
                grants=write_grants(grants),
                field_rules=write_rules(rules),
            )
        except Problem as raised:
            problem = str(raised)
        else:
            toast(request, _t("The rights hold from the next click on."))
            return HttpResponseRedirect(request.path)
    context = {
        "role": role,
        "why": why or "",
        "problems": [("", problem)] if problem else [],
        "groups": matrix(grants, rules),
        "reaches": [("", _t("no")), *((reach.value, str(reach.label)) for reach in REACHES)],
        "accesses": [(access.value, access_label(access)) for access in reversed(ACCESSES)],
        "withins": [("", _t("always")), *((reach.value, str(reach.label)) for reach in REACHES[:-1])],
        "everything": grants.get("*", ""),
    }
    return render(request, "accounts/rights.html", context, status=409 if problem else 200)


def access_label(access: str) -> str:
    """What somebody may do with a field, in a word."""
    return {
        "hidden": _t("hidden"), "masked": _t("masked"), "read": _t("read"), "write": _t("write"),
    }[access]  # fmt: skip


def matrix(grants: dict[str, str], rules: dict[str, dict[str, str]]) -> list[Group]:
    """The rights of a role by record type: every permission there is, and the fields that rules are made for."""
    groups: dict[str, Group] = {}
    for name, label in permissions.known().items():
        record, _dot, verb = name.partition(".")
        group = groups.setdefault(record, Group(record, _group_label(record)))
        shown = str(_GENERAL.get(verb, label))
        held = grants.get(name) or grants.get(f"{record}.*") or grants.get("*", "")
        group.lines.append(Line(name, shown, held))
    for record_type in records.every():
        if record_type.name in groups:
            groups[record_type.name].fields = [
                _field_line(record_type, name, rules) for name in _ruled(record_type, rules)
            ]
    return sorted(groups.values(), key=lambda group: group.label)


# Groups of rights over what is no record of its own.
_WITHOUT_TYPE = {"event": _("Log"), "calendar": _("Calendar")}


def _group_label(record: str) -> str:
    found = next((kind for kind in records.every() if kind.name == record), None)
    if found is None and record in _WITHOUT_TYPE:
        return str(_WITHOUT_TYPE[record])
    return str(found.label_plural) if found else record


def _ruled(record_type: records.RecordType, rules: dict[str, dict[str, str]]) -> Iterable[str]:
    for name, spec in record_type.specs.items():
        if name in record_type.form.fields and (spec.kind in SENSITIVE or f"{record_type.name}.{name}" in rules):
            yield name


def _field_line(record_type: records.RecordType, name: str, rules: dict[str, dict[str, str]]) -> FieldLine:
    full = f"{record_type.name}.{name}"
    rule = rules.get(full, {"inside": "write"})
    return FieldLine(
        full, str(record_type.specs[name].label), rule["inside"], rule.get("within", ""), rule.get("beyond", "masked")
    )


def posted_grants(posted: Any, role: Role) -> dict[str, str]:
    """The grants as the matrix was sent; wildcards of the role that cover a line unchanged stay."""
    wild = {name: reach for name, reach in role.grants.items() if name.endswith("*")}
    found = dict(wild)
    for name in permissions.known():
        record = name.partition(".")[0]
        covered = wild.get(f"{record}.*") or wild.get("*", "")
        reach = posted.get(f"grant:{name}", "")
        if reach and (reach != covered or name in role.grants):
            found[name] = reach
    return found


def posted_rules(posted: Any, role: Role) -> dict[str, dict[str, str]]:
    """The field rules as the matrix was sent; "write, always" is no rule."""
    found = dict(role.field_rules)
    for key in posted:
        if not key.startswith("inside:"):
            continue
        name = key.removeprefix("inside:")
        inside, within = posted[key], posted.get(f"within:{name}", "")
        found.pop(name, None)
        if within:
            found[name] = {"inside": inside, "within": within, "beyond": posted.get(f"beyond:{name}", "masked")}
        elif inside != "write":
            found[name] = {"inside": inside}
    return found


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
            members.set_roles(member, actor=request.actor, seen=_seen(request), roles=picked)
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


def _seen(request: CompanyRequest) -> int | None:
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
