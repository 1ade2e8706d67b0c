"""Who hears of what: modules register here; the bell is one more reader of the log.

`@hears("task.assign", kind=kinds.ASSIGNED)` over a function from an event to those who should know. It runs as a job
after commit. `notify` is for what no event says: a deadline that came near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.kernel import clock, jobs, records
from gucang.kernel.models import Event
from gucang.kernel.reactions import after, watch
from gucang.kernel.scope import deriving
from gucang.messages import queries
from gucang.messages.kinds import Kind
from gucang.messages.models import Notification

APP = "gucang_messages"
About = tuple[str, int | None]
EVENT_SUBJECT: About = ("", 0)
CHANGED_MANY = gettext_noop("%(by)s changed %(count)s records at once, “%(record)s” among them.")


@dataclass(frozen=True)
class Told:
    """Who is told what. `sentence` is an English msgid marked with `gettext_noop`; see Notification about `params`.

    `about` is the record that it leads to and that the member must be able to see, by default the event's subject;
    None for a sentence that leads nowhere. `kind` overrides the kind of the registration. `many` is the msgid for when
    one deed did it to several records; besides `params` it has %(by)s, %(count)s and %(record)s, one of them.
    """

    member_id: int | None
    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: About | None = EVENT_SUBJECT
    kind: Kind | None = None
    many: str = CHANGED_MANY


Hearing = Callable[[Event], Iterable[Told]]


@dataclass(frozen=True)
class _Listener:
    """One registration: the events it is for, and what it says of them."""

    wanted: Callable[[Event], bool]
    function: Hearing
    kind: Kind


_listeners: list[_Listener] = []
_names: set[str] = set()


def hears(*event_names: str, kind: Kind) -> Callable[[Hearing], Hearing]:
    """Register `function(event)`: whom it names is told once per event, except the person who did it.

    Of what a bulk run did (its events have the fact "bulk") nobody is told record by record: the run tells each once.
    """

    def remember(function: Hearing) -> Hearing:
        names = frozenset(event_names)
        _names.update(names)
        _listeners.append(_Listener(lambda event: event.name in names, function, kind))
        after(*event_names)(_delivery(function, kind))
        return function

    return remember


def hears_where(wanted: Callable[[Event], bool], *, kind: Kind) -> Callable[[Hearing], Hearing]:
    """The same for events whose names nobody knows beforehand: those that `wanted` picks, which must be cheap."""

    def remember(function: Hearing) -> Hearing:
        _listeners.append(_Listener(wanted, function, kind))
        watch(wanted)(_delivery(function, kind))
        return function

    return remember


def heard_names() -> frozenset[str]:
    """The names of the events that somebody hears of, without those that only `hears_where` picks."""
    return frozenset(_names)


def heard(event: Event) -> Iterator[Told]:
    """Whom an event concerns, each with the kind and the record that it is about."""
    for one in _listeners:
        if one.wanted(event):
            yield from _settled(event, one.function, one.kind)


def _settled(event: Event, function: Hearing, kind: Kind) -> Iterator[Told]:
    for told in function(event):
        if told.member_id is not None and told.member_id != event.actor_id:
            about = (event.subject_type, event.subject_id) if told.about == EVENT_SUBJECT else told.about
            yield replace(told, about=about, kind=told.kind or kind)


def _delivery(function: Hearing, kind: Kind) -> Callable[[Event], None]:
    @wraps(function)
    def deliver(event: Event) -> None:
        if event.facts.get("bulk"):
            return
        for told in _settled(event, function, kind):
            assert told.member_id is not None
            assert told.kind is not None
            key = f"event:{event.id}"
            notify(told.member_id, told.kind, told.sentence, told.params, about=told.about, key=key, cause=event.id)

    return deliver


def notify(
    member_id: int,
    kind: Kind,
    sentence: str,
    params: Mapping[str, Any] | None = None,
    *,
    about: About | None,
    key: str,
    cause: int | None = None,
) -> Notification | None:
    """Tell one member one thing, once: a second call with the same `key` does nothing. `about` (type, None) is a list.

    Returns the notification, or None when it was told before, is not wanted, the member has left, or may not see the
    record that it is about.
    """
    if Notification.objects.filter(member_id=member_id, key=key).exists():
        return None
    member = Member.objects.filter(pk=member_id).first()
    if member is None or not member.may_work or (about is not None and not _sees(member, about)):
        return None
    setting = queries.setting_of(member_id)
    bell, mail = kind.name not in setting.bell_off, queries.wants_mail(kind, setting)
    if not bell and not mail:
        return None
    with deriving(APP):
        notification, new = Notification.objects.get_or_create(
            member_id=member_id,
            key=key,
            defaults={
                "kind": kind.name,
                "sentence": sentence,
                "params": dict(params or {}),
                "about_type": about[0] if about else "",
                "about_id": about[1] if about else None,
                "cause": cause,
                "bell": bell,
                "mail": mail,
                "created_at": clock.now(),
            },
        )
    if new and mail:
        jobs.enqueue("messages.mail", cause=cause, key=str(member_id), member_id=member_id)
    return notification if new else None


def _sees(member: Member, about: About) -> bool:
    if about[1] is None:
        return member.as_actor().may(f"{about[0]}.view")
    return records.get(about[0]).query(member.as_actor()).filter(pk=about[1]).exists()
