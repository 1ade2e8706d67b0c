"""What somebody else would see: lists and records drawn for that person, to be read and nothing else.

Everything below `look/<who>/` is drawn by the generic pages with an actor who sees what both may see and can do
nothing. Only the pages that are named here are drawn at all.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from gucang.accounts import looking, words
from gucang.accounts.actions import members, roles
from gucang.accounts.models import Department, Member, Role
from gucang.accounts.sentences import daily_types
from gucang.kernel.actors import Actor, looking_as
from gucang.kernel.errors import Forbidden, Refused
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render, toast
from gucang.surface.screens import details, lists
from gucang.surface.screens.inputs import input_for, typed
from gucang.surface.ui import headed

View = Callable[..., HttpResponse]
_CAN_BE_SEEN = re.compile(r"([\w-]+)/([0-9]+)?", re.ASCII)


def _still_here(actor: Actor) -> Q:
    return ~Q(status="left")


MEMBER = FieldSpec("member", "reference", _("Member"), required=True, target=Member, limit=_still_here)
_SPECS = (
    MEMBER,
    FieldSpec("role", "reference", _("Role"), required=True, target=Role),
    FieldSpec("department", "reference", _("Department"), target=Department),
)


@dataclass(frozen=True)
class Shown:
    """What the frame says while somebody looks: as whom, and the lists there are to look at."""

    look: looking.Look
    name: str
    places: list[dict[str, Any]]

    @property
    def person(self) -> Actor:
        """As whom one looks."""
        return self.look.person


@require_http_methods(["GET", "POST"])
@answered
def choose(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Choose as whom to look, a member or a role in a department; the beginning leaves an event."""
    actor = request.actor
    may = {"member": actor.may(members.look_as.name), "role": actor.may(roles.look_as.name)}
    if not any(may.values()):
        raise Http404
    specs = {spec.name: spec for spec in _SPECS if may["member" if spec is MEMBER else "role"]}
    raw = typed(request.POST, specs)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        key, wrong = _key(actor, request.POST.get("who", ""), raw, specs)
        if not wrong:
            begun = looking.find(actor, key)
            looking.begin(request, begun)
            return HttpResponseRedirect(_next(request, begun))
    key = request.GET.get("who", "")
    look = looking.find(actor, key) if key else None
    role = request.GET.get("role", "")
    shown = {name: spec for name, spec in specs.items() if look is None and not (role and spec is MEMBER)}
    filled = {"role": role} | raw
    inputs = {
        name: input_for(request, spec, filled.get(name), error=wrong.get(name, "")) for name, spec in shown.items()
    }
    context = {"look": look, "next": request.GET.get("next", ""), "inputs": inputs}
    return render(request, "accounts/look.html", context, 422 if wrong else 200)


