"""Those concerned hear of a run once, when it is over: what was done, to how many of the records that they see.

The events of a run are found by their names and its time, which the log has an index for, and by its fact "bulk".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.bulk.models import BulkRun, Kind, RunLine
from gucang.kernel import clock, records
from gucang.kernel.models import Event
from gucang.messages import kinds
from gucang.messages.hearing import Told, heard, heard_names, notify
from gucang.messages.models import Notification

SOME = 500
GONE = gettext_noop("%(by)s took a hand-over back. No longer yours: %(count)s of the records that were given to you.")
AS_BEFORE = gettext_noop("%(by)s took a bulk change back: %(count)s of the records that you heard of are as they were.")


@dataclass
class Heard:
    """What one member is told of one run: the first record's sentence, and what was done to which (record: event)."""

    told: Told
    deeds: dict[int, int] = field(default_factory=dict)

    @property
    def about_type(self) -> str:
        return self.told.about[0] if self.told.about else ""

    @property
    def kind(self) -> kinds.Kind:
        assert self.told.kind is not None
        return self.told.kind

    def key(self, run: BulkRun, way: str = "") -> str:
        """What makes a member hear it once."""
        return f"bulk:{run.pk}{way}:{self.kind.name}:{self.about_type}"


def tell(run: BulkRun) -> None:
    """Everybody whom the run's deeds concern hears of them, as far as they see the records."""
    for member, one in _heard(run):
        count, first = _seen(member, one)
        if count == 1:
            # In the words of a single deed, about the very record that they see.
            event = Event.objects.get(pk=one.deeds[first], recorded_at__gte=run.created_at)
            told = next(told for told in heard(event) if told.member_id == member.pk and told.many == one.told.many)
            notify(member.pk, one.kind, told.sentence, told.params, about=told.about, key=one.key(run))
        elif count:
            event = Event.objects.get(pk=one.deeds[first], recorded_at__gte=run.created_at)
            params = {**one.told.params, "by": _who(run), "count": count, "record": event.subject_label}
            about = (one.about_type, None) if one.about_type else None
            notify(member.pk, one.kind, one.told.many, params, about=about, key=one.key(run))


def tell_back(run: BulkRun) -> None:
    """Whoever heard of a run hears that it was taken back, and for how many of their records."""
    left = set(RunLine.objects.filter(run=run, kind=Kind.LEFT).values_list("object_id", flat=True))
    for member, one in _heard(run):
        again = one.key(run)
        count = len(one.deeds.keys() - left) if one.about_type == run.record_type else 0
        if count and Notification.objects.filter(member_id=member.pk, key=again).exists():
            sentence = GONE if one.kind is kinds.ASSIGNED else AS_BEFORE
            params = {"by": _who(run), "count": count}
            notify(member.pk, one.kind, sentence, params, about=None, key=one.key(run, ":back"))


def _who(run: BulkRun) -> str:
    return str(run.owner) if run.owner_id else ""


def _heard(run: BulkRun) -> Iterator[tuple[Member, Heard]]:
    found: dict[tuple[int, str, str, str], Heard] = {}
    for event in _events(run):
        for told in heard(event):
            assert told.member_id is not None
            assert told.kind is not None
            about_type = told.about[0] if told.about else ""
            # Whoever did it knows; what followed in their name was theirs, too.
            if told.member_id != run.owner_id:
                key = (told.member_id, told.kind.name, about_type, told.many)
                found.setdefault(key, Heard(told)).deeds[event.subject_id] = event.pk
    people = Member.objects.in_bulk({member for member, *_rest in found})
    for (member, *_rest), one in found.items():
        if member in people:
            yield people[member], one


def _events(run: BulkRun) -> Iterator[Event]:
    """What the run did, without its way back, some hundred at a time."""
    names = heard_names() | {f"{run.record_type}.{run.verb}"}
    until = run.finished_at or clock.now()
    deeds = Event.objects.filter(
        name__in=names, recorded_at__gte=run.created_at, occurred_at__range=(run.created_at, until),
        facts__bulk__id=run.pk,
    ).exclude(facts__bulk__has_key="back")  # fmt: skip
    after = 0
    while some := list(deeds.filter(pk__gt=after).order_by("pk")[:SOME]):
        yield from some
        after = some[-1].pk


def _seen(member: Member, one: Heard) -> tuple[int, int]:
    """How many of the records the member sees, and the first of them; all where it is about none."""
    ids = sorted(one.deeds)
    if one.told.about is None:
        return len(ids), ids[0]
    query: Any = records.get(one.about_type).query(member.as_actor())
    count, first = 0, 0
    for start in range(0, len(ids), SOME):
        found = sorted(query.filter(pk__in=ids[start : start + SOME]).values_list("pk", flat=True))
        count, first = count + len(found), first or next(iter(found), 0)
    return count, first
