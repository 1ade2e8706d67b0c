"""Promises from another ledger: open ones go on, late ones are late, what is past tells nobody anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gucang.activity.models import Task
from gucang.exchange import export, mapping
from gucang.exchange.actions import imports
from gucang.exchange.models import Import, ImportLine
from gucang.kernel import clock, records
from gucang.kernel.actors import as_actor
from gucang.kernel.errors import Forbidden, Refused
from gucang.kernel.models import Event
from gucang.messages.hearing import heard
from gucang.messages.models import Notification
from gucang.parties.actions import customers
from gucang.promises import jobs
from gucang.promises.actions import making, settling
from gucang.promises.models import Promise, State
from gucang.selling.actions import opportunities
from gucang.surface.sheets import lines
from tests.personas import hire, make_department

HEAD = "编号,客户,类型,承诺内容,价值,兑现期限,状态,承诺人,入账日期,入账单号,凭据,原因,结束日期,建档日期"
PAST = clock.today() - timedelta(days=30)
AHEAD = clock.today() + timedelta(days=10)


@pytest.fixture
def team(scope: Any, alice: Any) -> dict[str, Any]:
    """A customer of Alice's, and finance, who book what binds."""
    made = customers.create(actor=alice, values={"name": "苏州恒力"}).record
    return {"customer": made, "fay": hire("Fay", "finance")}


@pytest.fixture
def promises(team: Any, bring_in: Callable[..., Import], adam: Any) -> Callable[..., Import]:
    """`promises(row, …)`: the import of these rows by Adam, every batch of it."""

    def do(*rows: str, head: str = HEAD, by: Any = adam) -> Import:
        return bring_in("\n".join([head, *rows]), by=by, record_type="promise")

    return do


def refusals(record: Import) -> dict[int, str]:
    found = ImportLine.objects.filter(import_record=record, kind="refused").order_by("line")
    return {line.line: line.sentence for line in found}


def told_of(promise: Promise) -> list[str]:
    """Whatever anybody would be told of this promise."""
    return [told.sentence for event in Event.objects.filter(subject_id=promise.pk, subject_type="promise")
            for told in heard(event)]  # fmt: skip


def test_each_state_stands_as_it_stood(promises: Any, team: Any, alice: Any) -> None:
    kept, broken, withdrawn = "已兑现,Alice,2026-03-02,记-7,客户电话确认", "没兑现,,,,", "已撤回,,,,"
    done = promises(
        f"A-1,苏州恒力,返利,3% 返利,\"12,480\",2026-03-01,{kept},,2026-03-05,2026-02-10",
        f"A-2,苏州恒力,其他,年底前换新,,2026-03-01,{broken},停产,2026-03-01,",
        f"A-3,苏州恒力,其他,送样,,2026-03-01,{withdrawn},客户不要了,2026-02-01,",
        f"A-4,苏州恒力,返利,五月返利,800,{AHEAD},已生效,,,,,,,",
        f"A-5,苏州恒力,赠品,一套刀具,,{AHEAD},已落实,,2026-03-02,CK-3,,,,",
    )  # fmt: skip
    assert refusals(done) == {}
    one, two, three, four, five = Promise.objects.order_by("number")
    assert (one.number, one.state, one.worth, one.booked_amount, one.booked_ref) == (
        "A-1",
        "kept",
        12480,
        12480,
        "记-7",
    )
    assert (one.promised_by, one.evidence) == (alice, "客户电话确认")
    assert one.overdue_at is not None  # four days after the day that the customer was told
    assert (one.about_type, one.about_id) == ("customer", team["customer"].pk)
    assert (two.state, two.reason, two.overdue_at, two.holder) == ("broken", "停产", None, None)
    assert three.state == "withdrawn"
    # What is open goes to who acts: finance books it, Alice answers for what is booked. Nobody promised it by name.
    assert (four.state, four.holder, four.promised_by) == ("binding", team["fay"], None)
    assert four.book_by is not None
    assert four.book_by > clock.now()
    assert (five.state, five.holder, five.booked_ref) == ("booked", alice, "CK-3")

    event = Event.objects.get(name="promise.create", subject_id=one.pk)
    assert event.facts["import"] == done.pk
    assert timezone.localdate(event.occurred_at).isoformat() == "2026-02-10"
    assert not Event.objects.filter(subject_type="promise").exclude(name="promise.create").exists()
    assert [told_of(each) for each in (one, two, three, four, five)] == [[]] * 5