def _key(actor: Actor, who: str, raw: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> tuple[str, dict[str, str]]:
    """As whom to look, or what is wrong with each field that was sent."""
    found: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name, value in raw.items():
        try:
            one = specs[name].clean(value, actor)
        except BadValue as problem:
            wrong[name] = str(problem.sentence)
        else:
            found |= {name: one.pk} if one is not None else {}
    if raw and not found.keys() & {"member", "role"}:
        wrong.setdefault("member" if "member" in raw else "role", _t("Choose one from the list."))
    if "member" in found:
        return f"m{found['member']}", wrong
    department = f"d{found['department']}" if "department" in found else ""
    return f"r{found['role']}{department}" if "role" in found else who, wrong


def _next(request: CompanyRequest, look: looking.Look) -> str:
    """The page that was asked for, if it is one of this look; else the first list that the person may see."""
    home = f"{request.base}/look/{look.key}/"
    wanted = request.POST.get("next", "")
    if wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    first = next(iter(places(looking_as(look.person, request.actor))), None)
    if first is None:
        raise Refused(_t("There is no list that both of you may see."))
    return f"{home}{first.plural}/"


def places(actor: Actor) -> list[RecordType]:
    """The lists that this actor may open, those of daily work."""
    return [one for one in daily_types() if actor.may(f"{one.name}.view")]


def _places(request: CompanyRequest) -> list[dict[str, Any]]:
    urls = {f"{request.base}/{one.plural}/": headed(one.label_plural) for one in places(request.actor)}
    return [{"text": text, "url": url, "current": request.path.startswith(url)} for url, text in urls.items()]


@require_POST
def stop(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Stop looking, and go back to whom or what it was about."""
    key = looking.end(request)
    toast(request, _t("You work as yourself again."))
    if key.startswith("m"):
        return HttpResponseRedirect(f"{request.base}/members/{key[1:]}")
    role = key[1:].partition("d")[0]
    return HttpResponseRedirect(f"{request.base}/roles/{role}" if role else f"{request.base}/look")


def _through_eyes(view: View) -> View:
    """A generic page, drawn for the person of the address while the one who looks has begun to."""

    @answered
    def inner(request: CompanyRequest, company: str, who: str, **place: Any) -> HttpResponse:
        look = looking.find(request.actor, who)
        if request.method not in ("GET", "HEAD"):
            raise Forbidden(_only(look))
        if not looking.has_begun(request, who):
            query = urlencode({"who": who, "next": request.get_full_path()})
            return HttpResponseRedirect(f"{request.base}/look?{query}")
        seen = copy.copy(request)
        seen.own, seen.base = request, f"{request.base}/look/{who}"
        seen.actor = looking_as(look.person, request.actor)
        seen.looking = Shown(look, look.name, _places(seen))
        response = view(seen, company=company, **place)
        response.cookies.clear()  # such as the columns that were chosen: they would be one's own from then on
        return response

    return inner


def _only(look: looking.Look) -> str:
    return _t("You only look as %(name)s; nothing can be changed. Stop looking to work as yourself.") % {
        "name": look.name
    }


@_through_eyes
def nothing(request: CompanyRequest, company: str, rest: str = "") -> HttpResponse:
    """Any other page of the program: it is not for looking at."""
    found = places(request.actor)
    if not rest and found:
        return HttpResponseRedirect(f"{request.base}/{found[0].plural}/")
    raise Refused(_t("Only lists and records can be looked at as somebody else. Choose a list above."))


listed = _through_eyes(lists.show)
filters = _through_eyes(lists.choose_filters)
record = _through_eyes(details.show)
timeline = _through_eyes(details.more)


def could(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any]:
    """On a record's page: what the person could do there, for nothing of it is offered."""
    look: looking.Look = request.looking.look
    verbs = [verb for verb in record_type.verbs.values() if not verb.creates and not verb.binned]
    can = [str(verb.label) for verb in verbs if verb.why_not(look.person, record) is None]
    return {"can": words.listed(can), "look": look}


def link(request: CompanyRequest, record_type: RecordType, member: Member) -> dict[str, Any] | None:
    """On a member's page: the way to look as this person, for who may."""
    if member.pk == request.actor.member_id or members.look_as.why_not(request.actor, member):
        return None
    return {"record": member}


@nav.left_from
def left(request: CompanyRequest) -> nav.Left | None:
    """The look that lasts while a page of one's own is open: by a link of the frame, or by its address."""
    key = looking.begun(request)
    if not key:
        return None
    try:
        name = looking.find(request.actor, key).name
    except (Http404, Forbidden):
        return None  # the right to look went meanwhile
    home = f"{request.base}/look/{key}/"
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.path.startswith(home) and came_from.path != home:
        return nav.Left(name, came_from.path + (f"?{came_from.query}" if came_from.query else ""))
    match = _CAN_BE_SEEN.fullmatch(request.path.removeprefix(f"{request.base}/"))
    shown = match is not None and any(match[1] == one.plural for one in places(request.actor))
    return nav.Left(name, home + (match[0] if match and shown else ""), shown)


panels.add("*", "top", "accounts/_looking.html", could, looking=True)
panels.add("member", "left", "accounts/_look_link.html", link)
