"""Letters: one for everything that waits, in the reader's language, never inside a transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.utils import timezone

from gucang.accounts.models import User
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope
from gucang.messages import actions, kinds, mail
from gucang.messages.hearing import notify
from gucang.messages.models import Notification

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=timezone.get_default_timezone())


def tell(acme: Any, member: Any, *names: str, at: datetime = NOON) -> None:
    with clock.at(at), company_scope(acme):
        for name in names:
            params = {"task": name, "due_on": "2026-11-16"}
            notify(member.pk, kinds.DUE, "Due on %(due_on)s: %(task)s", params, about=None, key=name)


def queued() -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(status="todo", args__job="messages.mail").count()


def test_what_waits_goes_out_in_one_letter(acme: Any, alice: Any, settings: Any) -> None:
    settings.PUBLIC_ORIGIN = "https://crm.example.cn"
    tell(acme, alice, "回访恒力", "寄合同")
    assert queued() == 1, "forty reminders are one job"
    with clock.at(NOON):
        jobs.drain()
    (letter,) = outbox.outbox
    assert letter.to == ["alice@acme.test"]
    assert letter.subject == "有 2 件事找你 · 阿克梅贸易"
    assert "11月16日到期：回访恒力\nhttps://crm.example.cn/acme/notifications/" in letter.body
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert "11月16日到期：寄合同" in html
    assert letter.extra_headers["Message-ID"].startswith(f"<notification-{acme.pk}-")


def test_a_letter_goes_out_once(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访")
    with clock.at(NOON):
        assert mail.send_waiting(acme.pk, alice.pk)
        assert not mail.send_waiting(acme.pk, alice.pk)
    assert [letter.subject for letter in outbox.outbox] == ["11月16日到期：回访 · 阿克梅贸易"]


def test_the_letter_is_in_the_language_of_its_reader(acme: Any, alice: Any) -> None:
    User.objects.filter(pk=alice.user_id).update(language="en")
    tell(acme, alice, "回访")
    with clock.at(NOON):
        mail.send_waiting(acme.pk, alice.pk)
    assert outbox.outbox[0].subject == "Due on Nov 16: 回访 · 阿克梅贸易"


def test_what_was_read_in_the_bell_is_not_mailed(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访")
    with company_scope(acme):
        actions.read(alice.as_actor())
    with clock.at(NOON):
        assert not mail.send_waiting(acme.pk, alice.pk)


def test_nothing_is_sent_inside_a_transaction(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访")
    with company_scope(acme), pytest.raises(RuntimeError):
        mail.send_waiting(acme.pk, alice.pk)
    assert outbox.outbox == []


def test_a_failing_server_leaves_the_letter_to_be_sent_later(acme: Any, alice: Any, settings: Any) -> None:
    tell(acme, alice, "回访")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    with clock.at(NOON), pytest.raises(OSError):
        mail.send_waiting(acme.pk, alice.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.at(NOON):
        assert mail.send_waiting(acme.pk, alice.pk)


def test_a_worker_killed_while_sending_blocks_the_letter_for_ten_minutes_only(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访")
    with clock.at(NOON), company_scope(acme):
        assert mail._claim(alice.pk) is not None  # and then the worker dies
    with clock.at(NOON + timedelta(minutes=5)):
        assert not mail.send_waiting(acme.pk, alice.pk)
    with clock.at(NOON + timedelta(minutes=11)):
        assert mail.send_waiting(acme.pk, alice.pk)


def test_quiet_hours_hold_letters_back_until_they_are_over(acme: Any, alice: Any) -> None:
    night = NOON.replace(hour=23)
    with company_scope(acme):
        actions.create_setting(actor=alice, values={"quiet_from": 22, "quiet_until": 7})
    tell(acme, alice, "回访", at=night)
    with clock.at(night):
        jobs.drain()
    assert outbox.outbox == []
    with clock.at(night + timedelta(hours=9)):
        with company_scope(acme):
            jobs._jobs["messages.waiting"]()
        jobs.drain()
    assert len(outbox.outbox) == 1


def test_what_is_two_days_old_is_not_mailed_any_more(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访", at=NOON - timedelta(days=3))
    with clock.at(NOON):
        assert not mail.send_waiting(acme.pk, alice.pk)


def test_line_breaks_in_a_name_do_not_reach_the_header(acme: Any, alice: Any) -> None:
    tell(acme, alice, "回访\r\nBcc: eve@example.com")
    with clock.at(NOON):
        mail.send_waiting(acme.pk, alice.pk)
    assert "\n" not in outbox.outbox[0].subject
    assert outbox.outbox[0].recipients() == ["alice@acme.test"]


def test_forty_things_are_twenty_lines_and_a_count(acme: Any, alice: Any) -> None:
    tell(acme, alice, *(f"事{number}" for number in range(40)))
    with clock.at(NOON):
        mail.send_waiting(acme.pk, alice.pk)
    assert outbox.outbox[0].body.count("11月16日到期：") == mail.MOST_LINES
    assert "还有 20 条。" in outbox.outbox[0].body
    with company_scope(acme):
        assert not Notification.objects.filter(mailed_at=None).exists()
