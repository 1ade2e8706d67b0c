"""Reads of views and pins that are used in two places or more."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface.panels import View
from gucang.views import rules
from gucang.views.models import Audience, PinList, SavedView


def tabs(record_type: RecordType, actor: Actor) -> list[View]:
    """The saved views of a list as tabs: one's own first, then those that are shared, each by name.

    Kept with the company's set-up: a list asks nothing for them.
    """
    if actor.member_id is None or not actor.may("saved_view.view"):
        return []
    mine = kept(f"views of:{actor.key}", lambda: _by_type(actor))
    return [_tab(view, actor) for view in mine.get(record_type.name, ())]


def _by_type(actor: Actor) -> dict[str, list[SavedView]]:
    found: dict[str, list[SavedView]] = {}
    views = SavedView.objects.filter(rules.with_me(actor) | rules.own(actor)).order_by("name", "id")
    views = views.select_related("owner", "role", "department")
    for view in sorted(views, key=lambda view: view.owner_id != actor.member_id):
        found.setdefault(view.record_type, []).append(view)
    return found


def _tab(view: SavedView, actor: Actor) -> View:
    return View(
        f"v{view.pk}",
        view.name,
        saved=view.pk,
        query=view.query,
        version=view.version,
        first=view.first,
        editable=view.owner_id == actor.member_id and actor.may("saved_view.edit"),
        about=_about(view, actor),
    )


def _about(view: SavedView, actor: Actor) -> str:
    """Who shared it, or with whom one shares it oneself; "" for what is only one's own."""
    if view.audience == Audience.ME:
        return ""
    if view.owner_id != actor.member_id:
        return _t("shared by %(name)s") % {"name": view.owner}
    whom = view.role or view.department or Audience(view.audience).label
    return _t("you share it: %(whom)s") % {"whom": whom}


def pins_of(actor: Actor) -> list[tuple[str, int]]:
    """What the actor has pinned, as (record type, id), the latest first.

    Kept with the company's set-up: a record's page asks nothing for its star.
    """
    if actor.member_id is None or not actor.may("pin_list.view"):
        return []
    own = PinList.objects.filter(rules.own_pins(actor)).values_list("pins", flat=True)
    found = [pin.rpartition(":") for pin in kept(f"pins of:{actor.key}", lambda: own.first() or ())]
    return [(name, int(pk)) for name, _mark, pk in found if pk.isascii() and pk.isdigit() and len(pk) < 19]


def pin_of(record_type: RecordType, record: Any) -> str:
    """A record as a list of pins has it."""
    return f"{record_type.name}:{record.pk}"
