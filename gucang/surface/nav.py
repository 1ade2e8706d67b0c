"""What the frame around every page shows: places, what can be made, companies, the bell, the person.

Higher modules register here in their `records.py` or `apps.py`; the surface knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal, Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.surface import home
from gucang.surface.middleware import CompanyRequest
from gucang.surface.ui import headed

Topic = Literal["people", "sales", "goods", "money", "rules", "data"]
# The headings of the page of settings, in their order.
TOPICS: dict[Topic, Any] = {
    "people": _("People and rights"),
    "sales": pgettext_lazy("settings", "Sales"),
    "goods": _("Products and stock"),
    "money": _("Money and documents"),
    "rules": _("Rules and audit"),
    "data": _("Data and running"),
}
# As many as stand above each other on a small laptop; the others open from “More”.
RAIL_PLACES = 12
Count = Callable[[CompanyRequest], int]
Shown = Callable[[CompanyRequest], bool]


@dataclass(frozen=True)
class Place:
    """One entry of the rail. `url` is below the company's address; `count` says how much waits there.

    Where there are more places than the rail has room for, `seldom` ones go first, then those meant for other `homes`;
    those made for the first of its `homes` stay with whom that is the main one.
    """

    label: Any
    icon: str
    url: str
    permission: str = ""
    order: int = 50
    phone: int = 0
    bottom: bool = False
    count: Count | None = None
    homes: tuple[str, ...] = ()
    rail: bool = True
    about: Any = ""
    shown: Shown | None = None
    key: str = ""
    group: Any = ""
    seldom: bool = False


@dataclass(frozen=True)
class Person:
    """How the person at the screen is shown and what they chose; `keys` is whether single letters are commands."""

    name: str
    theme: str = ""
    text_size: str = ""
    keys: bool = True


@dataclass(frozen=True)
class Left:
    """A look as somebody else that lasts while a page of one's own is open: as whom, and the way back.

    `is_same` says that the way back is to this very page.
    """

    name: str
    url: str
    is_same: bool = False


class Looking(Protocol):
    """As whom somebody looks, and the places that there are to look at, as {"url", "current"}."""

    @property
    def person(self) -> Actor: ...
    @property
    def places(self) -> Sequence[Mapping[str, Any]]: ...


_places: list[Place] = []
_more: list[Callable[[], list[Place]]] = []
_settings: list[Place] = []
_quick: dict[str, int] = {}
_quick_links: list[Place] = []
# What a company has made itself comes behind what everybody has.
OWN_ORDER = 90
_unread: list[Count] = []
_companies: list[Callable[[Any], list[tuple[str, str]]]] = []
_person: list[Callable[[Any], Person]] = []
_left: list[Callable[[CompanyRequest], Left | None]] = []


def add(
    label: Any,
    icon: str,
    url: str,
    permission: str = "",
    order: int = 50,
    *,
    phone: int = 0,
    bottom: bool = False,
    count: Count | None = None,
    rail: bool = True,
    shown: Shown | None = None,
    key: str = "",
    homes: tuple[str, ...] = (),
    seldom: bool = False,
) -> None:
    """Add a place to the rail, for those who have `permission` ("" is everybody) and for whom `shown` holds.

    `url` is such as "/customers/". `phone` 1 to 4 is its place in the bar at the bottom of a phone; 0 leaves it out.
    Without `rail` it stands in that bar only. `key` is the letter that leads there after g. `homes` are the home
    pages ("sales", "finance", …) whose people need it at hand; () is all of them. What is gone to `seldom` is the
    first to open from “More”.
    """
    if all(place.url != url for place in _places):
        place = Place(label, icon, url, permission, order, phone, bottom, count, homes, rail)
        _places.append(replace(place, shown=shown, key=key, seldom=seldom))
        _places.sort(key=lambda place: place.order)


def position(record_name: str) -> int | None:
    """Where the list of a record type stands in the rail, as its `order`; None where it has no place there."""
    return next((place.order for place in _places if place.permission == f"{record_name}.view"), None)


def more_from(source: Callable[[], list[Place]]) -> Callable[[], list[Place]]:
    """Register who knows places that only the active company has; those of one `group` stand under its heading."""
    _more.append(source)
    return source


def setting(label: Any, icon: str, url: str, permission: str, order: int = 50, *, topic: Topic, about: Any) -> None:
    """Add a place to the page of settings, with a line that says what is decided there, for those who may.

    Places of one `topic` stand under its heading, by `order`.
    """
    if all(place.url != url for place in _settings):
        _settings.append(Place(label, icon, url, permission, order, rail=False, about=about, group=topic))
        _settings.sort(key=lambda place: (list(TOPICS).index(place.group), place.order))


def quick_create(record_name: str, order: int = 50) -> None:
    """Let “New” in the top bar offer this record type, to those who may create it."""
    _quick[record_name] = order


def quick_link(label: Any, icon: str, url: str, permission: str, order: int = 50) -> None:
    """Let “New” offer a page of its own as well, to those who have `permission`."""
    if all(place.url != url for place in _quick_links):
        _quick_links.append(Place(label, icon, url, permission, order))


def unread_from(count: Count) -> Count:
    """Register who counts what the bell shows."""
    _unread.append(count)
    return count


def companies_from(
    companies: Callable[[Any], list[tuple[str, str]]],
) -> Callable[[Any], list[tuple[str, str]]]:
    """Register who lists the person's companies, as (name, address)."""
    _companies.append(companies)
    return companies