def test_what_is_late_is_late_and_the_clock_tells_nobody_of_it(promises: Any, team: Any, alice: Any) -> None:
    done = promises(
        f"A-1,苏州恒力,返利,3% 返利,500,{PAST},已生效,,,,,,,",
        f"A-2,苏州恒力,其他,年底前换新,,{PAST},已生效,,,,,,,",
        f"A-3,苏州恒力,其他,送样,,{PAST},,,,,,,,",
        f"A-4,苏州恒力,回电,回电谈价格,,{PAST},已生效,,,,,,,",
        f"A-5,苏州恒力,返利,年返,500,{PAST},已兑现,,,记-1,邮件,,{PAST},",
    )  # fmt: skip
    assert refusals(done) == {}
    found = list(Promise.objects.order_by("number"))
    assert [one.state for one in found] == ["binding", "binding", "made", "booked", "kept"]
    assert [one.overdue_at is not None for one in found] == [True, True, True, True, False]
    # The call is planned for whom it falls to, and can be kept at once.
    assert Task.objects.get(about_type="promise", about_id=found[3].pk).assignee == alice
    jobs.look_at_the_clock()
    assert not Event.objects.filter(name__in=("promise.expire", "promise.escalate")).exists()
    assert not Notification.objects.filter(about_type="promise").exists()
    # From here on it is a promise like any other.
    settling.keep(found[1].pk, actor=alice, confirmation="换好了")
    assert Promise.objects.get(pk=found[1].pk).state == State.KEPT


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A-1,无此客户,返利,返利,5,2026-03-01,已生效,,,,,,,", "无此客户"),
        ("A-1,,返利,返利,5,2026-03-01,已生效,,,,,,,", "哪个客户"),
        ("A-1,苏州恒力,返利,返利,,2026-03-01,已生效,,,,,,,", "价值多少"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,审批中,,,,,,,", "审批"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已落实,,2026-03-01,,,,,", "单据号"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已落实,,,记-1,,,,", "哪天入账"),
        ("A-1,苏州恒力,其他,送样,,2026-03-01,已落实,,2026-03-01,记-1,,,,", "生效"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已兑现,,,,,,2026-03-01,", "确认"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已兑现,,,,电话,,,", "哪天结束"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,没兑现,,,,,,2026-03-01,", "为什么"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,没兑现,,,,,停产,2199-03-01,", "还没到"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已生效,,,,,停产,,", "留空"),
        ("A-1,苏州恒力,返利,返利,5,2026-03-01,已生效,没有这个人,,,,,,", "没有这个人"),
        ("A-1,苏州恒力,什么,返利,5,2026-03-01,已生效,,,,,,,", "什么"),
    ],
)  # fmt: skip
def test_a_row_that_says_too_little_or_too_much_is_refused_in_a_sentence(promises: Any, row: str, said: str) -> None:
    done = promises(row, "A-2,苏州恒力,返利,返利,5,2026-03-01,已生效,,,,,,,")
    assert (done.created, done.refused) == (1, 1)
    assert said in refusals(done)[2]
    assert [one.number for one in Promise.objects.all()] == ["A-2"]


def taken_out(by: Any) -> str:
    chosen = export.Extract.parse(records.get("promise"), as_actor(by), "")
    return "".join(lines(export.rows(chosen)))


