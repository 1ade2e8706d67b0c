"""Who hears of what: modules register here; the bell is one more reader of the log.

`@hears("task.assign", kind=kinds.ASSIGNED)` over a function from an event to those who should know. It runs as a job
after commit. `notify` is for what no event says: a deadline that came near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.kernel import clock, events, jobs, records
from gucang.kernel.models import Event
from gucang.kernel.reactions import after, watch
from gucang.kernel.scope import deriving
from gucang.messages import queries
from gucang.messages.kinds import Kind
from gucang.messages.models import Notification

APP = "gucang_messages"
About = tuple[str, int]
EVENT_SUBJECT: About = ("", 0)


@dataclass(frozen=True)
class Told:
    """Who is told what. `sentence` is an English msgid marked with `gettext_noop`; see Notification about `params`.

    `about` is the record that it leads to and that the member must be able to see, by default the event's subject;
    None for a sentence that leads nowhere. `kind` overrides the kind of the registration.
    """

    member_id: int | None
    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: About | None = EVENT_SUBJECT
    kind: Kind | None = None


Hearing = Callable[[Event], Iterable[Told]]


def hears(*event_names: str, kind: Kind) -> Callable[[Hearing], Hearing]:
    """Register `function(event)`: whom it names is told once per event, except the person who did it.

    Of what a bulk run did (its events have the fact "bulk") each is told once for the whole run.
    """

    def remember(function: Hearing) -> Hearing:
        after(*event_names)(_delivery(function, kind))
        return function

    return remember


def hears_where(wanted: Callable[[Event], bool], *, kind: Kind) -> Callable[[Hearing], Hearing]:
    """The same for events whose names nobody knows beforehand: those that `wanted` picks, which must be cheap."""

    def remember(function: Hearing) -> Hearing:
        watch(wanted)(_delivery(function, kind))
        return function

    return remember


def _delivery(function: Hearing, kind: Kind) -> Callable[[Event], None]:
    @wraps(function)
    def deliver(event: Event) -> None:
        for told in function(event):
            if told.member_id is None or told.member_id == event.actor_id:
                continue
            member_id = told.member_id
            about = (event.subject_type, event.subject_id) if told.about == EVENT_SUBJECT else told.about
            key = f"event:{event.id}"
            if run := event.facts.get("bulk"):
                told, key = _many(event, told), f"bulk:{run['id']}:{(told.kind or kind).name}"
            notify(member_id, told.kind or kind, told.sentence, told.params, about=about, key=key, cause=event.id)

    return deliver


def _many(event: Event, told: Told) -> Told:
    """What a member is told once of a bulk run, in place of a thousand sentences."""
    sentence = gettext_noop("%(by)s changed many records at once, “%(record)s” among them.")
    return replace(told, sentence=sentence, params={"by": events.actor_name(event), "record": event.subject_label})


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
    """Tell one member one thing, once: a second call with the same `key` does nothing.

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
    return records.get(about[0]).query(member.as_actor()).filter(pk=about[1]).exists()
