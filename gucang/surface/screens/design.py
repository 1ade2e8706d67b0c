"""The page that shows every part of a page in every state. It belongs to no company and asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from gucang.surface.nav import Person
from gucang.surface.render import render


@dataclass(frozen=True)
class Sample:
    """Stands in for a company in the frame."""

    name: str
    kind: str = "live"


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every part of a page, once, for whoever builds or translates pages."""
    return render(request, "surface/design.html", sample_frame())


def sample_frame() -> dict[str, Any]:
    """What the frame shows where there is no company: this page alone."""
    here = {"label": _t("Design system"), "icon": "palette", "url": "/design", "current": True}
    here |= {"bottom": False, "more": False, "count": 0, "key": "", "group": ""}
    company = Sample(_t("Gucang"))
    return {
        "company": company,
        "companies": [(company.name, "/")],
        "me": Person(_t("Guest")),
        "nav": [here],
        "phone_nav": [],
        "quick_create": [],
        "unread": 0,
        "looks_url": "/accounts/looks/",
    }


patterns: list[URLPattern] = [path("design", design, name="design")]
