"""Pinyin: readings, initials and the sort key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gucang.kernel.text import pinyin
from gucang.kernel.text.pinyin import KEY_LENGTH, initials, pinyin_key, readings


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单雄信", "shan4xiong2xin4"),
        ("曾国强", "zeng1guo2qiang2"),
        ("仇英", "qiu2ying1"),
        ("解缙", "xie4jin4"),
        ("查良", "zha1liang2"),
        ("任重", "ren2"),
        ("华罗", "hua4luo2"),
        ("区小平", "ou1xiao3ping2"),
        ("朴正", "piao2zheng4"),
        ("尉迟恭", "yu4chi2gong1"),
        ("尉健行", "wei4jian4"),
        ("欧阳娜", "ou1yang2na4"),
        ("欧阳", "ou1yang2"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, key: str) -> None:
    assert pinyin_key(name, person=True).startswith(key)


def test_the_same_character_in_a_company_name_keeps_its_everyday_reading() -> None:
    assert pinyin_key("单位").startswith("dan1")
    assert pinyin_key("单位", person=True).startswith("shan4")


def test_a_phrase_decides_between_readings() -> None:
    assert pinyin_key("重庆银行") == "chong2qing4yin2hang2"
    assert initials("重庆长安") == "cqca"


def test_names_sort_by_syllable_then_tone() -> None:
    names = ["张伟", "安娜", "章炜", "张薇", "阿明", "西安", "先"]
    assert sorted(names, key=pinyin_key) == ["阿明", "安娜", "西安", "先", "张薇", "张伟", "章炜"]


def test_initials_keep_latin_letters_and_digits() -> None:
    assert initials("上海谷仓") == "shgc"
    assert initials("ＡＢＢ（中国）3号") == "abbzg3h"
    assert initials("单田芳", person=True) == "stf"


def test_readings_list_the_common_ones_first() -> None:
    assert readings("重") == ("zhong", "chong")
    assert readings("行") == ("xing", "hang")
    assert readings("谷")[0] == "gu"
    assert "lv" in readings("吕")
    assert "lu" in readings("吕")
    assert readings("a") == ()


@given(st.text(max_size=80), st.booleans())
def test_a_key_is_short_ascii_and_the_same_every_time(text: str, person: bool) -> None:
    key = pinyin_key(text, person=person)
    assert key.isascii()
    assert len(key) <= KEY_LENGTH
    assert key == pinyin_key(text, person=person)
    assert initials(text, person=person).isascii()


def test_the_table_of_phrases_is_what_the_tool_makes_of_the_dictionary() -> None:
    """In a process of its own: the dictionary's phrases take 47 MB, which no other test needs."""
    tool = Path(pinyin.__file__).parents[3] / "tools" / "phrases.py"
    script = f"import runpy; tool = runpy.run_path({str(tool)!r}); print(*tool['lines'](), sep=chr(10))"
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert made == pinyin.PHRASES.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("于都县", "yudu"),
        ("科勒", "kele"),
        ("亚厦装饰", "yaxia"),
        ("长城首都机场", "changchengshoudu"),
        ("兰州银行", "lanzhouyinhang"),
    ],
)
def test_a_character_in_no_phrase_is_read_in_its_common_way(name: str, read: str) -> None:
    letters = "".join(letter for letter in pinyin.pinyin_key(name) if letter.isalpha())
    assert letters.startswith(read)
