"""A business card: photo, reading, confirming. Nothing is made before the form is saved, and then once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageDraw, ImageFont

from gucang.activity.models import Attachment
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers, pool
from gucang.parties.cards import reading
from gucang.parties.cards.fields import read
from gucang.parties.cards.lines import from_reader
from gucang.parties.models import Contact, Customer
from tests.pictures import photo, upload

LINES = [
    ["苏州恒力精密机械有限公司", 60, 40, 500, 44], ["林志远", 60, 140, 180, 60], ["销售总监", 300, 160, 130, 30],
    ["手机：13900139000", 60, 260, 300, 28], ["lin@hengli-jm.com", 60, 310, 300, 28],
]  # fmt: skip
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def page(client: Client, login: Callable[..., Client], alice: Any) -> Client:
    return login(client, alice)


@pytest.fixture
def card(acme: Any, alice: Any) -> str:
    """A card that Alice has photographed and that was read."""
    with company_scope(acme):
        waiting = reading.receive(alice.as_actor(), upload("名片.jpg", photo()))
        reading.keep(replace(waiting, state=reading.DONE, lines=LINES))
        return waiting.file


FORM = {
    "name": "林志远", "position": "销售总监", "mobile": "13900139000", "phone": "", "email": "lin@hengli-jm.com",
    "customer": "", "customer-name": "苏州恒力精密机械有限公司", "_key": "k1",
}  # fmt: skip


def counts(acme: Any) -> tuple[int, int, int]:
    with company_scope(acme):
        return Customer.objects.count(), Contact.objects.count(), Attachment.objects.count()


def test_what_was_read_stands_in_the_form_and_nothing_is_made_yet(acme: Any, page: Client, card: str) -> None:
    body = page.get(f"/acme/cards/{card}").content.decode()
    for text in ("林志远", "销售总监", "苏州恒力精密机械有限公司", "lin@hengli-jm.com"):
        assert f'value="{text}"' in body
    assert counts(acme) == (0, 0, 0)


def test_saving_makes_customer_and_contact_and_hangs_the_photo_on_it(acme: Any, page: Client, card: str) -> None:
    for _click in range(2):
        answer = page.post(f"/acme/cards/{card}", FORM)
        assert answer.status_code == 302
    assert counts(acme) == (1, 1, 1)
    with company_scope(acme):
        contact = Contact.objects.get()
        assert (contact.name, contact.position, contact.mobile) == ("林志远", "销售总监", "+8613900139000")
        assert contact.is_primary
        assert contact.customer.name == "苏州恒力精密机械有限公司"
        found = Attachment.objects.get()
        assert (found.about_type, found.about_id, found.name) == ("contact", contact.pk, "名片.jpg")
        assert answer["Location"] == f"/acme/contacts/{contact.pk}"
    assert page.get(f"/acme/cards/{card}")["Location"] == answer["Location"]


def test_a_customer_that_is_there_is_offered_and_taken(acme: Any, page: Client, alice: Any, card: str) -> None:
    with company_scope(acme):
        known = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
    body = page.get(f"/acme/cards/{card}").content.decode()
    assert "名称相近" in body
    assert f'name="customer" value="{known.pk}"' in body or f'value="{known.pk}" selected' in body
    page.post(f"/acme/cards/{card}", FORM | {"customer": known.pk})
    assert counts(acme) == (1, 1, 1)


def test_a_duplicate_that_was_not_shown_is_shown_before_anything_is_made(
    acme: Any, page: Client, bob: Any, card: str
) -> None:
    page.get(f"/acme/cards/{card}")
    with company_scope(acme):
        customers.create(actor=bob, values={"name": "苏州恒力精密机械有限公司"})
    answer = page.post(f"/acme/cards/{card}", FORM)
    assert answer.status_code == 200
    assert "Bob" in answer.content.decode()
    assert counts(acme) == (1, 0, 0)
    page.post(f"/acme/cards/{card}", FORM | {"_checked": FORM["customer-name"]})
    assert counts(acme) == (2, 1, 1)


def test_a_refused_value_comes_back_beside_its_field_and_leaves_no_customer(
    acme: Any, page: Client, alice: Any, card: str
) -> None:
    answer = page.post(f"/acme/cards/{card}", FORM | {"mobile": "12"})
    assert answer.status_code == 422
    assert 'value="林志远"' in answer.content.decode()
    nobody = page.post(f"/acme/cards/{card}", FORM | {"customer-name": ""})
    assert "选好客户，或者填新客户的名称" in nobody.content.decode()
    with company_scope(acme):
        pooled = customers.create(actor=alice, values={"name": "没人管的客户"}).record
        pool.release(pooled, actor=alice, reason="离得太远")
    unclaimed = page.post(f"/acme/cards/{card}", FORM | {"customer": pooled.pk})
    assert unclaimed.status_code == 422
    assert counts(acme) == (1, 0, 0)


def test_a_full_folder_costs_the_photo_and_not_the_contact(acme: Any, page: Client, card: str) -> None:
    from gucang.kernel.models import Company
    from gucang.kernel.scope import writing

    with company_scope(acme), writing("kernel"):
        Company.objects.filter(pk=acme.pk).update(settings={"activity": {"quota_mb": 0}})
    answer = page.post(f"/acme/cards/{card}", FORM, follow=True)
    assert "0 MB" in answer.content.decode()
    assert counts(acme) == (1, 1, 0)


@pytest.mark.parametrize("name", ["card.pdf", "card.exe", "card.svg"])
def test_only_pictures_are_cards(page: Client, name: str) -> None:
    answer = page.post("/acme/cards/new", {"card": upload(name, b"%PDF-1.7\n")})
    assert answer.status_code == 422
    assert "/acme/cards/new" in answer.content.decode()
    assert "选一张名片的照片" in page.post("/acme/cards/new", {}).content.decode()


def test_somebody_elses_card_is_not_there(
    acme: Any, other: Any, page: Client, login: Callable[..., Client], bob: Any, dan: Any, card: str
) -> None:
    shown = page.get(f"/acme/cards/{card}/photo")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    for browser, company in ((login(Client(), bob), "acme"), (login(Client(), dan), "other")):
        for address in (card, f"{card}/state", f"{card}/photo"):
            answer = browser.get(f"/{company}/cards/{address}")
            assert answer.status_code == 404
        assert browser.post(f"/{company}/cards/{card}", FORM).status_code == 404
    assert page.get("/acme/cards/" + "0" * 32).status_code == 404
    assert counts(acme) == (0, 0, 0)


def test_who_may_make_no_contacts_reads_no_cards(login: Callable[..., Client], carol: Any) -> None:
    reader = login(Client(), carol)
    assert reader.get("/acme/cards/new").status_code == 403
    assert reader.post("/acme/cards/new", {"card": upload("a.jpg", photo())}).status_code == 403


def test_while_it_is_read_the_page_waits_and_lets_one_type(acme: Any, page: Client, alice: Any) -> None:
    with company_scope(acme):
        waiting = reading.receive(alice.as_actor(), upload("a.jpg", photo()))
        reading.keep(replace(waiting, state=reading.WAITING))
    script = {"HTTP_HX_REQUEST": "true"}
    assert "正在读名片" in page.get(f"/acme/cards/{waiting.file}").content.decode()
    assert page.get(f"/acme/cards/{waiting.file}/state", **script).status_code == 200
    assert 'name="position"' in page.get(f"/acme/cards/{waiting.file}?by_hand=1").content.decode()
    with company_scope(acme):
        reading.keep(replace(waiting, state=reading.UNREAD))
    done = page.get(f"/acme/cards/{waiting.file}/state", **script)
    assert done["HX-Redirect"] == f"/acme/cards/{waiting.file}"
    assert "没读出来" in page.get(f"/acme/cards/{waiting.file}").content.decode()


@pytest.mark.skipif(reading.installed(), reason="the reader is installed here")
def test_without_the_reader_the_page_says_whom_to_ask_and_the_photo_is_kept_all_the_same(
    acme: Any, page: Client, adam: Any, login: Any
) -> None:
    said = page.get("/acme/cards/new").content.decode()
    assert "可以找Adam" in said
    assert "pip" not in said, "she sells, and has no server"
    assert "pip install gucang[ocr]" in login(Client(), adam).get("/acme/cards/new").content.decode()
    answer = page.post("/acme/cards/new", {"card": upload("名片.png", photo("PNG"))})
    file = answer["Location"].rsplit("/", 1)[1]
    assert 'name="mobile"' in page.get(f"/acme/cards/{file}").content.decode()
    page.post(f"/acme/cards/{file}", FORM)
    assert counts(acme) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_fails_leaves_a_card_to_be_typed(acme: Any, alice: Any) -> None:
    with company_scope(acme):
        waiting = replace(reading.receive(alice.as_actor(), upload("a.jpg", photo())), state=reading.WAITING)
        reading.keep(waiting)
        from gucang.activity import files

        files.path_of(waiting.file).unlink()
    reading.have_read(acme.pk, waiting.file)
    with company_scope(acme):
        assert reading.find(alice.as_actor(), waiting.file).state == reading.UNREAD


# --- the engine itself ----------------------------------------------------------------------------------------------


def python_with_the_reader() -> list[str]:
    """A Python that has the extra: this one, or the one of a folder beside the tests."""
    beside = CHECKOUT / "var" / "ocrvenv" / "bin" / "python"
    return [sys.executable] if reading.installed() else [str(beside)] if beside.exists() else []


def draw_card(path: Path) -> None:
    font = next(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc"), None)
    if font is None:
        pytest.skip("no Chinese font to draw a card with")
    picture = Image.new("RGB", (1050, 600), "white")
    pen = ImageDraw.Draw(picture)
    for x, y, size, text in (
        (60, 50, 44, "苏州恒力精密机械有限公司"), (60, 180, 60, "林志远"), (300, 200, 32, "销售总监"),
        (60, 320, 28, "手机：139 0013 9000"), (60, 365, 28, "电话：0512-6588 1234"),
        (60, 410, 28, "邮箱：lin.zhiyuan@hengli-jm.com"), (60, 455, 28, "地址：江苏省苏州市工业园区太湖路88号"),
        (60, 500, 28, "www.hengli-jm.com"),
    ):  # fmt: skip
        pen.text((x, y), text, font=ImageFont.truetype(str(font), size), fill="black")
    picture.save(path)


@pytest.mark.slow
@pytest.mark.skipif(not python_with_the_reader(), reason="the ocr extra is not installed: pip install gucang[ocr]")
def test_a_drawn_card_is_read_without_any_network(tmp_path: Path) -> None:
    draw_card(tmp_path / "card.png")
    alone = ["unshare", "-n"] if _may_unshare() else []
    card = read(from_reader(reading.lines_of(tmp_path / "card.png", [*alone, *python_with_the_reader()])))
    assert (card.name, card.title, card.company) == ("林志远", "销售总监", "苏州恒力精密机械有限公司")
    assert card.mobile.replace(" ", "") == "13900139000"
    assert card.phone.replace(" ", "") == "0512-65881234"
    assert (card.email, card.website) == ("lin.zhiyuan@hengli-jm.com", "www.hengli-jm.com")
    assert card.address == "江苏省苏州市工业园区太湖路88号"


def _may_unshare() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0
