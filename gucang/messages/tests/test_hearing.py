"""Who is told what, once, in their own language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from gucang.accounts.actions import members
from gucang.accounts.models import Department
from gucang.kernel import clock, events, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import WriteOutsideAction
from gucang.kernel.models import Event
from gucang.kernel.scope import deriving
from gucang.messages import actions, kinds, queries
from gucang.messages.hearing import notify
from gucang.messages.mentions import mentioned
from gucang.messages.models import Notification, NotificationSetting


def tell(
    member: Any, sentence: str = "Due on %(due_on)s: %(task)s", key: str = "k", **options: Any
) -> Notification | None:
    options.setdefault("about", None)
    return notify(
        member.pk,
        options.pop("kind", kinds.DUE),
        sentence,
        {"task": "回访", "due_on": "2020-03-04"},
        key=key,
        **options,
    )


def test_a_notification_is_told_once_per_key(scope: Any, alice: Any, bob: Any) -> None:
    assert tell(alice) is not None
    assert tell(alice) is None
    assert tell(bob) is not None
    assert queries.unread(alice.as_actor()) == 1


def test_telling_leaves_no_event_and_cannot_write_anything_else(scope: Any, alice: Any) -> None:
    before = Event.objects.count()
    tell(alice)
    actions.read(alice.as_actor())
    assert Event.objects.count() == before
    with pytest.raises(WriteOutsideAction):
        Notification.objects.all().delete()
    with deriving("gucang_messages"):
        Notification.objects.all().delete()
        with pytest.raises(WriteOutsideAction):
            NotificationSetting(member=alice).save()
        with pytest.raises(WriteOutsideAction):
            alice.save()


def test_each_reads_the_sentence_in_their_own_language(scope: Any, alice: Any) -> None:
    notification = tell(alice)
    with translation.override("zh-hans"):
        assert queries.sentence(notification) == "2020年3月4日到期：回访"
    with translation.override("en"):
        assert queries.sentence(notification) == "Due on Mar 4, 2020: 回访"


def test_dates_in_a_sentence_follow_the_language_too(scope: Any, alice: Any) -> None:
    params = {"task": "回访", "due_on": "2020-03-04"}
    told = notify(alice.pk, kinds.OVERDUE, "Due since %(due_on)s: %(task)s", params, about=None, key="x")
    with translation.override("zh-hans"):
        assert queries.sentence(told) == "2020年3月4日到期：回访"
    with translation.override("en"):
        assert queries.sentence(told) == "Due since Mar 4, 2020: 回访"


def test_nobody_sees_the_notifications_of_another(scope: Any, alice: Any, bob: Any, mia: Any, adam: Any) -> None:
    tell(alice)
    for stranger in (bob, mia, adam):
        assert queries.page(stranger.as_actor()).rows == []
        assert actions.read(stranger.as_actor()) == 0
    assert queries.unread(alice.as_actor()) == 1


def test_whoever_may_not_see_the_record_is_not_told_about_it(scope: Any, alice: Any, carol: Any) -> None:
    token = members.create(actor=system(), name="Eve").record  # has no role, so sees no department
    department = Department.objects.get(name="销售一组")
    about = ("department", department.pk)
    assert tell(token, about=about) is None
    assert tell(carol, about=about) is not None


def test_a_member_who_left_is_told_nothing(scope: Any, bob: Any) -> None:
    members.leave(bob, actor=system(), on=clock.today())
    assert tell(bob) is None


def test_a_kind_that_is_switched_off_stays_away(scope: Any, alice: Any) -> None:
    values = {"bell_off": ["due"], "mail_off": ["due"]}
    actions.create_setting(actor=alice, values=values)
    assert tell(alice) is None
    assert tell(alice, kind=kinds.COACHED) is not None


def test_by_e_mail_only_is_not_counted_in_the_bell(scope: Any, alice: Any) -> None:
    actions.create_setting(actor=alice, values={"bell_off": ["due"]})
    told = tell(alice)
    assert told is not None
    assert told.mail
    assert queries.unread(alice.as_actor()) == 0
    assert queries.page(alice.as_actor()).rows == []


def test_the_bell_pages_by_the_last_one_seen(scope: Any, alice: Any) -> None:
    for number in range(queries.PAGE + 2):
        tell(alice, key=f"k{number}")
    first = queries.page(alice.as_actor())
    second = queries.page(alice.as_actor(), before=first.before)
    assert (len(first.rows), len(second.rows), second.before) == (queries.PAGE, 2, None)
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)


def test_a_mention_takes_the_longest_name_and_skips_addresses(scope: Any) -> None:
    short = members.create(actor=system(), name="王芳").record
    long = members.create(actor=system(), name="王芳芳").record
    assert mentioned("@王芳芳 看一下，＠王芳也看") == [long, short]
    assert mentioned("写信给 li@王芳.com") == []
    assert mentioned("nobody @无此人") == []


def test_two_people_of_one_name_are_both_meant_and_leavers_never(scope: Any) -> None:
    twins = [members.create(actor=system(), name="李娜").record for _ in range(3)]
    members.leave(twins[2], actor=system(), on=clock.today())
    assert set(mentioned("@李娜 请回电")) == set(twins[:2])


def test_old_notifications_are_forgotten_after_half_a_year(scope: Any, alice: Any) -> None:
    with clock.at(datetime(2026, 1, 5, 9, tzinfo=timezone.get_default_timezone())):
        tell(alice, key="old")
    with clock.at(datetime(2026, 7, 1, 9, tzinfo=timezone.get_default_timezone())):
        tell(alice, key="new")
    with clock.at(datetime(2026, 7, 20, 9, tzinfo=timezone.get_default_timezone())):
        jobs._jobs["messages.forget"]()
    assert list(Notification.objects.values_list("key", flat=True)) == ["new"]


def test_settings_are_ones_own_and_leave_an_event(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    outcome = act(actions.create_setting, values={"mail_on": ["done"], "quiet_from": 22, "quiet_until": 7})
    assert outcome.record.member_id == alice.pk
    assert [hour for hour in range(24) if outcome.record.is_quiet(hour)] == [0, 1, 2, 3, 4, 5, 6, 22, 23]
    assert not NotificationSetting.objects.filter(member=bob).exists()
    assert events.timeline("notification_setting", outcome.record.pk)[0].actor_id == alice.pk
