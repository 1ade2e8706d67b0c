"""Telephone numbers as people write them, and masks."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from gucang.kernel.text import phones
from gucang.kernel.text.phones import (
    BadPhone,
    mask_email,
    mask_name,
    mask_phone,
    mask_text,
    normalise_phone,
    split_phones,
)


@pytest.mark.parametrize(
    ("raw", "e164", "display", "extension", "kind"),
    [
        ("13805762214", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("138-0576-2214", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("+86 138 0576 2214", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("008613805762214", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("8613805762214", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("１３８０５７６２２１４", "+8613805762214", "138 0576 2214", "", "mobile"),
        ("13800138000.0", "+8613800138000", "138 0013 8000", "", "mobile"),
        ("1.3800138001E10", "+8613800138001", "138 0013 8001", "", "mobile"),
        ("'13800138000", "+8613800138000", "138 0013 8000", "", "mobile"),
        ("手机：13800138000", "+8613800138000", "138 0013 8000", "", "mobile"),
        ("\u202d13800138000\u202c", "+8613800138000", "138 0013 8000", "", "mobile"),
        ("010-12345678-8001", "+861012345678", "010-1234 5678", "8001", "fixed"),
        ("０１０－１２３４５６７８转８００１", "+861012345678", "010-1234 5678", "8001", "fixed"),
        ("(0512) 6288 1234 ext. 12", "+8651262881234", "0512-6288 1234", "12", "fixed"),
        ("021-52341234 分机 307", "+862152341234", "021-5234 1234", "307", "fixed"),
        ("400-800-1234", "+864008001234", "400-800-1234", "", "service"),
        ("4008001234-2", "+864008001234", "400-800-1234", "2", "service"),
        ("95588", "95588", "95588", "", "service"),
        ("+886 912 345 678", "+886912345678", "+886 912 345 678", "", "mobile"),
    ],
)
def test_a_number_is_understood(raw: str, e164: str, display: str, extension: str, kind: str) -> None:
    phone = normalise_phone(raw)
    assert (phone.e164, phone.display, phone.extension, phone.kind) == (e164, display, extension, kind)


def test_a_number_shows_its_extension() -> None:
    assert str(normalise_phone("010-12345678转8001")) == "010-1234 5678-8001"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "no phone number"),
        ("  \x00", "no phone number"),
        ("1380013800", "has 11 digits"),
        ("62881234", "area code"),
        ("张三", "only digits"),
        ("12800138000", "exists"),
        ("+99912345", "exists"),
        ("1.38E+10", "only digits|exists"),
    ],
)
def test_a_bad_number_says_what_is_wrong(raw: str, says: str) -> None:
    with pytest.raises(BadPhone) as caught:
        normalise_phone(raw)
    with override("en"):
        assert any(part in str(caught.value) for part in says.split("|")), str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_sentence(raw: str) -> None:
    try:
        phone = normalise_phone(raw)
    except BadPhone:
        return
    assert normalise_phone(str(phone)) == phone


@given(st.sampled_from(["138", "139", "157", "186", "199"]), st.integers(0, 99_999_999))
def test_every_way_of_writing_a_mobile_number_is_the_same_number(prefix: str, rest: int) -> None:
    digits = f"{prefix}{rest:08}"
    spaced = f"{digits[:3]} {digits[3:7]}-{digits[7:]}"
    expected = normalise_phone(digits)
    for written in (spaced, "+86" + digits, "0086 " + spaced, digits + ".0"):
        assert normalise_phone(written) == expected


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13800138000", ["13800138000"]),
        ("13800138000/13900139000", ["13800138000", "13900139000"]),
        ("13800138000、010-12345678；139 0013 9000", ["13800138000", "010-12345678", "139 0013 9000"]),
        ("010-12345678,8001", ["010-12345678,8001"]),
        ("13800138000，13900139000", ["13800138000", "13900139000"]),
        ("13800138000, 13900139000", ["13800138000", "13900139000"]),
        ("13800138000 13900139000", ["13800138000", "13900139000"]),
        ("138 0013 8000", ["138 0013 8000"]),
        ("13800138000\n13900139000", ["13800138000", "13900139000"]),
        ("无", []),
    ],
)
def test_several_numbers_in_a_cell_are_told_apart(cell: str, numbers: list[str]) -> None:
    assert split_phones(cell) == numbers


def test_masks_hide_the_middle() -> None:
    assert mask_phone("13805762214") == "138****2214"
    assert mask_phone("+86 138 0576 2214") == "138****2214"
    assert mask_phone("0512-62881234") == "051*******34"
    assert mask_phone("95588") == "*****"
    assert mask_email("zhangwei@example.com") == "zh***@example.com"
    assert mask_email("z@example.com") == "***@example.com"
    assert mask_name("张伟") == "张*"
    assert mask_name("欧阳娜娜") == "欧***"
    assert mask_name("张") == "*"


def test_free_text_loses_its_personal_numbers_and_keeps_the_rest() -> None:
    text = "王工 13805762214，邮箱 wang@example.cn，证件 310115199001011234，单号 SJ202600017 含 12 台"
    assert mask_text(text) == (
        "王工 138****2214，邮箱 wa***@example.cn，证件 310115********1234，单号 SJ202600017 含 12 台"
    )


@given(st.text(max_size=30))
def test_a_masked_phone_never_shows_more_than_seven_digits(raw: str) -> None:
    shown = mask_phone(raw)
    assert sum(char.isdigit() for char in shown) <= 7


@given(
    st.sampled_from(
        ["10", "20", "21", "25", "28", "29", "311", "411", "510", "571", "755", "898", "991", "999", "300"]
    ),
    st.from_regex(r"[0-9]{7,8}", fullmatch=True),
)
def test_a_landline_read_at_once_is_what_the_library_makes_of_it(area: str, local: str) -> None:
    digits = f"0{area}{local}"
    if shown := phones._landline(digits):
        slow = phones._parsed(digits, "", "CN", digits)
        assert (slow.e164, slow.display, slow.kind) == (f"+86{digits[1:]}", shown, "fixed")


def test_ordinary_landlines_are_read_at_once() -> None:
    for digits in ("01062345678", "02158765432", "057188123456", "05353123456"):
        assert phones._landline(digits), digits
