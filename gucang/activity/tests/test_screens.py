"""The composer, what is due, the files and the bell, as people and strangers meet them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gucang.accounts.models import Department, Member, User
from gucang.activity import files
from gucang.activity.actions import attachments, follow_ups, tasks
from gucang.activity.models import Attachment, FollowUp, Task
from gucang.kernel import clock
from gucang.kernel.scope import company_scope
from gucang.messages import kinds
from gucang.messages.hearing import notify
from gucang.messages.models import Notification, NotificationSetting


@pytest.fixture
def department(acme: Any) -> int:
    with company_scope(acme):
        return Department.objects.get(name="销售一组").pk  # type: ignore[no-any-return]


@pytest.fixture
def page(client: Client, login: Callable[..., Client], alice: Member) -> Client:
    """A browser in which Alice is signed in."""
    return login(client, alice)


def as_(login: Callable[..., Client], member: Member) -> Client:
    return login(Client(), member)


def picture(name: str = "照片.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "teal").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def attach(acme: Any, who: Member, pk: int, upload: SimpleUploadedFile) -> int:
    with company_scope(acme):
        stored = files.receive(upload)
        values = {"about_type": "department", "about_id": pk, "file": stored.file, "name": stored.name}
        return attachments.create(actor=who, **values).record.pk  # type: ignore[no-any-return]


def fetch(client: Client, address: str) -> tuple[Any, bytes]:
    """The answer and its whole content: read to its end, so that the file behind it is closed."""
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, content


def count(acme: Any, model: Any) -> int:
    with company_scope(acme):
        return model.objects.count()  # type: ignore[no-any-return]


def test_a_composed_follow_up_leads_back_to_the_record(acme: Any, page: Client, department: int) -> None:
    data = {
        "about_type": "department",
        "about_id": department,
        "kind": "call",
        "text": "谈了价格",
        "next_on": "2099-01-05",
    }
    answer = page.post("/acme/activity/compose", data | {"files": [picture()]})
    assert (answer.status_code, answer["Location"]) == (302, f"/acme/departments/{department}")
    with company_scope(acme):
        entry = FollowUp.objects.get()
        assert (entry.kind, entry.text) == ("call", "谈了价格")
        assert Task.objects.get().due_on.isoformat() == "2099-01-05"
        assert Attachment.objects.get().about_id == entry.pk


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/acme/", "/acme/"),
        ("https://elsewhere.test/acme/", ""),
        ("//elsewhere.test/acme/", ""),
        ("/other/customers/1", ""),
        ("/acme/\\elsewhere.test", ""),
    ],
)
def test_what_is_written_leads_where_it_was_asked_for_but_never_out_of_the_company(
    page: Client, department: int, wanted: str, place: str
) -> None:
    data = {"about_type": "department", "about_id": department, "kind": "call", "text": "谈了价格", "next": wanted}
    form = page.get("/acme/activity/compose", data).content.decode()
    assert (f'name="next" value="{wanted}"' in form) is bool(place)
    assert page.post("/acme/activity/compose", data)["Location"] == (place or f"/acme/departments/{department}")


def test_a_refused_entry_comes_back_with_its_words_and_wrote_nothing(acme: Any, page: Client, department: int) -> None:
    data = {
        "about_type": "department",
        "about_id": department,
        "kind": "visit",
        "text": "很长的记录",
        "next_on": "昨儿个",
    }
    answer = page.post("/acme/activity/compose", data)
    assert answer.status_code == 422
    assert "很长的记录" in answer.content.decode()
    bad = page.post("/acme/activity/compose", data | {"next_on": "", "files": [SimpleUploadedFile("a.exe", b"MZ")]})
    assert bad.status_code == 422
    assert "“a.exe”这种文件不收" in bad.content.decode()
    assert (count(acme, FollowUp), count(acme, Task), count(acme, Attachment)) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["task", "coaching"])
def test_the_same_form_makes_tasks_and_coaching(
    acme: Any, login: Any, mia: Member, alice: Member, department: int, kind: str
) -> None:
    data = {"about_type": "department", "about_id": department, "kind": kind, "text": "先问预算\n再谈价格"}
    assert as_(login, mia).post("/acme/activity/compose", data).status_code == 302
    assert as_(login, alice).post("/acme/activity/compose", data).status_code == (302 if kind == "task" else 403)
    with company_scope(acme):
        if kind == "task":
            assert set(Task.objects.values_list("title", "note")) == {("先问预算", "再谈价格")}


def test_whoever_only_reads_is_refused_and_a_stranger_finds_nothing(
    acme: Any, other: Any, login: Any, carol: Member, dan: Member, department: int
) -> None:
    data = {"about_type": "department", "about_id": department, "kind": "note", "text": "偷写"}
    assert as_(login, carol).post("/acme/activity/compose", data).status_code == 403
    assert as_(login, dan).post("/acme/activity/compose", data).status_code in (302, 404)
    assert as_(login, dan).post("/other/activity/compose", data).status_code == 404
    assert count(acme, FollowUp) == 0


@pytest.mark.parametrize(
    "about", [("member", "1"), ("department", "x"), ("department", "9" * 30), ("", ""), ("a\0", "1")]
)
def test_an_invented_subject_is_not_found(page: Client, about: tuple[str, str]) -> None:
    data = {"about_type": about[0], "about_id": about[1], "text": "a"}
    assert page.post("/acme/activity/compose", data).status_code == 404
    assert page.get("/acme/activity/compose", data).status_code == 404


def test_all_fields_are_asked_for_without_losing_what_was_typed(acme: Any, page: Client, department: int) -> None:
    data = {
        "about_type": "department",
        "about_id": department,
        "kind": "visit",
        "text": "见了总经理",
        "next_on": "2027-03-01",
        "more": "1",
    }
    body = page.post("/acme/activity/compose", data).content.decode()
    assert "见了总经理" in body
    assert "2027-03-01" in body
    with company_scope(acme):
        assert not FollowUp.objects.exists()


def test_a_follow_up_says_which_step_it_has_ticked_off(acme: Any, page: Client, alice: Member, department: int) -> None:
    on = {"about_type": "department", "about_id": department}
    with company_scope(acme):
        values = on | {"kind": "call", "text": "约了今天", "next_step": "核对服务单", "next_on": clock.today()}
        follow_ups.create(actor=alice, values=values)
    sent = on | {"kind": "call", "text": "张总同意先付三成"}
    assert page.post("/acme/activity/compose", sent).status_code == 302
    assert "这一步也做完了：核对服务单" in page.get("/acme/tasks/").content.decode()


def test_the_list_of_tasks_begins_with_the_open_ones(acme: Any, page: Client, alice: Member) -> None:
    with company_scope(acme):
        tasks.create(actor=alice, title="给恒力回电", due_on=clock.today())
        done = tasks.create(actor=alice, title="寄样品", due_on=clock.today()).record
        tasks.complete(done, actor=alice)
    begin = page.get("/acme/tasks/").content.decode()
    assert "给恒力回电" in begin
    assert "寄样品" not in begin
    assert re.search(r'<a [^>]*href="[^"]*view=open"[^>]*aria-current="page"[^>]*>未完成', begin), "its tab says so"
    assert "view=open&amp;sort=" in begin, "the links of the page say it in full"
    for everything in ("/acme/tasks/?view=all", "/acme/tasks/?mine=1"):
        assert "寄样品" in page.get(everything).content.decode()


def test_what_is_due_is_done_or_postponed_with_one_button(acme: Any, page: Client, alice: Member) -> None:
    with company_scope(acme):
        task = tasks.create(actor=alice, title="给恒力回电", due_on=clock.today()).record
        late = tasks.create(actor=alice, title="寄样品", due_on=clock.today()).record
    body = page.get("/acme/activity/due").content.decode()
    assert "给恒力回电" in body
    assert "寄样品" in body
    answer = page.post(f"/acme/activity/tasks/{task.pk}/complete", {"next": "/acme/activity/due"})
    assert answer["Location"] == "/acme/activity/due"
    assert page.post(f"/acme/activity/tasks/{task.pk}/complete").status_code == 409
    assert page.post(f"/acme/activity/tasks/{late.pk}/postpone", {"days": "7"}).status_code == 302
    assert page.post(f"/acme/activity/tasks/{late.pk}/postpone", {"to": "不是日期"}).status_code == 422
    with company_scope(acme):
        task.refresh_from_db()
        late.refresh_from_db()
        assert task.done_at is not None
        assert (late.due_on - clock.today()).days == 7


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/acme\\evil", "/other/", "/acme/\r\nX: y"]
)
def test_a_button_leads_back_into_the_company_only(acme: Any, page: Client, alice: Member, next_: str) -> None:
    with company_scope(acme):
        task = tasks.create(actor=alice, title="回电").record
    answer = page.post(f"/acme/activity/tasks/{task.pk}/complete", {"next": next_})
    assert answer["Location"] == "/acme/activity/due"


def test_a_task_of_others_is_not_found_and_not_done(
    acme: Any, other: Any, login: Any, alice: Member, bob: Member, dan: Member
) -> None:
    with company_scope(acme):
        task = tasks.create(actor=alice, title="我自己的事").record
    for member, company in ((bob, "acme"), (dan, "acme"), (dan, "other")):
        answer = as_(login, member).post(f"/{company}/activity/tasks/{task.pk}/complete")
        assert answer.status_code in (302, 404)
        assert "我自己的事" not in answer.content.decode()
    assert "我自己的事" not in as_(login, bob).get(f"/acme/activity/due?member={alice.pk}").content.decode()
    with company_scope(acme):
        assert Task.objects.get().done_at is None


def test_a_file_is_sent_as_a_file(acme: Any, page: Client, alice: Member, department: int) -> None:
    pk = attach(acme, alice, department, SimpleUploadedFile("合同 终稿.txt", "<script>你好".encode()))
    answer, content = fetch(page, f"/acme/files/{pk}?show=1")
    assert content == "<script>你好".encode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%90%88")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert "no-store" in answer["Cache-Control"]


def test_a_picture_may_be_looked_at_and_has_a_small_form(
    acme: Any, page: Client, alice: Member, department: int
) -> None:
    pk = attach(acme, alice, department, picture())
    shown, _content = fetch(page, f"/acme/files/{pk}?show=1")
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Security-Policy"].startswith("sandbox;")
    assert fetch(page, f"/acme/files/{pk}")[0]["Content-Disposition"].startswith("attachment")
    small, content = fetch(page, f"/acme/files/{pk}/small")
    assert small["Content-Type"] == "image/jpeg"
    assert content[:2] == b"\xff\xd8"


def test_strangers_get_no_file_by_its_address(
    acme: Any, other: Any, login: Any, alice: Member, carol: Member, dan: Member, department: int
) -> None:
    pk = attach(acme, alice, department, picture())
    assert fetch(as_(login, carol), f"/acme/files/{pk}")[0].status_code == 200
    for address in (f"/acme/files/{pk}", f"/other/files/{pk}", f"/acme/files/{pk}/small", f"/other/files/{pk}/small"):
        answer = as_(login, dan).get(address)
        assert answer.status_code in (302, 404)
        assert not answer.streaming
        anonymous = Client().get(address)
        assert anonymous.status_code in (302, 401, 404)
        assert not anonymous.streaming


def test_a_colleague_who_may_not_see_the_entry_gets_no_file(
    acme: Any, login: Any, alice: Member, bob: Member, mia: Member
) -> None:
    with company_scope(acme):
        task = tasks.create(actor=alice, title="我自己的事").record
        stored = files.receive(picture())
        values = {"about_type": "task", "about_id": task.pk, "file": stored.file, "name": stored.name}
        pk = attachments.create(actor=alice, **values).record.pk
    assert fetch(as_(login, alice), f"/acme/files/{pk}")[0].status_code == 200
    assert fetch(as_(login, mia), f"/acme/files/{pk}")[0].status_code == 200
    assert fetch(as_(login, bob), f"/acme/files/{pk}")[0].status_code == 404
    assert fetch(as_(login, bob), f"/acme/files/{pk}/small")[0].status_code == 404


def test_a_file_that_is_gone_from_the_disk_gets_a_sentence(
    acme: Any, page: Client, alice: Member, department: int, file_folder: Any
) -> None:
    pk = attach(acme, alice, department, picture())
    for path in file_folder.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = page.get(f"/acme/files/{pk}")
    assert answer.status_code == 404
    assert "备份" in answer.content.decode()


def tell(acme: Any, member: Member, about: tuple[str, int] | None, key: str = "k") -> int:
    with company_scope(acme):
        facts = {"task": "回访<b>", "due_on": "2025-03-04"}
        told = notify(member.pk, kinds.DUE, "Due on %(due_on)s: %(task)s", facts, about=about, key=key)
        assert told is not None
        return told.pk  # type: ignore[no-any-return]


def test_the_bell_speaks_the_persons_language_and_opening_is_reading(
    acme: Any, page: Client, alice: Member, department: int
) -> None:
    pk = tell(acme, alice, ("department", department))
    assert "2025年3月4日到期：回访&lt;b&gt;" in page.get("/acme/notifications").content.decode()
    User.objects.filter(pk=alice.user_id).update(language="en")
    page.cookies["django_language"] = "en"
    assert "回访&lt;b&gt;" in page.get("/acme/notifications?unread=1&kind=due").content.decode()
    answer = page.get(f"/acme/notifications/{pk}")
    assert answer["Location"] == f"/acme/departments/{department}"
    assert "回访" not in page.get("/acme/notifications?unread=1").content.decode()


def test_all_or_one_are_marked_as_read_and_never_those_of_others(
    acme: Any, login: Any, page: Client, alice: Member, bob: Member
) -> None:
    first, _second, theirs = tell(acme, alice, None), tell(acme, alice, None, "k2"), tell(acme, bob, None)
    page.post("/acme/notifications/read", {"id": theirs})
    page.post("/acme/notifications/read", {"id": first})
    with company_scope(acme):
        assert Notification.objects.filter(read_at=None).count() == 2
    assert page.get(f"/acme/notifications/{theirs}").status_code == 404
    page.post("/acme/notifications/read")
    with company_scope(acme):
        assert list(Notification.objects.filter(read_at=None).values_list("pk", flat=True)) == [theirs]


def test_one_chooses_how_to_be_told(acme: Any, page: Client, alice: Member) -> None:
    address = "/acme/notifications/settings"
    every = [kind.name for kind in kinds.every()]
    answer = page.post(address, {"bell": every[1:], "mail": ["done"], "quiet_from": "22", "quiet_until": "7"})
    assert answer.status_code == 302
    assert page.post(address, {"bell": every, "mail": every, "quiet_from": "22", "quiet_until": ""}).status_code == 422
    with company_scope(acme):
        setting = NotificationSetting.objects.get()
        assert (setting.member_id, setting.bell_off, setting.mail_on) == (alice.pk, [every[0]], ["done"])
        assert "due" in setting.mail_off
    body = page.get(address).content.decode()
    assert 'value="done" aria-label="交办的事做完了：邮件" checked' in body


def test_the_number_of_queries_does_not_grow_with_the_rows(
    acme: Any, page: Client, alice: Member, department: int
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for rows in (1, 3):
        with company_scope(acme):
            for number in range(rows):
                subject = {"about_type": "department", "about_id": department}
                follow_ups.create(actor=alice, kind="note", text="x", next_on=clock.today(), **subject)
                notify(alice.pk, kinds.DUE, "Due: %(task)s", {"task": "x"}, about=None, key=f"{rows}-{number}")
        found = []
        for address in ("/acme/activity/due", "/acme/notifications"):
            page.get(address)  # what is remembered from page to page is so now
            with CaptureQueriesContext(connection) as captured:
                assert page.get(address).status_code == 200
            found.append(len(captured))
        costs.append(found)
    assert costs[0] == costs[1]
