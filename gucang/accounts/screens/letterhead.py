"""What stands on the company's papers: its logo, name, address, tax number, account and usual terms."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_safe

from gucang.accounts import letterhead, logo
from gucang.accounts.actions import companies
from gucang.accounts.screens.company import seen_version
from gucang.kernel.errors import Invalid, Problem
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render, toast

FLAGS = ("delivery_prices",)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The form of the letterhead, and that of the logo beside it."""
    if not request.actor.may(companies.set_letterhead.name):
        raise Http404
    head = letterhead.in_settings(request.company.settings)
    values = {name: value for name, value in asdict(head).items() if name != "logo"}
    errors: dict[str, str] = dict.fromkeys((*values, "logo", ""), "")
    if request.method == "POST":
        try:
            if "logo" in request.POST:
                _change_logo(request)
            else:
                values |= _typed(request, values)
                companies.set_letterhead(request.company, actor=request.actor, seen=seen_version(request), **values)
        except Invalid as problem:
            errors |= {name: " ".join(found) for name, found in problem.fields.items()}
        except Problem as problem:
            errors[""] = str(problem)
        else:
            toast(request, _t("Saved."))
            return HttpResponseRedirect(request.path)
    context = {
        "values": values,
        "errors": errors,
        "problems": [("", errors[""])] if errors[""] else [],
        "version": request.company.version,
        "settings_url": f"{request.base}/settings",
        "logo_url": f"{request.path}/logo?{head.logo}" if head.logo else "",
        "may_set_logo": request.actor.may(companies.set_logo.name),
    }
    return render(request, "accounts/letterhead.html", context, status=422 if any(errors.values()) else 200)


@require_safe
def show_logo(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The logo as it is on papers."""
    name = letterhead.in_settings(request.company.settings).logo
    found = logo.read(name) if request.actor.may(companies.set_letterhead.name) else b""
    if not found:
        raise Http404
    return HttpResponse(found, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


def _typed(request: CompanyRequest, values: dict[str, Any]) -> dict[str, Any]:
    """What the form holds; a tick that is not set is not sent."""
    found: dict[str, Any] = {name: request.POST[name] for name in values if name in request.POST}
    return found | {name: name in request.POST for name in FLAGS}


def _change_logo(request: CompanyRequest) -> None:
    upload = request.FILES.get("picture")
    if request.POST["logo"] == "take" and upload is None:
        raise Invalid({"logo": [_t("Choose a picture first.")]})
    file = logo.take(upload) if request.POST["logo"] == "take" and upload is not None else ""
    companies.set_logo(request.company, actor=request.actor, seen=seen_version(request), file=file)
