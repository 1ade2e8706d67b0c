"""What people do about notifications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actions import creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.scope import deriving
from gucang.messages import kinds, queries
from gucang.messages.models import NotificationSetting


def read(actor: Actor, ids: Iterable[int] | None = None) -> int:
    """Mark the actor's notifications as read (all of them without `ids`); returns how many were unread.

    A mark in one's own derived rows; no deed with company data, so no event.
    """
    query = queries.of(actor).filter(read_at=None)
    if ids is not None:
        query = query.filter(pk__in=list(ids))
    with deriving("gucang_messages"):
        return query.update(read_at=clock.now())


def _own_known_kinds(setting: NotificationSetting, actor: Actor) -> None:
    assert actor.member_id is not None, "the system needs no bell"
    setting.member_id = actor.member_id
    known = {kind.name for kind in kinds.every()}
    problems: dict[str, list[Any]] = {
        name: [_t("There is no kind of notification called “%(kind)s”.") % {"kind": unknown[0]}]
        for name in ("bell_off", "mail_off", "mail_on")
        if (unknown := sorted(set(getattr(setting, name)) - known))
    }
    if problems:
        raise Invalid(problems)


create_setting = creating("notification_setting", prepare=_own_known_kinds)
edit_setting = editing("notification_setting", prepare=_own_known_kinds)
