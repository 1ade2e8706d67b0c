"""What sounds like a query, spelt so that the pinyin in the index finds it."""

from __future__ import annotations

import pytest

from gucang.kernel.text import matches, spelling, spelt, spelt_nearly


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("谷苍", "上海谷仓"),
        ("古仓", "上海谷仓"),
        ("恒立精蜜", "恒力精密"),
        ("单伟", "善伟"),
        ("曾强", "增强"),
        ("重庆", "崇庆"),
    ],
)
def test_what_sounds_the_same_is_found(typed: str, meant: str) -> None:
    assert not matches(meant, typed)
    assert any(matches(meant, way) for way in spelt(typed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zangsan", "张三"), ("zhangshan", "张三"), ("liubo", "牛博"), ("lingbo", "宁波"), ("yingxin", "银鑫"),
        ("陵波", "宁波"), ("曾山", "赵珊珊曾珊"),
    ],
)  # fmt: skip
def test_what_sounds_nearly_the_same_is_found(typed: str, meant: str) -> None:
    assert not matches(meant, typed)
    assert any(matches(meant, way) for way in [*spelt(typed), *spelt_nearly(typed)])


def test_a_phrase_is_spelt_as_it_is_read_first() -> None:
    assert spelt("重庆")[0] == spelling("重庆") == "chongqing"
    assert spelt("谷苍 2026") == ["gucang 2026", "yucang 2026"]


@pytest.mark.parametrize("typed", ["", "谷", "a", "13800", "-- ", "💥"])
def test_what_is_too_short_to_be_misspelt_has_no_spelling(typed: str) -> None:
    assert spelt(typed) == []
    assert spelt_nearly(typed) == []


def test_there_are_never_many_spellings_to_ask_for() -> None:
    long = "重行乐单朝曾" * 15
    assert len(spelt(long)) <= 4
    assert len(spelt_nearly(long)) <= 8
