"""Rows become records: once each, through the same actions as a person's, and every exception is told."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gucang.books.models import ExchangeRate
from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner
from gucang.exchange.engine.back import step
from gucang.exchange.models import ImportLine, Progress
from gucang.kernel import jobs, records, search
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.models import Lead

ROWS = (
    "客户名称,手机,级别,城市,负责人,创建时间\n"
    "甲贸易有限公司,13800138000,A,苏州,Alice,2023-05-06\n"
    "乙机械有限公司,,B,上海,Bob,2024/1/2\n"
)


def lines(record: Any, kind: str) -> list[tuple[int, str, str]]:
    found = ImportLine.objects.filter(import_record=record, kind=kind).order_by("line", "id")
    return [(line.line, line.field, line.sentence or f"{line.old}→{line.new}") for line in found]


def test_rows_become_customers_of_their_owner_at_their_date(bring_in: Any, adam: Any, alice: Any) -> None:
    record = bring_in(ROWS, by=adam)
    assert (record.state, record.rows, record.created, record.refused) == ("done", 2, 2, 0)
    first = Customer.objects.get(name="甲贸易有限公司")
    assert (first.owner_id, first.phone, first.level, first.city) == (alice.pk, "+8613800138000", "A", "苏州")
    assert first.created_at.astimezone().date().isoformat() == "2023-05-06"
    told = Event.objects.get(name="customer.create", subject_id=first.pk)
    assert (told.occurred_at, told.actor_id) == (first.created_at, adam.pk)
    assert told.recorded_at.date() != told.occurred_at.date()
    assert (
        search.search(alice.as_actor(), "甲贸易", types=[records.get("customer")])["customer"][0].object_id == first.pk
    )


def test_the_same_file_again_makes_and_changes_nothing(bring_in: Any, adam: Any, alice: Any) -> None:
    bring_in(ROWS, by=adam)
    first = Customer.objects.get(name="甲贸易有限公司")
    customers.edit(first, actor=alice, values={"city": "昆山"})
    again = bring_in(ROWS, by=adam)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    first.refresh_from_db()
    assert first.city == "昆山", "what people changed since must stay"


def test_a_row_found_by_its_number_changes_its_record(bring_in: Any, adam: Any) -> None:
    bring_in("编号,客户名称,城市\nA-1,甲贸易有限公司,苏州\nA-2,乙机械有限公司,上海\n", by=adam)
    record = bring_in("编号,客户名称,城市\nA-1,甲贸易有限公司,杭州\nA-2,乙机械有限公司,\n", by=adam)
    assert (record.created, record.updated, record.unchanged) == (0, 1, 1)
    assert dict(Customer.objects.values_list("name", "city")) == {"甲贸易有限公司": "杭州", "乙机械有限公司": "上海"}


def test_a_number_that_stands_twice_in_one_file_is_one_record(bring_in: Any, adam: Any) -> None:
    record = bring_in("编号,客户名称,城市\nA-1,甲贸易有限公司,苏州\nA-1,甲贸易有限公司,杭州\n", by=adam)
    assert (record.created, record.updated) == (1, 1)
    assert Customer.objects.get().city == "杭州"


def test_refused_rows_are_told_and_stop_no_other(bring_in: Any, adam: Any) -> None:
    text = (
        "客户名称,手机,级别,上级客户\n"
        "甲贸易有限公司,123456,A,\n"
        ",13800138000,A,\n"
        "丙公司,13800138001,A,没有这家公司\n"
        "丁公司,13800138002,A,,多出来的\n"
        "戊公司,13800138003,A,\n"
    )
    record = bring_in(text, by=adam)
    assert (record.rows, record.created, record.refused) == (5, 1, 4)
    told = lines(record, "refused")
    assert [line for line, _field, _sentence in told] == [2, 3, 4, 5]
    assert all(sentence for _line, _field, sentence in told)
    assert "没有这家公司" in told[2][2]
    assert Customer.objects.get().name == "戊公司"


def test_repairs_are_told_with_the_old_and_the_new_value(bring_in: Any, adam: Any) -> None:
    text = (
        "客户名称,手机,级别,来源\n"
        "甲贸易有限公司,电话：１３８００１３８０００,ａ,Trade Fair\n"
        "乙公司,138-0013-8001,B,展会\n"
    )
    record = bring_in(text, by=adam)
    assert (record.created, record.repaired) == (2, 1)
    assert {told for _line, _field, told in lines(record, "repaired")} == {
        "电话：１３８００１３８０００→+8613800138000",
        "ａ→A",
        "Trade Fair→exhibition",
    }


def test_an_id_of_another_system_is_never_taken_for_one_of_ours(bring_in: Any, adam: Any, act: Any) -> None:
    parent = act(customers.create, by=adam, name="集团").record
    record = bring_in(f"客户名称,上级客户\n甲公司,{parent.pk}\n", by=adam)
    assert (record.created, record.refused) == (0, 1)


def test_customers_can_come_straight_into_the_pool(uploaded: Any, adam: Any) -> None:
    record = uploaded("客户名称\n甲公司\n", by=adam)
    imports.map_columns(record, actor=adam, mapping='{"客户名称": "name"}', into_pool=True)
    imports.run(record, actor=adam)
    assert not Runner(record.pk).advance()
    assert Customer.objects.get().owner_id is None


def test_leads_are_of_whose_import_it_is_or_of_nobody_where_that_is_said(
    uploaded: Any, bring_in: Any, mia: Any
) -> None:
    bring_in("名称\n甲公司\n", by=mia, record_type="lead", name="mine.csv")
    record = uploaded("名称\n乙公司\n", by=mia, record_type="lead")
    imports.map_columns(record, actor=mia, mapping='{"名称": "name"}', into_pool=True)
    imports.run(record, actor=mia)
    assert not Runner(record.pk).advance()
    assert {lead.name: lead.owner_id for lead in Lead.objects.all()} == {"甲公司": mia.pk, "乙公司": None}


def test_a_check_brings_nothing_in_but_says_what_would_be_refused(uploaded: Any, adam: Any) -> None:
    record = uploaded("客户名称,手机\n甲公司,13800138000\n乙公司,1\n", by=adam)
    before = Event.objects.filter(subject_type="customer").count()
    outcome = imports.check(record, actor=adam)
    assert outcome.event.facts["tried"]["created"] == 1
    assert len(lines(record, "refused")) == 1
    assert (Customer.objects.count(), Event.objects.filter(subject_type="customer").count()) == (0, before)
    imports.run(record, actor=adam)
    while Runner(record.pk).advance():
        pass
    assert Customer.objects.count() == 1


def test_a_column_can_fill_one_field_only_and_the_name_must_come_from_somewhere(uploaded: Any, adam: Any) -> None:
    record = uploaded("a,b\n1,2\n", by=adam)
    for mapping in ('{"a": "name", "b": "name"}', '{"b": "city"}', '{"z": "name"}', '{"a": "owned_since"}', "[]"):
        with pytest.raises(Invalid):
            imports.map_columns(record, actor=adam, mapping=mapping)
    with pytest.raises(Invalid):
        imports.run(record, actor=adam)


def test_signs_that_mean_something_to_the_database_come_in_as_they_stand(bring_in: Any, adam: Any) -> None:
    names = ['a"b', "a\\b", "{a,b}", "NULL", "it's", "a%sb", "\\N", '\\"', "½ €𠮷"]
    text = io.StringIO()
    csv.writer(text).writerows([["客户名称", "备注", "标签"], *([name, f"{name}\n{name}", "重点"] for name in names)])
    assert bring_in(text.getvalue(), by=adam).created == len(names)
    found = dict(Customer.objects.values_list("name", "note"))
    assert found == {name: f"{name}\n{name}" for name in names}
    told = Event.objects.filter(name="customer.create").values_list("changes__name", flat=True)
    assert sorted(pair[1] for pair in told) == sorted(names)


def test_batches_join_without_gap_or_double(bring_in: Any, adam: Any) -> None:
    text = "客户名称\n" + "".join(f"第{number}公司\n" for number in range(1001))
    record = bring_in(text, by=adam, size=100)
    assert (record.rows, record.created) == (1001, 1001)
    assert Customer.objects.count() == 1001


def test_a_stopped_import_keeps_what_came_in_and_can_be_taken_back(uploaded: Any, adam: Any, act: Any) -> None:
    record = uploaded("客户名称\n" + "".join(f"第{n}公司\n" for n in range(30)), by=adam)
    imports.run(record, actor=adam)
    runner = Runner(record.pk)
    assert runner.advance(20)
    act(imports.cancel, record, by=adam)
    assert not runner.advance(20)
    record.refresh_from_db()
    assert (record.state, record.created, Customer.objects.count()) == ("cancelled", 20, 20)
    touched = Customer.objects.get(name="第3公司")
    customers.edit(touched, actor=adam, values={"city": "苏州"})
    imports.take_back(record, actor=adam)
    while step(record.pk):
        pass
    record.refresh_from_db()
    assert record.state == "taken_back"
    assert list(Customer.objects.values_list("name", flat=True)) == ["第3公司"], "what somebody worked on stays"


def test_after_taking_back_the_file_can_come_in_again(bring_in: Any, adam: Any) -> None:
    record = bring_in("客户名称\n甲公司\n", by=adam)
    imports.take_back(record, actor=adam)
    while step(record.pk):
        pass
    assert Customer.objects.count() == 0
    assert bring_in("客户名称\n甲公司\n", by=adam).created == 1


def test_a_buyer_by_a_deal_of_the_same_person_goes_too_unless_somebody_worked_on_it(
    bring_in: Any, adam: Any, mia: Any
) -> None:
    record = bring_in("客户名称\n甲公司\n乙公司\n", by=adam)
    won = "名称,客户,阶段,金额,结束日期\n一单,甲公司,赢单,100,2025-03-04\n二单,乙公司,赢单,100,2025-03-04\n"
    deals = bring_in(won, by=adam, name="deals.csv", record_type="opportunity")
    assert deals.created == 2
    assert set(Customer.objects.values_list("status", flat=True)) == {"buyer"}
    customers.edit(Customer.objects.get(name="乙公司"), actor=adam, values={"city": "苏州"})
    for one in (deals, record):
        imports.take_back(one, actor=adam)
        while step(one.pk):
            pass
    assert list(Customer.objects.values_list("name", flat=True)) == ["乙公司"]


def test_the_job_runs_it_and_who_started_it_is_told(acme: Any, adam: Any, tmp_path: Any) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    with company_scope(acme):
        record = imports.upload(actor=adam, file=intake.take(path), name="rows.csv", record_type="customer").record
        imports.run(record, actor=adam)
    jobs.drain()
    with company_scope(acme):
        record.refresh_from_db()
        assert (record.state, record.created) == ("done", 2)
        told = Notification.objects.filter(member=adam, about_type="import", about_id=record.pk)
        assert [one.params["created"] for one in told] == [2]


# --- rights ---


def test_without_the_right_nothing_can_be_imported(uploaded: Any, carol: Any, alice: Any) -> None:
    for person in (carol, alice):
        with pytest.raises(Forbidden):
            uploaded("客户名称\n甲公司\n", by=person)


def test_a_right_lost_meanwhile_ends_the_import_with_a_reason(uploaded: Any, adam: Any, mia: Any) -> None:
    from gucang.accounts.actions import members

    record = uploaded("客户名称\n" + "".join(f"第{n}公司\n" for n in range(30)), by=mia)
    imports.run(record, actor=mia)
    runner = Runner(record.pk)
    assert runner.advance(10)
    members.set_roles(mia, actor=adam, roles=[])
    assert not Runner(record.pk).advance(10)
    record.refresh_from_db()
    assert (record.state, record.created) == ("failed", 10)
    assert record.reason


def test_only_who_uploaded_it_runs_it(uploaded: Any, adam: Any, mia: Any, carol: Any) -> None:
    record = uploaded("客户名称\n甲公司\n", by=mia)
    for verb in (imports.run, imports.check, imports.cancel):
        with pytest.raises((Forbidden, NotVisible)):
            verb(record, actor=carol)
    with pytest.raises(Forbidden):
        imports.run(record, actor=adam)


def test_an_import_runs_once(bring_in: Any, adam: Any) -> None:
    record = bring_in("客户名称\n甲公司\n", by=adam)
    for verb in (imports.run, imports.check, imports.cancel):
        with pytest.raises(Refused):
            verb(record, actor=adam)


def test_progress_counts_what_the_log_tells(bring_in: Any, adam: Any) -> None:
    record = bring_in("客户名称,手机\n甲公司,1\n乙公司,13800138000\n", by=adam)
    progress = Progress.objects.get(import_record=record)
    made = Event.objects.filter(name="customer.create").count()
    assert (progress.created, progress.refused, progress.rows) == (made, 1, 2)


def test_the_rates_of_two_currencies_on_one_day_are_two_records(bring_in: Any, adam: Any) -> None:
    done = bring_in(
        "币种,从,折合本位币\nUSD,2026-03-01,7.2\nEUR,2026-03-01,7.8\n", by=adam, record_type="exchange_rate"
    )
    assert (done.created, done.refused) == (2, 0)
    assert {(str(rate.currency), rate.on, rate.rate) for rate in ExchangeRate.objects.all()} == {
        ("USD", date(2026, 3, 1), Decimal("7.2")), ("EUR", date(2026, 3, 1), Decimal("7.8")),
    }  # fmt: skip
