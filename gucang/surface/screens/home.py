"""The home page: a greeting, and the cards that higher modules put on it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe
from markupsafe import Markup

from gucang.kernel import clock
from gucang.surface import home as registry
from gucang.surface import nav
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import draw, render

COLUMNS = ("top", "main", "side")

nav.add(pgettext_lazy("place", "Today"), "home", "/", order=1, phone=1, key="h")
nav.add(pgettext_lazy("place", "Me"), "user-circle", "/me", order=99, phone=4, rail=False)


@require_safe
def home(request: CompanyRequest, **_company: str) -> HttpResponse:
    """What this person does next, in order."""
    columns: dict[str, list[Markup]] = {column: [] for column in COLUMNS}
    for card, context in registry.cards(request, registry.homes_of(request)):
        columns[card.column].append(draw(request, card.template, context))
    now = timezone.localtime(clock.now())
    page = {"columns": columns, "greeting": greeting(now, request.actor.name), "now": now}
    return render(request, "surface/home.html", page)


def greeting(now: datetime, name: str) -> str:
    """A word for the time of day, and the name as colleagues say it."""
    who = {"name": name}
    if now.hour < 5 or now.hour >= 22:
        return _t("It is late, %(name)s") % who
    if now.hour < 11:
        return _t("Good morning, %(name)s") % who
    if now.hour < 13:
        return _t("Good day, %(name)s") % who
    if now.hour < 18:
        return _t("Good afternoon, %(name)s") % who
    return _t("Good evening, %(name)s") % who


patterns: list[URLPattern] = [path("", home, name="company-home")]
