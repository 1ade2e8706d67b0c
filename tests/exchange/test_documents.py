"""Orders from a spreadsheet, a row for each line: whole or not at all, and what is wrong told with its row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gucang.exchange import intake, mapping
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner, rehearse
from gucang.exchange.models import Import, ImportLine
from gucang.kernel import lines, records
from gucang.kernel.actors import as_actor
from gucang.kernel.errors import Invalid
from gucang.ordering.models import OrderLine, SalesOrder
from gucang.parties.actions import customers
from gucang.stock.actions import products

HEAD = "订单号,客户,状态,订单日期,产品编码,数量,单价,税率"


@pytest.fixture
def shop(scope: Any, adam: Any, settings: Any, tmp_path: Path) -> None:
    """Two customers and two products, of which one is not sold any more."""
    settings.MEDIA_ROOT = tmp_path / "files"
    for name in ("苏州恒力", "无锡远大"):
        customers.create(actor=adam, values={"name": name})
    for number, active in (("P-1", True), ("P-2", False)):
        made = products.create(actor=adam, values={"name": f"主轴 {number}", "unit": "件", "list_price": "99"}).record
        with_number(made, number, active)


def with_number(product: Any, number: str, active: bool) -> None:
    from gucang.kernel.scope import writing

    with writing("stock"):
        type(product).objects.filter(pk=product.pk).update(number=number, active=active)


@pytest.fixture
def upload(shop: None, adam: Any, tmp_path: Path) -> Callable[..., Import]:
    """`upload("A-1,苏州恒力,…")`: the import of these rows, its columns matched as they suggest themselves."""

    def do(*rows: str, head: str = HEAD, record_type: str = "sales_order") -> Import:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([head, *rows]), "utf-8")
        return imports.upload(actor=adam, file=intake.take(path), name="orders.csv", record_type=record_type).record

    return do


def bring_in(record: Import, by: Any, size: int = 500) -> Import:
    imports.run(record, actor=by)
    runner = Runner(record.pk)
    while runner.advance(size):
        pass
    record.refresh_from_db()
    return record


def refusals(record: Import) -> list[tuple[int, str]]:
    found = ImportLine.objects.filter(import_record=record, kind="refused").order_by("line")
    return [(line.line, line.sentence) for line in found]


def test_a_row_is_a_line_and_rows_with_one_number_are_one_order(upload: Callable[..., Import], adam: Any) -> None:
    record = upload(
        "A-1,苏州恒力,已完成,2026-03-01,P-1,２,100,13",
        'A-1,,,,P-1,0.5,"1,000",13',
        "A-2,无锡远大,已完成,2026-03-02,P-2,1,7,0",
    )
    assert record.mapping["产品编码"] == "line.product"
    assert record.match == "number"
    done = bring_in(record, adam)
    assert (done.created, done.refused, refusals(done)) == (2, 0, [])
    first, second = SalesOrder.objects.order_by("number")
    assert (first.number, str(first.customer), first.state, first.net) == ("A-1", "苏州恒力", "done", Decimal("700.00"))
    assert [(line.quantity, line.price) for line in lines.of(first)] == [(2, 100), (Decimal("0.5"), 1000)]
    # What is not sold any more was sold then.
    assert (second.total, second.approved_on.isoformat()) == (Decimal("7.00"), "2026-03-02")


def test_a_document_is_never_cut_where_a_batch_ends(upload: Callable[..., Import], adam: Any) -> None:
    rows = [f"A-{n // 7:03},苏州恒力,已完成,2026-03-01,P-1,1,{n + 1},0" for n in range(70)]
    done = bring_in(upload(*rows), adam, size=10)
    assert (done.created, done.refused) == (10, 0)
    assert {len(lines.of(order)) for order in SalesOrder.objects.all()} == {7}
    assert sum(order.net for order in SalesOrder.objects.all()) == sum(range(1, 71))


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        ("A-1,苏州恒力,已完成,2026-03-01,P-9,1,7,0", 3, "P-9"),
        ("A-1,苏州恒力,已完成,2026-03-01,P-1,很多,7,0", 3, "很多"),
        ("A-1,苏州恒力,已完成,2026-03-01,P-1,-1,7,0", 3, ""),
        ("A-1,苏州恒力,已完成,2026-03-01,P-1,,7,0", 3, ""),
        ("A-1,苏州恒力,已完成,2026-03-01,P-1,1,7,0,多,了", 3, "10"),
        ("A-1,无锡远大,已完成,2026-03-01,P-1,1,7,0", 3, "无锡远大"),
    ],
)
def test_one_bad_line_refuses_its_order_with_the_row_and_no_other(
    upload: Callable[..., Import], adam: Any, bad: str, line: int, said: str
) -> None:
    done = bring_in(
        upload(
            "A-1,苏州恒力,已完成,2026-03-01,P-1,2,100,0",
            bad,
            "A-2,苏州恒力,已完成,2026-03-01,P-1,2,100,0",
        ),
        adam,
    )
    assert (done.created, done.refused) == (1, 1)
    ((where, sentence),) = refusals(done)
    assert where == line
    assert said in sentence
    assert not sentence.startswith("第 ")
    assert [order.number for order in SalesOrder.objects.all()] == ["A-2"]
    assert OrderLine.objects.count() == 1


def test_rows_of_an_order_that_stand_apart_are_all_refused(upload: Callable[..., Import], adam: Any) -> None:
    rows = [f"{number},苏州恒力,已完成,2026-03-01,P-1,1,7,0" for number in ("A-1", "A-2", "A-1", "A-3")]
    done = bring_in(upload(*rows), adam, size=1)
    assert done.created == 2
    assert [where for where, _sentence in refusals(done)] == [2, 4]
    assert all("A-1" in sentence for _where, sentence in refusals(done))
    assert not SalesOrder.objects.filter(number="A-1").exists()


def test_an_order_of_too_many_lines_and_rows_without_a_number_are_refused(
    upload: Callable[..., Import], adam: Any
) -> None:
    rows = ["A-1,苏州恒力,已完成,2026-03-01,P-1,1,7,0"] * (lines.MOST + 1) + [",苏州恒力,已完成,2026-03-01,P-1,1,7,0"]
    done = bring_in(upload(*rows), adam, size=100)
    assert (done.created, done.refused) == (0, lines.MOST + 2)
    assert not SalesOrder.objects.exists()


def test_checking_says_the_same_and_leaves_nothing(upload: Callable[..., Import], adam: Any) -> None:
    rows = [f"A-{n // 3:04},苏州恒力,已完成,2026-03-01,P-1,1,7,0" for n in range(1200)]
    record = upload(*rows, "B-1,苏州恒力,已完成,2026-03-01,P-9,1,7,0")
    counts, told = rehearse(record, as_actor(adam), 2000)
    assert (counts["rows"], counts["created"], counts["refused"]) == (1201, 400, 1)
    assert [line.line for line in told] == [1202]
    assert not SalesOrder.objects.exists()


def test_what_a_file_must_have_is_said_before_it_runs(upload: Callable[..., Import], adam: Any) -> None:
    kind = records.get("sales_order")
    columns = ["a", "b", "c", "d"]

    def problem(**wanted: str) -> str:
        with pytest.raises(Invalid) as refused:
            mapping.checked(wanted, columns, kind, as_actor(adam))
        return str(refused.value)

    assert "编号" in problem(a="customer", b="line.product", c="line.quantity")
    assert "数量" in problem(a="customer", b="line.product", c="number")
    assert problem(a="customer", b="line.product", c="number", d="lines")
    assert mapping.checked(
        {"a": "customer", "b": "line.product", "c": "line.quantity", "d": mapping.OLD_NUMBER},
        columns, kind, as_actor(adam),
    )  # fmt: skip
    # A type without lines has no such fields.
    assert not [name for name, _label in mapping.choices(records.get("customer"), as_actor(adam)) if "line." in name]
