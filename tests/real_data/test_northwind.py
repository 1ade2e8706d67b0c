"""Northwind's products, customers and 830 orders come in from files, once, and add up to the cent."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gucang.approvals.models import ApprovalRequest
from gucang.delivering.models import Delivery, DeliveryLine
from gucang.exchange.models import ImportLine
from gucang.kernel import records, search
from gucang.kernel.models import Event
from gucang.messages.models import Notification
from gucang.ordering.models import OrderLine, SalesOrder
from gucang.stock.models import Product, ProductCategory, Reservation, StockMove

# Columns as a person would have them in Excel, with Northwind's own words in them.
HEAD = ("编码", "品名", "规格型号", "分类", "单位", "标价", "在售")
ASK = """
    SELECT 'NW-' || printf('%03d', ProductID), ProductName, QuantityPerUnit, CategoryName, 'pack', UnitPrice,
           CASE Discontinued WHEN '1' THEN '否' ELSE '是' END
    FROM Products JOIN Categories USING (CategoryID) ORDER BY ProductID
"""


# One row for each line, as people have orders in Excel: what the order says stands in every row.
ORDER_HEAD = (
    "订单号", "客户", "订单日期", "交货日期", "状态", "建档日期", "产品编码", "数量", "单价", "折扣", "税率",
)  # fmt: skip
ORDERS = """
    SELECT 'NW-' || OrderID, CompanyName, OrderDate, RequiredDate,
           CASE WHEN ShippedDate IS NULL THEN '已审核' ELSE '已完成' END, OrderDate,
           'NW-' || printf('%03d', ProductID), Quantity, d.UnitPrice, CAST(ROUND(Discount * 100) AS INTEGER), 0
    FROM Orders JOIN "Order Details" d USING (OrderID) JOIN Customers USING (CustomerID) ORDER BY OrderID, ProductID
"""
DELIVERY_HEAD = ("编号", "销售订单", "状态", "出货日期", "建档日期", "产品编码", "数量")
DELIVERIES = """
    SELECT 'NWD-' || OrderID, 'NW-' || OrderID, '已确认', ShippedDate, ShippedDate,
           'NW-' || printf('%03d', ProductID), Quantity
    FROM Orders JOIN "Order Details" USING (OrderID) WHERE ShippedDate IS NOT NULL ORDER BY OrderID, ProductID
"""
# In whole numbers, because floating point has no cents: hundredths of the price, pieces, whole per cents; half up.
EXPECTED = """
    SELECT CompanyName, 'NW-' || printf('%03d', ProductID), SUBSTR(OrderDate, 1, 7),
           SUM((CAST(ROUND(d.UnitPrice * 100) AS INTEGER) * Quantity * (100 - CAST(ROUND(Discount * 100) AS INTEGER))
                + 50) / 100), SUM(Quantity)
    FROM Orders JOIN "Order Details" d USING (OrderID) JOIN Customers USING (CustomerID) GROUP BY 1, 2, 3
