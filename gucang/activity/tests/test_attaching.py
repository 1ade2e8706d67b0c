"""Attaching to a record, the box that shows it, taking it back: and who gets nothing of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gucang.accounts.models import Department, Member
from gucang.activity.actions import tasks
from gucang.activity.compose import MOST_FILES
from gucang.activity.models import Attachment
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope

SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def about(acme: Any) -> dict[str, Any]:
    with company_scope(acme):
        return {"about_type": "department", "about_id": Department.objects.get(name="销售一组").pk}


@pytest.fixture
def page(client: Client, login: Callable[..., Client], alice: Member) -> Client:
    return login(client, alice)


def picture(name: str = "照片.png", form: str = "PNG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "teal").save(out, form)
    return SimpleUploadedFile(name, out.getvalue())


def add(client: Client, about: dict[str, Any], *found: SimpleUploadedFile, **more: Any) -> Any:
    return client.post("/acme/files/add", about | {"files": list(found)} | more, **SCRIPT)


def names(acme: Any) -> list[str]:
    with company_scope(acme):
        return list(Attachment.objects.order_by("pk").values_list("name", flat=True))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_script_sends_one_file_and_is_told_its_id_and_the_box_shows_it(
    acme: Any, page: Client, about: dict[str, Any]
) -> None:
    answer = add(page, about, picture())
    assert answer.status_code == 201
    assert answer.json()["name"] == "照片.png"
    box = page.get("/acme/files/box", about).content.decode()
    assert f"/acme/files/{answer.json()['id']}/small" in box
    with company_scope(acme):
        assert Event.objects.filter(name="attachment.create").count() == 1


def test_the_same_sending_twice_attaches_once(acme: Any, page: Client, about: dict[str, Any]) -> None:
    first, second = (add(page, about, picture(), key="k1").json() for _click in range(2))
    assert first == second
    assert names(acme) == ["照片.png"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script>"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("pretends.png", b"GIF89a/*"),
        ("polyglot.gif", b"GIF89a/*\x00\x00*/=alert(1)//"),
        ("polyglot.pdf", b"<script>alert(1)</script>%PDF-1.7\n"),
        ("empty.pdf", b""),
        ("../../evil.exe", b"MZ"),
    ],
)
def test_what_is_refused_is_refused_in_a_sentence_and_leaves_nothing(
    acme: Any, page: Client, about: dict[str, Any], file_folder: Any, name: str, content: bytes
) -> None:
    upload = SimpleUploadedFile("x", content)
    upload._name = name
    answer = add(page, about, upload)
    assert answer.status_code == 422
    assert name.split("/")[-1] in answer.json()["sentence"]
    assert names(acme) == []
    assert [one for one in file_folder.rglob("*") if one.is_file()] == []


def test_a_bomb_is_refused_without_being_drawn(acme: Any, page: Client, about: dict[str, Any]) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    answer = add(page, about, SimpleUploadedFile("bomb.png", out.getvalue()))
    assert answer.status_code == 422
    assert "5000 万像素" in answer.json()["sentence"]


def test_a_form_keeps_the_good_ones_and_says_which_were_not(acme: Any, page: Client, about: dict[str, Any]) -> None:
    found = [picture("一.png"), SimpleUploadedFile("二.exe", b"MZ"), picture("三.png")]
    answer = page.post("/acme/files/add", about | {"files": found})
    assert answer.status_code == 422
    assert "二.exe" in answer.content.decode()
    assert names(acme) == ["一.png", "三.png"]


def test_nothing_chosen_and_too_many_get_a_sentence(acme: Any, page: Client, about: dict[str, Any]) -> None:
    assert "先选一个文件" in add(page, about).json()["sentence"]
    many = [picture(f"{number}.png") for number in range(MOST_FILES + 1)]
    answer = page.post("/acme/files/add", about | {"files": many})
    assert answer.status_code == 422
    assert len(names(acme)) == MOST_FILES


def test_taking_back_puts_it_into_the_bin_and_leads_to_the_record(
    acme: Any, page: Client, about: dict[str, Any]
) -> None:
    pk = add(page, about, picture()).json()["id"]
    answer = page.post(f"/acme/files/take-back?id={pk}")
    assert (answer.status_code, answer["Location"]) == (302, f"/acme/departments/{about['about_id']}")
    assert names(acme) == []
    assert page.post(f"/acme/files/take-back?id={pk}").status_code == 404  # the second click


def test_who_may_not_take_it_back_cannot(
    acme: Any, page: Client, login: Any, bob: Member, about: dict[str, Any]
) -> None:
    pk = add(page, about, picture()).json()["id"]
    assert login(Client(), bob).post(f"/acme/files/take-back?id={pk}").status_code == 403
    assert names(acme) == ["照片.png"]


def test_a_colleague_neither_attaches_to_nor_sees_the_box_of_what_they_may_not_see(
    acme: Any, page: Client, login: Any, alice: Member, bob: Member
) -> None:
    with company_scope(acme):
        task = tasks.create(actor=alice, title="我自己的事").record
    about = {"about_type": "task", "about_id": task.pk}
    pk = add(page, about, picture("机密.png")).json()["id"]
    other = login(Client(), bob)
    assert add(other, about, picture()).status_code == 404
    assert other.get("/acme/files/box", about).status_code == 404
    assert other.post(f"/acme/files/take-back?id={pk}").status_code == 404
    assert b"PNG" in body(page.get(f"/acme/files/{pk}?show=1"))
    for address in (f"/acme/files/{pk}", f"/acme/files/{pk}?show=1", f"/acme/files/{pk}/small"):
        assert other.get(address).status_code == 404


def test_another_company_gets_nothing_by_any_of_the_addresses(
    acme: Any, other: Any, page: Client, login: Any, dan: Member, about: dict[str, Any]
) -> None:
    pk = add(page, about, picture("机密.png")).json()["id"]
    stranger = login(Client(), dan)
    for address in (f"files/{pk}", f"files/{pk}?show=1", f"files/{pk}/small"):
        for company in ("acme", "other"):
            answer = stranger.get(f"/{company}/{address}")
            assert answer.status_code in (302, 404)
            assert b"PNG" not in body(answer)
    assert stranger.get("/other/files/box", about).status_code == 404
    assert stranger.post(f"/other/files/take-back?id={pk}").status_code == 404
    assert stranger.post("/other/files/add", about | {"files": picture()}, **SCRIPT).status_code == 404
    assert names(acme) == ["机密.png"]


def test_pdf_may_stand_in_our_pages_and_nothing_else_may(acme: Any, page: Client, about: dict[str, Any]) -> None:
    out = io.BytesIO()
    Image.new("RGB", (50, 50)).save(out, "PDF")
    ids = [add(page, about, one).json()["id"] for one in (SimpleUploadedFile("a.pdf", out.getvalue()), picture())]
    paper, photo = (page.get(f"/acme/files/{pk}?show=1") for pk in ids)
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in paper["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in photo["Content-Security-Policy"]
    assert "sandbox" in photo["Content-Security-Policy"]
    assert {one["X-Content-Type-Options"] for one in (paper, photo)} == {"nosniff"}
    saved = page.get(f"/acme/files/{ids[0]}")
    assert saved["Content-Disposition"].startswith("attachment")
    for one in (paper, photo, saved):
        body(one)


def test_a_small_picture_is_not_sent_twice_and_is_asked_for_each_time(
    acme: Any, page: Client, login: Any, dan: Member, about: dict[str, Any]
) -> None:
    pk = add(page, about, picture()).json()["id"]
    first = page.get(f"/acme/files/{pk}/small")
    body(first)
    again = page.get(f"/acme/files/{pk}/small", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, body(again)) == (304, b"")
    stranger = login(Client(), dan)
    asked = stranger.get(f"/acme/files/{pk}/small", headers={"If-None-Match": first["ETag"]})
    assert asked.status_code in (302, 404)
