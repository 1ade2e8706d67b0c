"""From a view's values to an answer: the shell's context, toasts, fragments for htmx."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from markupsafe import Markup

from gucang.kernel import clock
from gucang.surface import nav


@dataclass(frozen=True)
class Toast:
    """A short message at the foot of the next page; `undo_url` is posted to when it is taken back."""

    text: str
    tone: str = "ok"
    undo_url: str = ""


_TONES = {"success": "ok", "warning": "warn", "error": "bad"}


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script of ours asks for a part of a page instead of a person for the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer of a template, with everything the shell needs. Works outside a company, too."""
    text = loader.get_template(template).render(shell(request) | dict(context or {}), request)
    return HttpResponse(text, status=status, headers=dict(headers or {}))


def fragment(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer of a part of a page: without the shell's queries."""
    text = loader.get_template(template).render({"base": base_of(request)} | dict(context or {}), request)
    return HttpResponse(text, status=status, headers=dict(headers or {}))


def draw(request: HttpRequest, template: str, context: Mapping[str, Any]) -> Markup:
    """A part drawn by itself, so that two parts of a page may use the same names."""
    text = loader.get_template(template).render({"base": base_of(request)} | dict(context), request)
    return Markup(text)  # noqa: S704  our own template has escaped everything


def base_of(request: Any) -> str:
    """The company's address, "/acme"; "" outside a company."""
    return str(getattr(request, "base", ""))


def shell(request: Any) -> dict[str, Any]:
    """What `surface/shell.html` needs, asked only when it is drawn."""
    common: dict[str, Any] = {
        "base": base_of(request),
        "language": get_language() or "zh-hans",
        "toasts": SimpleLazyObject(_toasts(request)),
        "printed_at": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M"),
    }
    if getattr(request, "actor", None) is None:
        return common | {"theme": "", "text_size": ""}
    seen_as = getattr(request, "looking", None)
    common |= {"seen_as": seen_as}
    # The frame around what somebody sees as somebody else is their own.
    request = getattr(request, "own", request)
    common |= {"own_base": base_of(request)}
    me = nav.person(request)
    places, phone_places = nav.places(request), nav.phone_places(request)
    if seen_as is not None:
        places = nav.seen_places(places, common["own_base"], seen_as)
        phone_places = nav.seen_places(phone_places, common["own_base"], seen_as)
    return common | {
        "company": request.company,
        "companies": SimpleLazyObject(lambda: nav.companies(request)),
        "me": me,
        "theme": me.theme,
        "text_size": me.text_size,
        "nav": places,
        "phone_nav": phone_places,
        "left_look": nav.left(request) if seen_as is None else None,
        "quick_create": nav.creatable(request) if seen_as is None else [],
        "unread": nav.unread(request),
    }


def _toasts(request: HttpRequest) -> Any:
    return lambda: [
        Toast(str(one.message), _TONES.get(one.level_tag, ""), one.extra_tags or "")
        for one in messages.get_messages(request)
    ]


def toast(request: HttpRequest, text: str, undo_url: str = "") -> None:
    """Say `text` at the foot of the next page."""
    messages.success(request, text, extra_tags=undo_url)


def with_toast(response: HttpResponse, text: str, undo_url: str = "") -> HttpResponse:
    """Let the script show `text` together with this fragment."""
    said = {"toast": {"text": text, "tone": "ok"} | ({"undo_url": undo_url} if undo_url else {})}
    response.headers["HX-Trigger"] = json.dumps(said)
    return response


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead on to `url`: a redirect, or for htmx the header that makes it load the page."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
