"""A promise as it may be read to the customer: facts only, none that the reader may not see, and nobody's reasons."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.kernel import clock, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.promises.kinds import Books, nature
from gucang.promises.models import Promise, State
from gucang.surface import ui

_READABLE = (Access.READ, Access.WRITE)


def may_read(actor: Actor, promise: Promise, field: str) -> bool:
    """Whether the reader sees this field of the promise."""
    return access(actor, records.get("promise"), field, promise) in _READABLE


def joined(*sentences: str) -> str:
    """Sentences one after the other, as the language writes them."""
    return ("" if (get_language() or "zh").startswith("zh") else " ").join(filter(None, sentences))


def when(value: datetime | date | None) -> str:
    """A deadline as it is said: with its hour, unless it is the end of a day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        if local.time().replace(second=0, microsecond=0) < time(23, 59):
            return ui.moment_text(value, clock.today())
        value = local.date()
    return ui.day_text(value, clock.today())


def thing(promise: Promise, actor: Actor) -> str:
    """What was promised, with its worth, as far as the reader sees it; at least its kind."""
    words = promise.what if may_read(actor, promise, "what") else str(promise.get_kind_display())
    if promise.worth and may_read(actor, promise, "worth"):
        return _t("%(what)s (%(worth)s)") % {"what": words, "worth": ui.money_text(promise.worth)}
    return words


def to_read(promise: Promise, actor: Actor) -> str:
    """The sentence or two about an open promise."""
    return joined(*(part(promise, actor) for part in (_agreed, _next, _late)))


def _agreed(promise: Promise, actor: Actor) -> str:
    """How far it is agreed."""
    words: dict[str, Any] = {
        "thing": thing(promise, actor),
        "day": ui.date_text(promise.bound_at or clock.now(), clock.today()),
    }
    if promise.state == State.MADE:
        return _t("We have noted “%(thing)s” and will tell you whether it is agreed.") % words
    if promise.state == State.IN_APPROVAL:
        return _t("“%(thing)s” is being decided.") % words
    by = promise.approved_by
    if by is None:
        return _t("“%(thing)s” is agreed since %(day)s.") % words
    words["who"] = by.position or by.name
    return _t("“%(thing)s” was agreed to by our %(who)s on %(day)s.") % words


def _next(promise: Promise, actor: Actor) -> str:
    """Who does what next, until when."""
    who = _named(promise.holder)
    words = {"who": who, "due": when(promise.due_at), "until": when(promise.until)}
    if promise.state == State.IN_APPROVAL:
        if not promise.due_at:
            return _t("It is with %(who)s.") % words if who else ""
        return _t("It is with %(who)s, who decides by %(due)s.") % words if who else ""
    if not who:
        return ""
    if promise.state == State.MADE:
        return _t("%(who)s sees to it.") % words
    if promise.state == State.BINDING and nature(promise.kind).books is Books.DOCUMENT:
        return _t("It is booked by %(due)s at the latest; %(who)s sees to it.") % words
    if promise.state == State.BOOKED and nature(promise.kind).books is Books.DOCUMENT:
        return _t("It is booked, and you have it by %(until)s; %(who)s answers for it.") % words
    return _t("%(who)s does it by %(until)s at the latest.") % words


def _late(promise: Promise, actor: Actor) -> str:
    if promise.until is None or promise.until >= clock.today():
        return ""
    return _t("It should have been done by %(until)s, and we are sorry that it is late.") % {
        "until": ui.date_text(promise.until, clock.today())
    }


def _named(member: Member | None) -> str:
    """A colleague as a customer hears of them: with the department, so that the next call finds them."""
    if member is None:
        return ""
    if member.department is None:
        return member.name
    return _t("%(name)s of %(department)s") % {"name": member.name, "department": member.department.name}


def tone_of(promise: Promise) -> str:
    """How pressing it is: by the day that the customer was told, then by the next step."""
    if promise.until is not None and promise.until < clock.today():
        return "bad"
    return ui.due_tone(promise.due_at, clock.now(), timedelta(hours=24)) if promise.due_at else ""