"""


@pytest.fixture
def ask(shared_data: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """`ask("SELECT …")`: what Northwind itself says."""

    def find(sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{shared_data}/northwind/northwind.sqlite?mode=ro", uri=True) as database:
            found = database.execute(sql).fetchall()
        database.close()
        return found

    return find


@pytest.fixture
def rows(shared_data: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{shared_data}/northwind/northwind.sqlite?mode=ro", uri=True) as database:
        found = database.execute(ASK).fetchall()
    database.close()
    assert len(found) == 77
    return found


@pytest.fixture
def files(rows: list[tuple[Any, ...]], tmp_path: Path) -> tuple[Path, Path]:
    """The categories and the products as CSV files."""
    categories, products = tmp_path / "categories.csv", tmp_path / "products.csv"
    names = list(dict.fromkeys(row[3] for row in rows))
    for path, head, lines in ((categories, ("名称",), [(name,) for name in names]), (products, HEAD, rows)):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *lines])
    return categories, products


def test_every_product_is_there_with_its_code_price_and_category(
    bring_in: Any, rows: list[tuple[Any, ...]], files: tuple[Path, Path], adam: Any
) -> None:
    categories, products = files
    shelves = bring_in(categories, by=adam, record_type="product_category")
    goods = bring_in(products, by=adam, record_type="product")
    assert (shelves.created, shelves.refused) == (8, 0)
    assert (goods.state, goods.created, goods.refused) == ("done", 77, 0)
    found = {product.number: product for product in Product.objects.select_related("category")}
    for number, name, spec, category, unit, price, offered in rows:
        product = found[number]
        assert (product.name, product.spec, str(product.category)) == (name, " ".join(spec.split()), category)
        assert (product.unit, product.list_price) == (unit, Decimal(str(price)))
        assert product.active is (offered == "是")
    assert Event.objects.filter(name="product.create").count() == 77
    assert ProductCategory.objects.count() == 8
    hits = search.search(adam.as_actor(), "Gumbo", types=[records.get("product")])
    assert [hit.title for hit in hits["product"]] == ["Chef Anton's Gumbo Mix 36 boxes"]


def test_the_same_file_again_makes_nothing_new(bring_in: Any, files: tuple[Path, Path], adam: Any) -> None:
    categories, products = files
    bring_in(categories, by=adam, record_type="product_category")
    bring_in(products, by=adam, record_type="product")
    again = bring_in(products, by=adam, record_type="product")
    assert (again.created, again.refused) == (0, 0)
    assert Product.objects.count() == 77


# --- customers and orders


def write(path: Path, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture
def catalogue(bring_in: Any, files: tuple[Path, Path], ask: Any, tmp_path: Path, adam: Any) -> None:
    """Products and customers are there."""
    categories, products = files
    bring_in(categories, by=adam, record_type="product_category")
    bring_in(products, by=adam, record_type="product")
    named = ask("SELECT DISTINCT CompanyName FROM Customers JOIN Orders USING (CustomerID)")
    done = bring_in(write(tmp_path / "customers.csv", ("客户名称",), named), by=adam, record_type="customer")
    assert (done.created, done.refused) == (len(named), 0)


@pytest.fixture
def orders(catalogue: None, ask: Any, tmp_path: Path) -> Path:
    """The file of 2,155 lines."""
    found = ask(ORDERS)
    assert (len(found), len({row[0] for row in found})) == (2155, 830)
    return write(tmp_path / "orders.csv", ORDER_HEAD, found)


def test_every_order_comes_in_at_its_date_and_adds_up_to_the_cent(
    bring_in: Any, orders: Path, ask: Any, tmp_path: Path, adam: Any
) -> None:
    done = bring_in(orders, by=adam, record_type="sales_order")
    refused = list(ImportLine.objects.filter(import_record=done, kind="refused").values_list("line", "sentence")[:5])
    assert (done.state, done.created, done.refused, refused) == ("done", 830, 0, [])
    assert OrderLine.objects.count() == 2155

    found: dict[tuple[str, str, str], list[Decimal]] = {}
    for line in OrderLine.objects.select_related("order__customer", "product"):
        key = (line.order.customer.name, line.product.number, f"{line.order.ordered_on:%Y-%m}")
        money, pieces = found.setdefault(key, [Decimal(0), Decimal(0)])
        found[key] = [money + line.net, pieces + line.quantity]
    # “Wolski  Zajazd” has two blanks in the file; names are kept with one.
    expected = {
        (" ".join(name.split()), number, month): [Decimal(cents) / 100, Decimal(pieces)]
        for name, number, month, cents, pieces in ask(EXPECTED)
    }
    assert found == expected
    assert sum(order.net for order in SalesOrder.objects.all()) == sum(money for money, _pieces in expected.values())

    # History stands at its dates, and nothing happened because of it.
    days = dict(ask("SELECT 'NW-' || OrderID, OrderDate FROM Orders"))
    told = Event.objects.filter(name="sales_order.create")
    assert told.count() == 830
    assert {one.subject_label: f"{one.occurred_at.astimezone():%Y-%m-%d}" for one in told} == days
    for model in (ApprovalRequest, Notification, StockMove, Delivery, Reservation):
        assert not model.objects.exists(), model

    shipped = ask(DELIVERIES)
    sent = write(tmp_path / "deliveries.csv", DELIVERY_HEAD, shipped)
    done = bring_in(sent, by=adam, record_type="delivery")
    assert (done.created, done.refused) == (len({row[0] for row in shipped}), 0)
    assert DeliveryLine.objects.count() == len(shipped)
    for one in Delivery.objects.select_related("order"):
        assert (one.state, one.total) == ("confirmed", one.order.total)
    days = dict(ask("SELECT 'NWD-' || OrderID, ShippedDate FROM Orders WHERE ShippedDate IS NOT NULL"))
    assert {one.number: str(one.confirmed_on) for one in Delivery.objects.all()} == days
    assert not StockMove.objects.exists()


def test_the_same_orders_again_make_nothing_new(bring_in: Any, orders: Path, adam: Any) -> None:
    bring_in(orders, by=adam, record_type="sales_order")
    before = Event.objects.exclude(subject_type="import").count()
    again = bring_in(orders, by=adam, record_type="sales_order")
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, 830, 0)
    assert Event.objects.exclude(subject_type="import").count() == before
