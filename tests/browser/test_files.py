"""Files on a record page: chosen, dropped, pasted, looked at in place, taken back; by keyboard and on a phone."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gucang.activity import files
from gucang.activity.actions import attachments
from gucang.activity.models import Attachment, FollowUp
from gucang.parties.actions import customers
from tests.pictures import pdf, photo, upload

pytestmark = pytest.mark.browser

# What a browser hands over when somebody drops files, or pastes a screenshot.
GIVE = """([kind, files, words]) => {
  const data = new DataTransfer();
  for (const [name, type, content] of files)
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  if (words) data.setData("text/plain", words);
  const target = document.activeElement ?? document.body;
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  else for (const name of kind === "over" ? ["dragenter"] : ["dragenter", "dragover", "drop"])
    document.querySelector("main").dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""  # noqa: E501


def give(page: Page, kind: str, *found: tuple[str, str, bytes], words: str = "") -> None:
    packed = [[name, type_, base64.b64encode(content).decode()] for name, type_, content in found]
    page.evaluate(GIVE, [kind, packed, words])


@pytest.fixture
def customer(alice: Any, inside: Any) -> Any:
    with inside():
        return customers.create(actor=alice, values={"name": "恒力精密"}).record


@pytest.fixture
def page(page_of: Callable[..., Page], alice: Any, customer: Any) -> Page:
    opened = page_of(alice)
    opened.goto(f"/acme/customers/{customer.pk}", wait_until="networkidle")
    return opened


def names(inside: Any) -> list[str]:
    with inside():
        return list(Attachment.objects.order_by("pk").values_list("name", flat=True))


def keep(who: Any, customer: Any, *found: tuple[str, bytes]) -> None:
    for name, content in found:
        stored = files.receive(upload(name, content))
        attachments.create(actor=who, about_type="customer", about_id=customer.pk, file=stored.file, name=stored.name)


def test_dropped_files_are_attached_each_for_itself_and_the_refused_one_says_why(page: Page, inside: Any) -> None:
    give(page, "over", ("a.png", "image/png", photo("PNG")))
    expect(page.locator(".drop-veil")).to_contain_text("恒力精密")
    give(
        page, "drop", ("铭牌.png", "image/png", photo("PNG")), ("假的.png", "image/png", b"<html>"),
        ("说明.pdf", "application/pdf", pdf()),
    )  # fmt: skip
    expect(page.locator(".drop-veil")).to_be_hidden()
    expect(page.locator(".files-kept li")).to_have_count(2)
    expect(page.locator(".files-coming .refusal")).to_contain_text("假的.png")
    assert sorted(names(inside)) == ["说明.pdf", "铭牌.png"]


def test_a_screenshot_is_pasted_gets_a_name_and_is_taken_back(page: Page, inside: Any) -> None:
    give(page, "paste", ("image.png", "image/png", photo("PNG")))
    expect(page.locator(".files-kept li")).to_have_count(1)
    (name,) = names(inside)
    assert re.fullmatch(r"截图 \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png", name)
    page.locator("#toasts .undo").click()
    expect(page.locator(".files-kept")).to_have_count(0)
    assert names(inside) == []


def test_pasted_into_the_composer_it_goes_with_the_words_and_cells_stay_words(page: Page, inside: Any) -> None:
    page.locator("[data-composer] textarea").focus()
    give(page, "paste", ("image.png", "image/png", photo("PNG")), words="恒力\t20 台")
    expect(page.locator("[data-composer] [data-files] .chip")).to_have_count(0)
    give(page, "paste", ("image.png", "image/png", photo("PNG")))
    expect(page.locator("[data-composer] [data-files] .chip")).to_have_count(1)
    page.locator("[data-composer] textarea").fill("拍了铭牌")
    page.locator("[data-composer] button.primary").click()
    expect(page.locator("ol.tl")).to_contain_text("拍了铭牌")
    with inside():
        assert Attachment.objects.get().about_id == FollowUp.objects.get().pk


def test_pictures_and_pdf_are_looked_at_in_place_by_keyboard(
    page: Page, alice: Any, customer: Any, inside: Any
) -> None:
    with inside():
        keep(alice, customer, ("一.png", photo("PNG", (900, 600))), ("二.jpg", photo()), ("三.pdf", pdf()))
    page.reload(wait_until="networkidle")
    page.locator("[data-preview]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer).to_be_visible()
    expect(viewer.locator("h2")).to_have_text("一.png")
    image = viewer.locator("img")
    expect(image).to_have_js_property("naturalWidth", 900)
    before = image.bounding_box()
    page.keyboard.press("+")
    after = image.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"] * 1.3
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    expect(viewer.locator("h2")).to_have_text("二.jpg")
    page.keyboard.press("ArrowRight")
    expect(viewer.locator("iframe")).to_have_attribute("src", re.compile(r"/files/\d+\?show=1$"))
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.locator("[data-preview]").first).to_be_focused()


def test_on_a_phone_the_camera_is_one_touch_away(page_of: Callable[..., Page], alice: Any, customer: Any) -> None:
    page = page_of(alice, width=390)
    page.goto(f"/acme/customers/{customer.pk}", wait_until="networkidle")
    camera = page.locator("#files input[capture]")
    assert camera.get_attribute("accept") == "image/*"
    with page.expect_file_chooser() as chosen:
        page.locator("#files .file-pick.only-phone").click()
    chosen.value.set_files([{"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
    expect(page.locator(".files-kept li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_the_form_attaches_and_says_what_it_did_not(
    page_of: Callable[..., Page], alice: Any, customer: Any, inside: Any
) -> None:
    page = page_of(alice, java_script_enabled=False)
    page.goto(f"/acme/customers/{customer.pk}")
    page.locator("#files input[name=files]").set_input_files(
        [
            {"name": "好.txt", "mimeType": "text/plain", "buffer": b"abc"},
            {"name": "坏.html", "mimeType": "text/html", "buffer": b"<html>"},
        ]
    )
    page.locator("#files").get_by_role("button", name="附上").click()
    expect(page.locator(".refusal")).to_contain_text("坏.html")
    assert names(inside) == ["好.txt"]


def test_the_picture_that_is_kept_has_no_place_in_it(inside: Any, alice: Any, customer: Any) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 18.0, 0.0)})
    with inside():
        keep(alice, customer, ("现场.jpg", photo(exif=exif)))
        with files.open_thumbnail(Attachment.objects.get().file) as small:
            assert not dict(Image.open(io.BytesIO(small.read())).getexif())
