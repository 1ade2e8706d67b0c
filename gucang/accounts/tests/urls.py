"""The addresses of this module alone, as config mounts them, with one business page to stand in for all others."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import include, path

from gucang.accounts.urls import company_patterns, platform_patterns
from gucang.surface.render import render


def note(request: Any, company: str) -> HttpResponse:
    if request.method == "POST":
        return HttpResponse("saved " + request.POST["text"])
    return HttpResponse("write a note")


def whoami(request: Any, company: str) -> HttpResponse:
    actor = request.actor
    return JsonResponse({"actor": actor.key, "views": actor.may("member.view"), "invites": actor.may("member.invite")})


def framed(request: Any, company: str) -> HttpResponse:
    return render(request, "surface/shell.html")


urlpatterns = [
    *platform_patterns,
    path(
        "<slug:company>/", include([*company_patterns, path("", framed), path("note", note), path("api/v1/me", whoami)])
    ),
]
