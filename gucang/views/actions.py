"""What people do with the views of their lists, and with what they pin."""

from __future__ import annotations

import re

from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid
from gucang.surface.screens.lists import POSITION
from gucang.views import rules
from gucang.views.models import PinList, SavedView


def _begin(view: SavedView, actor: Actor) -> None:
    if actor.member_id is None:
        raise Forbidden(_t("A view belongs to the member who saves it."))
    view.owner_id = actor.member_id
    _check(view, actor)


def _check(view: SavedView, actor: Actor) -> None:
    if sentence := rules.why_not_shared(view, actor):
        raise Invalid({"audience": [sentence]})
    view.query = plain(view.query)


def plain(query: str) -> str:
    """What of a list's address a view keeps: not where one is in it, nor which view was open."""
    params = QueryDict(query.removeprefix("?"), mutable=True)
    tab = params.get("view", "")
    if tab and tab != "all" and not re.fullmatch(r"v\d+", tab):
        params.setdefault("tab", tab)  # one of the program's own is a filter like any other
    for name in (*POSITION, "view", "density", "shown", "lane", "open", "totals"):
        params.pop(name, None)
    return params.urlencode()


create = creating("saved_view", prepare=_begin)
edit = editing("saved_view", prepare=_check)
delete = deleting("saved_view")
restore = restoring("saved_view")

# As many as a field of tags takes.
MOST_PINS = 20


def _begin_pins(pins: PinList, actor: Actor) -> None:
    if actor.member_id is None:
        raise Forbidden(_t("Only a member can pin records."))
    pins.member_id = actor.member_id


create_pins = creating("pin_list", prepare=_begin_pins)
edit_pins = editing("pin_list")
