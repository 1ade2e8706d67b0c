"""Files: what is refused in a sentence, what a picture loses, and what a broken upload leaves behind."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gucang.activity import compose, files, jobs
from gucang.activity.actions import attachments, follow_ups
from gucang.activity.files.kinds import clean_name
from gucang.activity.models import Attachment, FollowUp
from gucang.activity.policy import MB
from gucang.kernel import events
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import writing


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def office(member: str = "word/document.xml", size: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "x" * size)
    return out.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    found = SimpleUploadedFile("x", content)
    found._name = name  # past Django's own cleaning of names
    return found


def attach(who: Any, on: dict[str, Any], name: str, content: bytes) -> Attachment:
    stored = files.receive(upload(name, content))
    return attachments.create(actor=who, file=stored.file, name=stored.name, **on).record


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.jpg", picture()),
        ("a.PNG", picture("PNG")),
        ("a.webp", picture("WEBP")),
        ("a.gif", picture("GIF")),
        ("合同.docx", office()),
        ("表.xlsx", office("xl/workbook.xml")),
        ("b.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("b.doc", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)),
        ("客户.csv", "名称,金额\n".encode("gb18030")),
        ("录音.m4a", b"\0\0\0\x18ftypM4A \0\0\0\0" + bytes(64)),
        ("t.txt", b"hello"),
    ],
)
def test_what_people_work_with_is_kept(scope: Any, alice: Any, on: Any, name: str, content: bytes) -> None:
    found = attach(alice, on, name, content)
    assert found.name == name
    with files.open_file(found.file) as stored:
        assert len(stored.read()) == found.size > 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html></html>"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("setup.exe", b"MZ" + bytes(100)),
        ("makro.docm", office()),
        ("none", b"abc"),
        ("photo.png", b"<html><script>alert(1)</script></html>"),
        ("photo.jpg", picture("PNG")),
        ("photo.png", picture("PNG")[:50]),
        ("programm.pdf", b"MZ" + bytes(100)),
        ("programm.txt", b"MZ\0\0"),
        ("word.docx", office("xl/workbook.xml")),
        ("word.docx", b"PK\x03\x04 broken"),
        ("bomb.zip", office("zeros", 20 * MB)),
        ("leer.pdf", b""),
    ],
)
def test_the_rest_is_refused_in_a_sentence_and_leaves_nothing(
    scope: Any, file_folder: Path, name: str, content: bytes
) -> None:
    with pytest.raises(Invalid) as caught:
        files.receive(upload(name, content))
    assert name in caught.value.fields["files"][0]
    assert [path for path in file_folder.rglob("*") if path.is_file()] == []


def test_a_picture_of_too_many_pixels_is_refused_without_being_drawn(scope: Any) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < MB
    with pytest.raises(Invalid, match="5000"):
        files.receive(upload("bomb.png", out.getvalue()))


def test_a_picture_loses_its_position_and_keeps_its_right_side_up(scope: Any, alice: Any, on: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 18.0, 0.0)})
    found = attach(alice, on, "visit.jpg", picture(exif=exif, comment=b"hidden words"))
    with files.open_file(found.file) as stored:
        content = stored.read()
    assert b"SecretCamera" not in content
    assert b"hidden words" not in content
    assert b"Exif" not in content
    assert (found.width, found.height) == (40, 60)
    with files.open_thumbnail(found.file) as small, Image.open(small) as thumbnail:
        assert max(thumbnail.size) <= 320


def test_21_mb_are_refused_with_the_limit_in_the_sentence(scope: Any) -> None:
    with pytest.raises(Invalid, match="20 MB"):
        files.receive(upload("big.txt", b"a" * (20 * MB + 1)))
    assert files.receive(upload("just.txt", b"a" * (20 * MB))).name == "just.txt"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\a.txt", "a.txt"),
        ("C:\\Users\\li\\合同.pdf", "合同.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("a\x00b\r\n.txt", "a_b__.txt"),
        ('x"; filename="y.txt', "x_; filename=_y.txt"),
        ("...", "file"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_only_names(raw: str, clean: str) -> None:
    found = clean_name(raw)
    assert "/" not in found
    assert "\n" not in found
    assert found == clean


def test_files_lie_under_random_names_in_the_companys_folder(
    scope: Any, alice: Any, on: Any, file_folder: Path
) -> None:
    attach(alice, on, "合同.pdf", b"%PDF-1.7\n")
    (path,) = [path for path in file_folder.rglob("*") if path.is_file()]
    assert path.relative_to(file_folder).parts[0] == str(scope.pk)
    assert "合同" not in str(path)
    assert len(path.name) == 32


def test_a_file_is_attached_once_and_only_by_a_name_that_was_given(scope: Any, act: Any, alice: Any, on: Any) -> None:
    stored = files.receive(upload("a.txt", b"one"))
    outcome = act(attachments.create, file=stored.file, name=stored.name, **on)
    assert outcome.event.id in [event.id for event in events.timeline("department", on["about_id"])]
    with pytest.raises(Refused):
        attachments.create(actor=alice, file=stored.file, name="b.txt", **on)
    for invented in ("0" * 32, "../../../etc/passwd", ""):
        with pytest.raises(Invalid):
            attachments.create(actor=alice, file=invented, name="a.txt", **on)


def test_a_kept_file_cannot_be_passed_off_as_another_kind(scope: Any, alice: Any, on: Any) -> None:
    stored = files.receive(upload("a.txt", b"<html>"))
    with pytest.raises(Invalid):
        attachments.create(actor=alice, file=stored.file, name="a.png", **on)
    with pytest.raises(Invalid):
        attachments.create(actor=alice, file=stored.file, name="a.html", **on)


def test_a_full_company_gets_a_sentence(scope: Any, alice: Any, on: Any) -> None:
    with writing("kernel"):
        Company.objects.filter(pk=scope.pk).update(settings={"activity": {"quota_mb": 1}})
    attach(alice, on, "a.txt", b"a" * (MB - 10))
    with pytest.raises(Refused, match="1 MB"):
        attach(alice, on, "b.txt", b"b" * 100)


def test_the_sweep_takes_old_files_that_nobody_attached(scope: Any, alice: Any, on: Any, file_folder: Path) -> None:
    kept = attach(alice, on, "a.jpg", picture())
    old, fresh = (files.receive(upload("b.jpg", picture())) for _ in range(2))
    yesterday = time.time() - 25 * 3600
    for path in file_folder.rglob("*"):
        if path.stem != fresh.file:
            os.utime(path, (yesterday, yesterday))
    jobs.sweep_files()
    left = {path.stem for path in file_folder.rglob("*") if path.is_file()}
    assert left == {kept.file, fresh.file}
    assert old.file not in left


def test_a_composed_entry_comes_with_its_files_or_not_at_all(scope: Any, alice: Any, place: Any) -> None:
    data = {"kind": "visit", "text": "拍了铭牌"}
    good, bad = upload("a.jpg", picture()), upload("b.exe", b"MZ")
    with pytest.raises(Invalid):
        compose.compose(alice.as_actor(), place, "department", data, [good, bad])
    assert not FollowUp.objects.exists()
    good.seek(0)
    entry = compose.compose(alice.as_actor(), place, "department", data, [good])
    found = Attachment.objects.get()
    assert (found.about_type, found.about_id) == ("follow_up", entry.pk)
    names = {event.name for event in events.timeline("department", place.pk)}
    assert {"follow_up.create", "attachment.create"} <= names


def test_a_second_click_writes_nothing_twice_but_new_words_are_new(scope: Any, alice: Any, place: Any) -> None:
    actor = alice.as_actor()
    for _click in range(2):
        compose.compose(actor, place, "department", {"text": "一"}, [], key="k1")
    compose.compose(actor, place, "department", {"text": "二"}, [], key="k1")
    assert sorted(FollowUp.objects.values_list("text", flat=True)) == ["一", "二"]


def test_files_without_words_hang_on_the_record_itself(scope: Any, alice: Any, place: Any) -> None:
    compose.compose(alice.as_actor(), place, "department", {"text": " "}, [upload("a.txt", b"a")])
    assert Attachment.objects.get().about_type == "department"
    with pytest.raises(Invalid):
        compose.compose(alice.as_actor(), place, "department", {"text": " "}, [])


def test_files_of_a_follow_up_are_seen_with_it(scope: Any, alice: Any, bob: Any, on: Any) -> None:
    entry = follow_ups.create(actor=alice, text="见附件", **on).record
    attach(alice, {"about_type": "follow_up", "about_id": entry.pk}, "a.txt", b"a")
    visible = attachments.create.type.visible
    assert Attachment.objects.filter(visible(bob.as_actor())).exists()
    follow_ups.delete(entry, actor=alice)
    assert not Attachment.objects.filter(visible(bob.as_actor())).exists()
