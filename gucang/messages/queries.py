"""Reads of notifications, and their sentences in the language of the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.scope import active_company_id
from gucang.messages import rules
from gucang.messages.kinds import Kind
from gucang.messages.models import Notification, NotificationSetting
from gucang.surface import ui

PAGE = 30
_UNREAD = """
    SELECT count(*) FROM (
        SELECT 1 FROM gucang_messages_notification
        WHERE company_id = %s AND member_id = %s AND bell AND read_at IS NULL LIMIT 100
    ) few
"""


def of(actor: Actor) -> models.QuerySet[Notification]:
    """What the actor's bell shows, unordered."""
    return Notification.objects.filter(rules.visible(actor), bell=True)


def unread(actor: Actor) -> int:
    """How many unread ones the bell shows, counted up to 100 and no further.

    Every page asks it, so it is plain SQL: building the query costs more than running it.
    """
    if actor.member_id is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [active_company_id(), actor.member_id])
        found: int = cursor.fetchone()[0]
    return found


@dataclass(frozen=True)
class Page:
    """One page of the bell, newest first; `before` is the id that the next page ends at, None on the last."""

    rows: list[Notification]
    before: int | None


def page(actor: Actor, *, kind: str = "", only_unread: bool = False, before: int | None = None) -> Page:
    """One page of the actor's notifications. One query."""
    query = of(actor)
    if kind:
        query = query.filter(kind=kind)
    if only_unread:
        query = query.filter(read_at=None)
    if before is not None:
        query = query.filter(pk__lt=before)
    rows = list(query.order_by("-pk")[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def setting_of(member_id: int) -> NotificationSetting:
    """A member's choices; an unsaved empty one where nothing was chosen."""
    found = NotificationSetting.objects.filter(member_id=member_id).first()
    return found or NotificationSetting(member_id=member_id)


def wants_mail(kind: Kind, setting: NotificationSetting) -> bool:
    """Whether notifications of a kind go out by e-mail too."""
    return kind.name in setting.mail_on or (kind.mail and kind.name not in setting.mail_off)


def sentence(notification: Notification) -> str:
    """The notification in the active language."""
    return in_words(notification.sentence, notification.params)


def in_words(sentence: str, params: Mapping[str, Any]) -> str:
    """A kept sentence (a msgid) with its values, in the active language; see Notification about `params`."""
    return gettext(sentence) % {name: _shown(name, value) for name, value in params.items()}


def _shown(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name.endswith("_on"):
        return ui.day_text(date.fromisoformat(value))
    if name.endswith("_at"):
        return ui.moment_text(datetime.fromisoformat(value))
    return value


def target(notification: Notification) -> str:
    """Where it leads inside the company: "/tasks/17", for several records the reader's list, what changed last on top;
    "" when it is about nothing that has a page."""
    if not notification.about_type:
        return ""
    record_type = records.get(notification.about_type)
    if notification.about_id is None:
        return f"/{record_type.plural}/?{'mine=1&' if record_type.owner else ''}sort=-updated_at"
    return f"/{record_type.plural}/{notification.about_id}"
