"""Northwind's 77 products come in from a file, once, and go out again as they are."""

from __future__ import annotations

import csv
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gucang.kernel import records, search
from gucang.kernel.models import Event
from gucang.stock.models import Product, ProductCategory

# Columns as a person would have them in Excel, with Northwind's own words in them.
HEAD = ("编码", "品名", "规格型号", "分类", "单位", "标价", "在售")
ASK = """
    SELECT 'NW-' || printf('%03d', ProductID), ProductName, QuantityPerUnit, CategoryName, 'pack', UnitPrice,
           CASE Discontinued WHEN '1' THEN '否' ELSE '是' END
    FROM Products JOIN Categories USING (CategoryID) ORDER BY ProductID
"""


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
