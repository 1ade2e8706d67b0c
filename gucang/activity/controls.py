"""What an entry is about is chosen by typing a name, a number or pinyin: nobody knows the ids of records."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import QueryDict

from gucang.activity import subjects
from gucang.kernel.errors import Invalid
from gucang.surface import controls
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input

ENTRIES = ("follow_up", "task", "coaching")


def _picked(params: QueryDict) -> tuple[str | None, str | None]:
    """Kind and id. Where no script ran they come from fields of their own; words of which nothing was chosen stand for
    a kind, so that the sentence about it appears at the control.
    """
    if "about_type" in params or "about" not in params:
        return params.get("about_type"), params.get("about_id")
    kind, _colon, pk = str(params["about"]).partition(":")
    return kind or params.get("about_text", ""), pk


def draw_about(request: CompanyRequest, record: Any, plain: Input, also: tuple[str, ...] = ()) -> Input | None:
    """The control of a new entry; one that is there stays with its record. `also` are entries it may be about."""
    if record is not None:
        return None
    params = request.POST if request.method == "POST" else request.GET
    kind, pk = _picked(params)
    text = params.get("about_text", "")
    try:
        found = pk is not None and pk.isascii() and pk.isdigit()
        about = subjects.find(request.actor, kind or "", int(pk or 0), also) if found else None
    except Invalid:
        about = None
    more = {"pk": pk or "", "url": f"{request.base}/activity/about"}
    value = f"{kind}:{pk}" if about is not None else ""
    return replace(
        plain,
        value=value,
        text=str(about) if about is not None else text,
        template="activity/_about.html",
        more=more | {"kind": kind or "", "kinds": plain.choices},
    )


def register() -> None:
    """Give the forms of entries their control."""
    for name in ENTRIES:
        register_for(name)


def register_for(name: str, also: tuple[str, ...] = ()) -> None:
    """Give the form of one record type the control; `also` are entries that its records may be about."""
    draw = partial(draw_about, also=also)
    controls.register(name, "about_type", controls.Control(lambda params: _picked(params)[0], draw))
    controls.register(name, "about_id", controls.Control(lambda params: _picked(params)[1], lambda *_drawn: None))