def person_from(person: Callable[[Any], Person]) -> Callable[[Any], Person]:
    """Register who says how the person is called and what theme and text size they chose."""
    _person.append(person)
    return person


def left_from(source: Callable[[CompanyRequest], Left | None]) -> Callable[[CompanyRequest], Left | None]:
    """Register who knows whether somebody looks as somebody else, and has opened a page of their own meanwhile."""
    _left.append(source)
    return source


def left(request: CompanyRequest) -> Left | None:
    """The look that this page of one's own lies outside of, while it could still be gone on with."""
    return next((found for source in _left if (found := source(request)) is not None), None)


def places(request: CompanyRequest) -> list[dict[str, Any]]:
    """The places that this person may go to, the present one marked; `more` are those without room in the rail."""
    allowed = [place for place in _allowed(request) if place.rail]
    mine = home.homes_of(request)
    upper = sorted((place for place in allowed if not place.bottom), key=lambda place: _distance(place, mine))
    beyond = upper[RAIL_PLACES:] if len(upper) > RAIL_PLACES + 1 else []
    found = [_item(place, request) | {"more": place in beyond} for place in allowed]
    # One place may lie within another: /processes/fit is not /processes/.
    here = max((item["url"] for item in found if item["current"]), key=len, default="")
    return [item | {"current": item["url"] == here} for item in found]


def _distance(place: Place, mine: Sequence[str]) -> tuple[bool, bool]:
    """How far a place is from the work of somebody with these homes; the nearest come first."""
    if place.homes[:1] == tuple(mine[:1]):
        return False, False
    return place.seldom, bool(place.homes) and set(mine).isdisjoint(place.homes)


def seen_places(items: list[dict[str, Any]], base: str, looking: Looking) -> list[dict[str, Any]]:
    """Places below `base` while one looks as somebody else, whose `looking.places` are led to instead.

    What that person has no place for is left out, and so is “new”: nothing can be made while looking.
    """
    through = {one["url"].rpartition("/look/")[2].partition("/")[2]: one for one in looking.places}
    found = []
    for item in items:
        other = through.get(item.get("url", "").removeprefix(f"{base}/"))
        if other:
            found.append(item | {"url": other["url"], "current": other["current"], "count": 0})
        elif not item.get("create") and (not item["permission"] or looking.person.may(item["permission"])):
            found.append(item)
    return found


def settings(request: CompanyRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """The places of the page of settings that this person may go to, under their headings."""
    return [
        (str(TOPICS[topic]), [_item(place, request) | {"about": str(place.about)} for place in places])
        for topic, places in groupby(settings_places(request), key=lambda place: place.group)
    ]


def settings_places(request: CompanyRequest) -> list[Place]:
    """The same as they were declared."""
    return [place for place in _settings if request.actor.may(place.permission)]


def allowed(request: CompanyRequest) -> list[Place]:
    """Every place that this person may go to, as it was declared: without what waits there, which is counted."""
    return _allowed(request)


def phone_places(request: CompanyRequest) -> list[dict[str, Any]]:
    """The bar at the bottom of a phone: two places, “new”, two places."""
    chosen = sorted((place for place in _allowed(request) if place.phone), key=lambda place: place.phone)
    items = [_item(place, request) for place in chosen[:4]]
    return [*items[:2], {"create": True}, *items[2:]] if items else []


def creatable(request: CompanyRequest) -> list[dict[str, Any]]:
    """What “New” offers: record types that this person may create and pages that make something, in order."""
    return [
        {"label": headed(place.label), "icon": place.icon, "url": f"{request.base}{place.url}"}
        for place in creating(request)
    ]


def creating(request: CompanyRequest) -> list[Place]:
    """The same as places below the company's address."""
    found = [link for link in _quick_links if request.actor.may(link.permission)]
    every = {one.name: one for one in records.every()}
    for name, order in (_quick | {name: OWN_ORDER for name, one in every.items() if one.own}).items():
        record_type = every.get(name)
        if record_type is not None and record_type.create and request.actor.may(record_type.create.name):
            found.append(Place(record_type.label, record_type.icon, f"/{record_type.plural}/new", order=order))
    return sorted(found, key=lambda place: place.order)


def unread(request: CompanyRequest) -> int:
    """How many notifications wait."""
    return sum(count(request) for count in _unread)


def companies(request: Any) -> list[tuple[str, str]]:
    """The person's companies as (name, address); at least the present one."""
    found = [pair for each in _companies for pair in each(request)]
    return found or [(request.company.name, f"{request.base}/")]


def person(request: Any) -> Person:
    """The person at the screen."""
    if _person:
        return _person[-1](request)
    actor = getattr(request, "actor", None)
    return Person(actor.name if actor is not None else "")


def _allowed(request: CompanyRequest) -> list[Place]:
    every = _places
    if more := [place for source in _more for place in source()]:
        every = sorted([*_places, *more], key=lambda place: place.order)
    return [
        place
        for place in every
        if (not place.permission or request.actor.may(place.permission))
        and (place.shown is None or place.shown(request))
    ]


def _item(place: Place, request: CompanyRequest) -> dict[str, Any]:
    url = f"{request.base}{place.url}"
    here = request.path == url or (place.url != "/" and request.path.startswith(url))
    return {
        "label": headed(place.label),
        "icon": place.icon,
        "url": url,
        "current": here,
        "bottom": place.bottom,
        "key": place.key,
        "count": place.count(request) if place.count else 0,
        "group": str(place.group),
        "permission": place.permission,
    }
