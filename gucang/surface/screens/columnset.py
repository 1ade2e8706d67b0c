"""Which columns a list has, in which order and how wide: from the address, else as the person left them on this device.

A cookie of the list's own address, named after the person: another person, company or list has another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.kernel.records import RecordType
from gucang.surface.columns import Column, choosable
from gucang.surface.middleware import CompanyRequest

COOKIE_AGE = 365 * 24 * 3600  # seconds
DENSITIES = ("normal", "dense", "roomy")
MOST, NARROW, WIDE = 40, 48, 800  # columns; pixels
_WIDTH = re.compile(r"([\w.-]{1,60}):(\d{2,3})", re.ASCII)


def names(request: CompanyRequest, record_type: RecordType) -> list[str]:
    """The columns in their order; those that the type declares where nothing was chosen."""
    chosen = request.GET.getlist("columns") or _left(request, record_type)[0].split(".")
    wanted = dict.fromkeys(name.replace("extra-", "extra.") for name in chosen[:MOST] if name)
    return [name for name in wanted if _knows(record_type, name)] or list(record_type.columns)


def widths(request: CompanyRequest, record_type: RecordType) -> dict[str, int]:
    """How wide columns are, in pixels, where somebody said so."""
    return _read(request.GET.get("widths", "") or ("" if "columns" in request.GET else _left(request, record_type)[1]))


def _read(text: str) -> dict[str, int]:
    """Widths from "name:120,city:80"; whatever else stands there is left out."""
    found = (_WIDTH.fullmatch(one) for one in text[:2000].split(","))
    return {one[1]: min(max(int(one[2]), NARROW), WIDE) for one in found if one}


def grid_widths(request: CompanyRequest, record_type: RecordType) -> dict[str, int]:
    """How wide the columns of the list's grid are; those that were never drawn there are as in the list."""
    return widths(request, record_type) | _read(request.COOKIES.get(_grid(request, record_type), "").replace("!", ","))


def remember_widths(request: CompanyRequest, response: HttpResponse, record_type: RecordType) -> None:
    """Let the grid have the posted `widths` the next time, besides those of columns that it does not show now."""
    kept = _read(request.COOKIES.get(_grid(request, record_type), "").replace("!", ","))
    kept = dict(list({**kept, **_read(request.POST.get("widths", ""))}.items())[-MOST:])
    text = "!".join(f"{name}:{width}" for name, width in kept.items())
    path = f"{request.base}/{record_type.plural}/grid"
    response.set_cookie(_grid(request, record_type), text, COOKIE_AGE, path=path, httponly=True, samesite="Lax")


def _grid(request: CompanyRequest, record_type: RecordType) -> str:
    return f"grid-{record_type.name}-{request.actor.member_id or 0}"


def _left(request: CompanyRequest, record_type: RecordType) -> tuple[str, str]:
    """(columns, widths) as they were left."""
    columns, _mark, wide = request.COOKIES.get(_cookie(request, record_type), "").partition("/")
    return columns, wide.replace("!", ",")


def _cookie(request: CompanyRequest, record_type: RecordType) -> str:
    return f"list-{record_type.name}-{request.actor.member_id or 0}"


def _knows(record_type: RecordType, name: str) -> bool:
    return name in record_type.specs or any(spec.name == name for spec in record_type.custom_fields())


def density(request: CompanyRequest) -> str:
    """How high the rows of this person's lists are."""
    wanted = request.GET.get("density") or request.COOKIES.get("density", "")
    return wanted if wanted in DENSITIES else DENSITIES[0]


def moved(request: CompanyRequest, record_type: RecordType) -> str:
    """The query string after a column was moved by its button (`move=city:-1`); "" when none was."""
    name, _mark, step = request.GET.get("move", "").rpartition(":")
    if step not in ("-1", "1"):
        return ""
    order = names(request, record_type)
    if name in order:
        at = order.index(name)
        order.insert(min(max(at + int(step), 0), len(order) - 1), order.pop(at))
    params = request.GET.copy()
    params.pop("move", None)
    params.setlist("columns", order)
    return f"?{params.urlencode()}"


def remember(
    request: CompanyRequest, response: HttpResponse, record_type: RecordType, columns: Sequence[Column], *, saved: bool
) -> None:
    """Let the list look like this the next time; what a saved view shows belongs to the view."""
    if "density" in request.GET:
        response.set_cookie("density", density(request), COOKIE_AGE, httponly=True, samesite="Lax")
    if ("columns" in request.GET or "widths" in request.GET) and not saved:
        shown = ".".join(column.name.replace("extra.", "extra-") for column in columns)
        wide = "!".join(f"{name}:{width}" for name, width in widths(request, record_type).items())
        path = f"{request.base}/{record_type.plural}/"
        name = _cookie(request, record_type)
        response.set_cookie(name, f"{shown}/{wide}", COOKIE_AGE, path=path, httponly=True, samesite="Lax")


def _plain(request: CompanyRequest, columns: Sequence[Column]) -> str:
    """The query string of the list with all widths as they come."""
    params = request.GET.copy()
    for name in ("widths", "after", "peek", "fragment"):
        params.pop(name, None)
    params.setlist("columns", [column.name for column in columns])
    return str(params.urlencode())


def context(request: CompanyRequest, record_type: RecordType, columns: Sequence[Column]) -> dict[str, Any]:
    """What the chooser and the heads of the columns show."""
    by_name = {column.name: column for column in choosable(record_type, request.actor)}
    chosen = [by_name.pop(column.name, column) for column in columns]
    return {
        "density": density(request),
        "densities": list(zip(DENSITIES, (_t("Normal"), _t("Dense"), _t("Roomy")), strict=True)),
        "choosable": [*chosen, *by_name.values()],
        "chosen": [column.name for column in columns],
        "widths": (wide := widths(request, record_type)),
        "widths_text": ",".join(f"{name}:{width}" for name, width in wide.items()),
        "without_widths": _plain(request, columns),
    }
