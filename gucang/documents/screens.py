"""The company's rule of rounding, with what either rule makes of the same lines."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from gucang.accounts.actions import companies
from gucang.documents import money, settling
from gucang.documents.money import Priced
from gucang.kernel.errors import Problem
from gucang.kernel.models import Rounding
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render, toast

# Three alike, of which each alone loses a third of a cent.
EXAMPLE = [Priced(Decimal(1), Decimal("10.3333"), tax_rate=Decimal(13))] * 3


@require_http_methods(["GET", "POST"])
def rounding(request: CompanyRequest, **_company: str) -> HttpResponse:
    """Choose where amounts are rounded; administrators only."""
    if not request.actor.may(companies.set_rounding.name):
        raise Http404
    currency, held = settling.terms()
    value, problem, status = str(held), "", 200
    if request.method == "POST":
        value, version = request.POST.get("rounding", ""), request.POST.get("version", "")
        seen = int(version) if version.isdecimal() else None
        try:
            companies.set_rounding(request.company, actor=request.actor, seen=seen, rounding=value)
        except Problem as refused:
            problem, status = str(refused), refused.status
        else:
            toast(request, _t("Documents that are written from now on go by it."))
            return HttpResponseRedirect(request.path)
    context = {
        "choices": [(str(rule), rule.label) for rule in Rounding],
        "value": value,
        "problems": [("", problem)] if problem else [],
        "version": request.company.version,
        "settings_url": f"{request.base}/settings",
        "currency": currency,
        "each": EXAMPLE[0],
        "examples": [(rule.label, *money.amounts(EXAMPLE, rounding=rule)) for rule in Rounding],
    }
    return render(request, "documents/rounding.html", context, status=status)
