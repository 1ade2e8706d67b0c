"""The filter editor: rows from an address and back, and/or groups, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from gucang.kernel import records
from gucang.selling.models import Opportunity
from gucang.surface import filterform, filters

DEALS = "/acme/opportunities/"
EDITOR = f"{DEALS}filters"


def rows(*groups: list[tuple[str, str, list[str]]]) -> list[tuple[str, str]]:
    """The form's fields for these conditions."""
    sent = [("_edit", "1")]
    for number, group in enumerate(groups):
        sent += [("c", str(number))] if number else []
        for place, (name, op, values) in enumerate(group):
            where = f"c.{number}.{place}"
            sent += [(f"{where}.f", name), (f"{where}.o", op), *((f"{where}.v", value) for value in values)]
    return sent


def applied(browser: Client, sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters of the list to which the editor leads."""
    answer = browser.get(f"{EDITOR}?{urlencode([*sent, ('do', 'apply')])}")
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return parse_qsl(answer["Location"].partition("?")[2])


@pytest.mark.parametrize(
    ("condition", "params"),
    [
        (("state", "is", ["open", "won"]), [("state", "open,won")]),
        (("state", "not", ["lost"]), [("state__not", "lost")]),
        (("amount", "gte", ["10万"]), [("amount__gte", "10万")]),
        (("amount", "between", ["1", "9"]), [("amount__gte", "1"), ("amount__lte", "9")]),
        (("closes_on", "next", ["10"]), [("closes_on", "next10d")]),
        (("closes_on", "last", ["30"]), [("closes_on", "last30d")]),
        (("closes_on", "word", ["thisweek"]), [("closes_on", "thisweek")]),
        (("closes_on", "empty", []), [("closes_on", "none")]),
        (("closes_on", "filled", []), [("closes_on__not", "none")]),
        (("owner", "is", ["me"]), [("owner", "me")]),
        (("mine", "is", ["team"]), [("mine", "team")]),
    ],
)
def test_a_condition_becomes_parameters_and_comes_back(
    as_alice: Client, alice: Any, inside: Any, condition: Any, params: Any
) -> None:
    assert applied(as_alice, rows([condition])) == params
    with inside():
        found = filters.parse(records.get("opportunity"), alice.as_actor(), QueryDict(urlencode(params)))
        (row,) = filterform.rows_of(found)[0]
    assert (row.name, row.op, row.values) == condition


def test_or_makes_what_stands_there_the_first_way(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    new_deal("大单", amount=500_000)
    new_deal("小单", amount=5)
    sent = rows([("amount", "gte", ["100000"])])
    page = as_alice.get(f"{EDITOR}?{urlencode([*sent, ('do', 'or')])}").content.decode()
    assert 'name="c.1.0.f"' in page
    assert 'name="c.2.0.f"' in page
    sent = rows([], [("amount", "gte", ["100000"])], [("amount", "lte", ["9"])])
    found = applied(as_alice, sent)
    assert found == [("or", "amount__gte=100000"), ("or", "amount__lte=9")]
    listed = as_alice.get(f"{DEALS}?{urlencode(found)}").content.decode()
    assert "大单" in listed
    assert "小单" in listed
    assert listed.count('class="chip on"') == 2
    removes = re.findall(r'class="x" href="([^"]+)"', listed)
    assert len(removes) == 2
    left = as_alice.get(f"{DEALS}{removes[0]}").content.decode()
    assert "大单" not in left
    assert "小单" in left


def test_rows_are_added_and_taken_out_without_a_script(as_alice: Client) -> None:
    sent = rows([("state", "is", ["open"])])
    page = as_alice.get(f"{EDITOR}?{urlencode([*sent, ('do', 'add.0')])}").content.decode()
    assert 'name="c.0.1.f"' in page
    page = as_alice.get(f"{EDITOR}?{urlencode([*sent, ('do', 'drop.0.0')])}").content.decode()
    assert 'name="c.0.0.o"' not in page
    for nonsense in ("drop.9.9", "add.9", "drop.x", "or.or", "x", "add.0.0"):
        assert as_alice.get(f"{EDITOR}?{urlencode([*sent, ('do', nonsense)])}").status_code == 200


@pytest.mark.parametrize(
    "group",
    [
        [("amount", "gte", ["viel"])],
        [("amount", "gte", [""])],
        [("state", "is", ["nonsense"])],
        [("nonsense", "is", ["1"])],
        [("amount", "gte", ["1"]), ("amount", "gte", ["2"])],
        [("closes_on", "is", ["0000-00-00"])],
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_row(as_alice: Client, group: Any) -> None:
    answer = as_alice.get(f"{EDITOR}?{urlencode([*rows(group), ('do', 'apply')])}")
    assert answer.status_code == 422
    assert 'class="cond bad"' in answer.content.decode()


@pytest.mark.parametrize("name", ["amount", "state", "mine", "closes_on"])
def test_enter_after_choosing_a_field_asks_for_the_rest_and_loses_nothing(as_alice: Client, name: str) -> None:
    chosen = [("_edit", "1"), ("c.0.0.f", "customer"), ("c.0.0.o", "filled"), ("c.0.1.f", name), ("do", "apply")]
    answer = as_alice.get(f"{EDITOR}?{urlencode(chosen)}")
    page = answer.content.decode()
    assert (answer.status_code, "cond bad" in page) == (200, False)
    assert 'name="c.0.1.o"' in page
    assert 'name="c.0.1.v"' in page
    assert re.search(r'<select id="c\.0\.1\.o"[^>]* autofocus', page), "the next thing to say has the focus"
    assert '<option value="filled" selected>' in page


def test_or_beside_conditions_that_are_not_finished_keeps_them(as_alice: Client) -> None:
    sent = rows([("mine", "is", ["1"]), ("state", "is", ["open"]), ("amount", "", [])])
    page = as_alice.get(f"{EDITOR}?{urlencode([*sent, ('do', 'or')])}").content.decode()
    chosen = re.findall(r'<select id="(c\.\d\.\d\.f)".*?<option value="(\w+)" selected', page, re.DOTALL)
    assert dict(chosen) == {"c.0.0.f": "mine", "c.1.0.f": "state", "c.1.1.f": "amount"}
    assert 'name="c.2.0.f"' in page


def test_the_board_has_the_same_editor_and_keeps_its_row_of_lanes(as_alice: Client, stages: Any) -> None:
    pipeline = stages["first"].pipeline_id
    sent = [("pipeline", str(pipeline)), *rows([("amount", "gte", ["5"])]), ("do", "apply")]
    answer = as_alice.get(f"{DEALS}board/filters?{urlencode(sent)}")
    assert dict(parse_qsl(answer["Location"].partition("?")[2])) == {"pipeline": str(pipeline), "amount__gte": "5"}
