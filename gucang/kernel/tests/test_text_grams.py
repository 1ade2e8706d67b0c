"""Search grams: the index never loses what ``matches`` finds, and ``matches`` finds what people type."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gucang.kernel.text.grams import document_grams, mark, matches, query_grams, rank
from gucang.kernel.text.pinyin import readings

NAMES = [
    "上海谷仓信息技术有限公司",
    "苏州恒力精密机械有限公司",
    "重庆长安银行股份有限公司",
    "西安安娜阿尔法（中国）有限责任公司",
    "ABB机器人(上海)有限公司",
    "GTX Pro 3号仓",
    "吕梁绿能",
    "SJ202600017",
    "KH-2611-0007",
    "010-12345678-8001",
    "13805762214",
    "zhang.wei@example.com",
]
LONG = re.compile("[A-Za-z0-9]")
HAN = re.compile("[\u4e00-\u9fff]")
texts = st.one_of(
    st.sampled_from(NAMES),
    st.text(alphabet="上海谷仓恒力重庆长银行安娜绿吕3号ABbx1２.-（ かß", max_size=14),
    st.text(max_size=14),
)


def found_by_index(document: str, query: str) -> bool:
    return set(query_grams(query)) <= set(document_grams(document))


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ("上海谷仓信息技术有限公司", "谷仓"),
        ("上海谷仓信息技术有限公司", "仓"),
        ("上海谷仓信息技术有限公司", "shgc"),
        ("上海谷仓信息技术有限公司", "hgc"),
        ("上海谷仓信息技术有限公司", "GC"),
        ("上海谷仓信息技术有限公司", "shanghaigucang"),
        ("上海谷仓信息技术有限公司", "gucangxin"),
        ("上海谷仓信息技术有限公司", "上海gucang"),
        ("上海谷仓信息技术有限公司", "shanghai谷仓"),
        ("上海谷仓信息技术有限公司", "技术 上海"),
        ("上海谷仓信息技术有限公司", "上海gc"),
        ("上海谷仓信息技术有限公司", "有限公司"),
        ("重庆银行", "chongqingyinhang"),
        ("重庆银行", "cqyh"),
        ("吕梁绿能", "lvliang"),
        ("吕梁绿能", "luliang"),
        ("西安", "xian"),
        ("恒力", "li"),
        ("恒力", "hl"),
        ("ABB机器人", "abbjiqiren"),
        ("ABB机器人", "abbjqr"),
        ("13805762214", "2214"),
        ("13805762214", "576"),
        ("13805762214", "138-0576"),
        ("SJ202600017", "sj-2026"),
        ("SJ202600017", "00017"),
        ("ＳＪ２０２６", "sj2026"),
        ("KH-2611-0007", "26110007"),
        ("Café Müller", "cafe muller"),
        ("zhang.wei@example.com", "zhang.wei@"),
        ("谷仓\x00信息", "谷仓"),
    ],
)
def test_a_query_finds_its_record(document: str, query: str) -> None:
    assert matches(document, query)
    assert found_by_index(document, query)


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ("上海谷仓", "谷上"),
        ("上海谷仓", "anghai"),
        ("上海谷仓", "shgucang"),
        ("上海谷仓", "shangugu"),
        ("13805762214", "22"),
        ("13805762214", "8"),
        ("恒力", "恒 利"),
        ("恒力", "hengle"),
        ("恒力", "he"),
    ],
)
def test_a_query_does_not_find_another_record(document: str, query: str) -> None:
    assert not matches(document, query)


def test_terms_may_be_in_different_texts_but_a_term_does_not_cross_two() -> None:
    assert matches(["恒力精密", "13805762214"], "恒力 2214")
    assert not matches(["恒力", "精密"], "力精")


def test_a_query_without_anything_to_look_for_excludes_nothing() -> None:
    assert query_grams(" -- \x00") == []
    assert matches("恒力", " -- ")


@given(texts, st.data())
def test_any_part_of_the_written_text_is_found(document: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(document)))
    query = document[start : data.draw(st.integers(start, len(document)))]
    long_enough = all(len(LONG.findall(word)) > 2 or HAN.search(word) for word in query.split())
    if long_enough and unicodedata.is_normalized("NFC", query):
        assert matches(document, query)
        assert found_by_index(document, query)


@given(st.text(alphabet="上海谷仓恒力重庆长银行安娜绿吕略恶阿曾单乐", min_size=1, max_size=8), st.data())
def test_any_reading_of_any_part_is_found_by_pinyin_and_by_initials(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    spelling = data.draw(st.sampled_from(list(product(*map(readings, part)))[:64]))
    typed = "".join(spelling)
    typed = typed[: data.draw(st.integers(len(typed) - len(spelling[-1]) + 1, len(typed)))]
    for query in (typed, "".join(syllable[0] for syllable in spelling)):
        # One letter alone only begins a text, two are a whole syllable or initials.
        if len(query) > 2 or (len(query) == 2 and query in spelling) or start == 0 == len(query) - 1:
            assert matches(name, query), query
            assert found_by_index(name, query), query


@given(texts, st.text(alphabet="abcghilnosuxyz12 上海谷仓恒力", max_size=6))
@example("1 2 3", "23")
@example("a12", "12")
def test_what_matches_is_never_lost_by_the_index(document: str, query: str) -> None:
    if matches(document, query):
        assert found_by_index(document, query)


@given(texts, st.text(alphabet="abcghilnosuxyz12 上海谷仓恒力", max_size=6))
def test_rank_marks_and_matches_agree(document: str, query: str) -> None:
    found = matches(document, query)
    assert (rank(document, query) > 0) == found
    spans = mark(document, query)
    assert all(0 <= start < end <= len(document) for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    if found and query.strip():
        assert spans


def test_rank_puts_exact_before_beginning_before_inside_and_writing_before_pinyin_before_initials() -> None:
    hits = ["谷仓", "gucang", "gc", "谷仓科技", "上海谷仓"]
    assert [rank(["谷仓"], query) for query in hits[:3]] == [9, 8, 7]
    assert rank("谷仓科技", "gc") == 4
    assert rank("上海谷仓", "谷仓") == 3
    assert rank("上海谷仓", "gucang") == 2
    assert rank("上海谷仓", "gc") == 1
    assert rank("上海谷仓", "xx") == 0
    assert rank(["上海谷仓", "谷仓"], "谷仓") == 9


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("上海谷仓信息", "shgc", ["上海谷仓"]),
        ("上海谷仓信息", "gucangx", ["谷仓信"]),
        ("苏州恒力（中国）有限公司", "恒力中国", ["恒力（中国"]),
        ("苏州恒力", "恒力 苏", ["苏", "恒力"]),
        ("SJ-2026-00017", "sj2026", ["SJ-2026"]),
        ("恒力", "苏州", []),
    ],
)
def test_the_matched_part_is_marked(text: str, query: str, marked: list[str]) -> None:
    spans = mark(text, query)
    joined = [text[start:end] for start, end in spans]
    assert joined == marked or "".join(joined) == "".join(marked)


def test_a_legal_name_gives_few_grams() -> None:
    assert len(document_grams("苏州恒力精密机械有限公司")) <= 60
    assert len(document_grams("13805762214")) <= 12
    assert len(document_grams("恒力" * 200)) < 40
