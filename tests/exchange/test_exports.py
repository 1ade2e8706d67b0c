"""A list leaves as it is seen: same rows, same rights to fields, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from gucang.exchange import export, store
from gucang.exchange.actions import exports
from gucang.exchange.models import State
from gucang.kernel import records
from gucang.kernel.errors import Forbidden, Invalid
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.surface.sheets import guarded, lines, unguarded

PAYLOADS = [
    "=1+1", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://x","y")', "=cmd|'/C calc'!A0",
    "'=1", "''=1", "-", "+", "@", "=", "'", "-5 度", "+86 abc", "--", "=\\n", "@关注", "-客户", "'x",
]  # fmt: skip


def table(actor: Any, query: str = "", columns: str = "") -> list[list[str]]:
    chosen = export.Extract.parse(records.get("customer"), actor.as_actor(), query, columns)
    text = "".join(lines(export.rows(chosen)))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_runs_and_every_cell_comes_back(payload: str) -> None:
    safe = guarded(payload)
    assert not safe.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert unguarded(safe) == payload


@pytest.mark.parametrize("number", ["-5", "-5.25", "+8613800138000"])
def test_numbers_stay_numbers(number: str) -> None:
    assert guarded(number) == unguarded(number) == number


def test_what_went_out_comes_in_again_as_it_was(scope: Any, adam: Any, bring_in: Any) -> None:
    made = {customers.create(actor=adam, name=f"{payload}公司", note=payload).record.pk for payload in PAYLOADS}
    before = dict(Customer.objects.filter(pk__in=made).values_list("name", "note"))
    out = table(adam, columns="name,note")
    names = {row[0] for row in out[1:]}
    assert not any(name.startswith(("=", "+", "@")) for name in names)
    text = io.StringIO()
    csv.writer(text).writerows(out)
    record = bring_in(text.getvalue(), by=adam)
    assert record.refused == 0
    assert dict(Customer.objects.exclude(pk__in=made).values_list("name", "note")) == before


def test_filter_order_and_columns_are_those_of_the_list(scope: Any, adam: Any) -> None:
    for name, city in (("甲公司", "苏州"), ("乙公司", "上海"), ("丙公司", "苏州")):
        customers.create(actor=adam, name=name, city=city)
    assert [row[0] for row in table(adam, "city=苏州&sort=name&columns=name&columns=city")[1:]] == ["丙公司", "甲公司"]
    for nonsense in ("view=no-such", "city__gte=3"):
        with pytest.raises(Invalid):
            table(adam, nonsense)


def test_the_tab_of_a_list_narrows_its_export_too(scope: Any, adam: Any) -> None:
    from gucang.surface import panels

    for name in ("甲公司", "乙公司"):
        customers.create(actor=adam, name=name)
    view = next(iter(panels.views_of(records.get("customer"), adam.as_actor())))
    condition = view.condition(adam.as_actor()) if view.condition else None
    wanted = Customer.objects.filter(condition).count() if condition is not None else 2
    if not view.params:
        assert len(table(adam, f"view={view.key}")) == wanted + 1


def test_masked_and_hidden_fields_leave_masked_and_not_at_all(scope: Any, adam: Any, carol: Any, alice: Any) -> None:
    customers.create(actor=alice, name="甲公司", phone="13812342214")
    assert table(adam, columns="name,phone")[1] == ["甲公司", "138 1234 2214"]
    assert table(carol, columns="name,phone")[1] == ["甲公司", "138****2214"]


def test_only_visible_records_leave(scope: Any, alice: Any, bob: Any) -> None:
    customers.create(actor=alice, name="甲公司")
    customers.create(actor=bob, name="乙公司")
    assert [row[0] for row in table(alice, "mine=1", "name")[1:]] == ["甲公司"]
    assert "乙公司" not in [row[0] for row in table(alice, columns="name")[1:]]


def test_of_picked_rows_only_those_leave_that_the_list_shows(scope: Any, adam: Any, alice: Any, bob: Any) -> None:
    mine = [customers.create(actor=alice, name=f"{name}公司", city="苏州").record.pk for name in "甲乙丙"]
    his = customers.create(actor=bob, name="丁公司", city="苏州").record.pk
    names = export.Extract.parse(
        records.get("customer"), alice.as_actor(), "city=苏州&sort=name", "name", [*mine[:2], his]
    )
    assert [row[0] for row in export.rows(names)][1:] == ["甲公司", "乙公司"]
    outcome = exports.create(actor=adam, record_type="customer", columns="name", picked=f"{mine[0]},{his}")
    assert outcome.event.facts == {"rows": 2, "picked": True}
    assert outcome.record.picked == [mine[0], his]
    with pytest.raises(Invalid):
        exports.create(actor=adam, record_type="customer", picked="1,x")


def test_a_record_that_one_does_not_see_is_not_named_in_a_cell(scope: Any, alice: Any, bob: Any) -> None:
    parent = customers.create(actor=bob, name="绝密集团").record
    child = customers.create(actor=bob, name="子公司", parent=parent.pk).record
    customers.share(child, actor=bob, member=alice.pk)
    assert table(bob, columns="name,parent")[1:] == [["子公司", "绝密集团"], ["绝密集团", ""]]
    (row,) = table(alice, columns="name,parent")[1:]
    assert row[0] == "子公司"
    assert row[1] not in ("", "绝密集团")


def test_a_spreadsheet_keeps_every_digit_of_a_long_number(scope: Any, adam: Any, bring_in: Any) -> None:
    customers.create(actor=adam, name="甲公司", note="1", short_name="123456789012345678")
    out = table(adam, columns="name,short_name,note")
    assert out[1] == ["甲公司", "123456789012345678\t", "1"]
    text = io.StringIO()
    csv.writer(text).writerows([out[0], ["乙公司", *out[1][1:]]])
    assert bring_in(text.getvalue(), by=adam).created == 1
    assert set(Customer.objects.values_list("short_name", flat=True)) == {"123456789012345678"}


def test_an_export_is_a_deed_with_who_what_and_how_much(act: Any, scope: Any, adam: Any) -> None:
    customers.create(actor=adam, name="甲公司", city="苏州")
    outcome = act(exports.create, by=adam, record_type="customer", query="city=苏州")
    assert outcome.event.facts["rows"] == 1
    assert outcome.event.changes["query"] == [None, "city=苏州"]
    assert "phone" in outcome.event.changes["columns"][1]


def test_who_has_no_right_takes_nothing_out(scope: Any, carol: Any, alice: Any) -> None:
    for person in (carol, alice):
        with pytest.raises(Forbidden):
            exports.create(actor=person, record_type="customer")


def test_a_long_list_is_written_by_a_job_with_the_makers_rights(
    scope: Any, mia: Any, alice: Any, adam: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(exports, "DIRECT", 1)
    for name in ("甲公司", "乙公司"):
        customers.create(actor=alice, name=name)
    customers.create(actor=adam, name="不归她管")
    record = exports.create(actor=mia, record_type="customer", columns="name").record
    assert record.state == State.RUNNING
    export.write_file(record.pk)
    record.refresh_from_db()
    text = store.path_of(record.file).read_text("utf-8-sig")
    assert (record.state, record.rows) == (State.DONE, 2)
    assert "甲公司" in text
    assert "不归她管" not in text