def test_what_went_out_comes_in_again_as_it_was(
    promises: Any, team: Any, alice: Any, adam: Any, bring_in: Callable[..., Import]
) -> None:
    deal = opportunities.create(
        actor=alice, values={"name": "二期设备", "customer": team["customer"], "amount": "5"}
    ).record
    promises(
        "A-1,苏州恒力,返利,3% 返利,500,2026-03-01,已兑现,Alice,2026-03-02,记-7,客户电话确认,,2026-03-05,",
        "A-2,苏州恒力,其他,换新,,2026-03-01,没兑现,,,,,停产,2026-03-01,",
        f"A-3,苏州恒力,返利,五月返利,800,{AHEAD},已生效,Alice,,,,,,",
    )  # fmt: skip
    values = {"about_type": "opportunity", "about_id": deal.pk, "kind": "rebate", "what": "二期返利", "worth": "9"}
    making.create(actor=alice, values=values)
    text = taken_out(adam)
    names = ("number", "state", "kind", "what", "worth", "until", "about_type", "about_id", "promised_by", "booked_ref",
             "booked_amount", "evidence", "reason", "settled_at", "holder")  # fmt: skip
    before = list(Promise.objects.order_by("number").values_list(*names))
    assert before[-1][6:8] == ("opportunity", deal.pk)

    again = bring_in(text, by=adam, record_type="promise")
    assert (again.created, again.updated, again.refused) == (0, 0, 2)
    assert all("结束" in sentence for sentence in refusals(again).values())  # what has ended stays as it is

    # Under other numbers it is another ledger's: everything anew, and with the same record.
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    place = rows[0].index("编号")
    for row in rows[1:]:
        row[place] = f"Z-{row[place]}"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    anew = bring_in(out.getvalue(), by=adam, record_type="promise")
    assert refusals(anew) == {}
    after = Promise.objects.filter(number__startswith="Z-").order_by("number").values_list(*names)
    assert [(row[0].removeprefix("Z-"), *row[1:]) for row in after] == before


def test_who_may_bring_in_and_what_they_reach(
    promises: Any, team: Any, alice: Any, mia: Any, uploaded: Callable[..., Import]
) -> None:
    zoe = hire("Zoe", "salesperson", make_department("华北"))
    row = "A-1,苏州恒力,返利,返利,5,2026-03-01,已生效,,,,,,,"
    with pytest.raises(Forbidden):
        uploaded(f"{HEAD}\n{row}", by=alice, record_type="promise")
    customers.create(actor=zoe, values={"name": "无锡远大"})  # of another team
    done = promises(row, "A-2,无锡远大,返利,返利,5,2026-03-01,已生效,,,,,,,", by=mia)
    assert (done.created, done.refused) == (1, 1)
    assert "无锡远大" in refusals(done)[3]
    assert [line.split(",")[0] for line in taken_out(mia).splitlines()[1:]] == ["A-1"]


def test_the_empty_file_has_the_columns_and_is_understood(promises: Any, adam: Any) -> None:
    promise = records.get("promise")
    header = mapping.header(promise, as_actor(adam))
    assert len(header) == len(set(header))
    found = mapping.suggest(header, promise, as_actor(adam))
    assert set(found.values()) == {*mapping.targets(promise, as_actor(adam)), mapping.MADE_AT}
    assert not set(header) - set(found)


def test_amounts_and_days_of_other_spreadsheets(promises: Any) -> None:
    done = promises("A-1,苏州恒力,返利,返利,￥1.2万,2026年3月1日,已生效,,,,,,,")
    assert refusals(done) == {}
    assert Promise.objects.get().worth == Decimal("12000.00")


def test_the_file_of_the_how_to_comes_in(team: Any, alice: Any, adam: Any, bring_in: Callable[..., Import]) -> None:
    customers.create(actor=alice, values={"name": "无锡远大"})
    text = (
        (Path(__file__).parents[2] / "docs/howto/bring-in-promises.md")
        .read_text("utf-8")
        .split("```")[1]
        .strip()
        .replace("王小美", "Alice")
    )
    done = bring_in(text, by=adam, record_type="promise")
    assert refusals(done) == {}
    assert list(Promise.objects.order_by("number").values_list("state", flat=True)) == ["kept", "broken", "binding"]


def test_an_import_of_promises_says_why_it_is_not_taken_back(promises: Any, adam: Any) -> None:
    done = promises(f"A-1,苏州恒力,返利,返利,5,{AHEAD},已生效,,,,,,,")
    with pytest.raises(Refused, match="从不删除"):
        imports.take_back(done, actor=adam)
    assert Import.objects.get(pk=done.pk).state == "done"
    assert Promise.objects.filter(number="A-1").exists()
