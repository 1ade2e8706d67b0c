"""Exact duplicates of records and of earlier rows: marked before anything is saved, then left out or brought in."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.exchange.actions import imports
from gucang.exchange.models import Import, ImportLine, Kind
from gucang.kernel import jobs
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Customer

Login = Callable[[Client, Any], Client]
CODE = "91310000MA1FL0BY2K"


def told(record: Import) -> list[tuple[int, str, str, str, str]]:
    lines = ImportLine.objects.filter(import_record=record, kind=Kind.DUPLICATE).order_by("line")
    return [(one.line, one.field, one.old, one.sentence, one.new) for one in lines]


@pytest.fixture
def there(scope: Any, bob: Any) -> Customer:
    """A customer of Bob's, with a contact who has a mobile."""
    values = {"name": "苏州恒力精密机械有限公司", "phone": "0512-65881234"}
    customer = customers.create(actor=bob, values=values).record
    contacts.create(actor=bob, values={"customer": customer, "name": "王工", "mobile": "13912345678"})
    return customer  # type: ignore[no-any-return]


def checked(record: Import, by: Any, way: str = "skip") -> Import:
    imports.map_columns(record, actor=by, mapping='{"客户名称": "name", "电话": "phone"}', if_duplicate=way)
    return imports.check(record, actor=by).record  # type: ignore[no-any-return]


ROWS = """客户名称,电话
苏州恒力精密机械 股份有限公司,
完全不同的公司,512-65881234
第三家公司,139 1234 5678
新来的公司,021-55667788
"""


def test_the_check_marks_rows_that_are_exactly_like_a_record(
    uploaded: Any, there: Customer, adam: Any, alice: Any
) -> None:
    record = checked(uploaded(ROWS.replace("512-", "0512-"), by=adam), adam)
    link = f"/customers/{there.pk}"
    assert told(record) == [
        (2, "名称相同", there.name, "负责人是Bob", link),
        (3, "电话相同", there.name, "负责人是Bob", link),
        (4, "电话相同", there.name, "负责人是Bob", link),
    ]
    assert Customer.objects.count() == 1


def test_who_may_not_see_the_customer_is_told_its_name_and_owner_and_no_way_to_it(
    uploaded: Any, there: Customer, mia: Any, carol: Any
) -> None:
    from gucang.accounts.actions import members, roles
    from gucang.kernel.actors import system

    role = roles.create(actor=system(), values={"name": "录入"}).record
    grants = "customer.view own\ncustomer.create own\ncustomer.import own\nimport.view own"
    grants += "".join(f"\nimport.{verb} own" for verb in ("upload", "map", "check", "run"))
    roles.set_rights(role, actor=system(), grants=grants, field_rules="")
    members.set_roles(carol, actor=system(), roles=[role])
    record = checked(uploaded(ROWS, by=carol), carol)
    assert told(record)[0] == (2, "名称相同", there.name, "负责人是Bob", "")


def test_rows_like_an_earlier_row_are_marked_with_its_line(uploaded: Any, adam: Any, scope: Any) -> None:
    rows = "客户名称,电话\n甲公司,13800138000\n乙公司,13800138000\n丙丁公司,\n丙丁有限公司,\n"
    assert told(checked(uploaded(rows, by=adam), adam)) == [
        (3, "", "", "与本文件第 2 行相同", ""),
        (5, "", "", "与本文件第 4 行相同", ""),
    ]


def test_a_row_that_was_refused_makes_no_duplicate_of_the_next(uploaded: Any, adam: Any, scope: Any) -> None:
    rows = "客户名称,电话\n甲公司,123456\n甲公司,13800138000\n甲公司,13800138001\n"
    record = checked(uploaded(rows, by=adam), adam)
    refused = ImportLine.objects.filter(import_record=record, kind=Kind.REFUSED).values_list("line", flat=True)
    assert list(refused) == [2]
    assert [line for line, *_rest in told(record)] == [4]


def test_two_companies_of_one_core_in_two_places_are_two(uploaded: Any, there: Customer, adam: Any) -> None:
    assert told(checked(uploaded("客户名称,电话\n常州恒力精密机械有限公司,\n", by=adam), adam)) == []


def test_private_persons_of_one_name_are_no_duplicates(uploaded: Any, adam: Any, scope: Any) -> None:
    customers.create(actor=adam, values={"name": "王伟", "kind": "person"})
    record = uploaded("客户名称,性质\n王伟,person\n", by=adam)
    imports.map_columns(record, actor=adam, mapping='{"客户名称": "name", "性质": "kind"}', if_duplicate="skip")
    assert told(imports.check(record, actor=adam).record) == []


@pytest.mark.parametrize(
    ("way", "names"), [("skip", ["新来的公司"]), ("add", ["完全不同的公司", "新来的公司", "第三家公司"])]
)
def test_they_are_left_out_or_brought_in_as_chosen_and_counted(
    bring_in: Any, uploaded: Any, there: Customer, adam: Any, way: str, names: list[str]
) -> None:
    from gucang.exchange.engine import Runner

    record = uploaded(ROWS.replace("512-", "0512-"), by=adam)
    imports.map_columns(record, actor=adam, mapping='{"客户名称": "name", "电话": "phone"}', if_duplicate=way)
    imports.run(record, actor=adam)
    runner = Runner(record.pk)
    while runner.advance(2):  # over the edges of batches, too
        pass
    record.refresh_from_db()
    assert (record.rows, record.duplicates, record.refused) == (4, 3, 0)
    assert record.created == (1 if way == "skip" else 4)
    assert set(names) <= set(Customer.objects.values_list("name", flat=True))
    assert Customer.objects.count() == 1 + record.created


def test_another_companys_records_are_nobodys_duplicates(
    acme: Company, adam: Any, other: Company, dan: Any, client: Client, login: Login, media: Any
) -> None:
    with company_scope(other):
        customers.create(actor=dan, values={"name": "甲贸易有限公司", "phone": "13800138000"})
    login(client, adam)
    file = SimpleUploadedFile("rows.csv", "客户名称,手机\n甲贸易有限公司,13800138000\n".encode())
    url = client.post("/acme/imports/new", {"what": "customer", "file": file})["Location"]
    client.post(f"{url}/columns", {"field": ["name", "phone"], "if_duplicate": "skip", "then": "check"})
    with company_scope(acme):
        assert told(Import.objects.get()) == []


def test_a_row_that_changes_its_record_is_no_duplicate_of_it(uploaded: Any, there: Customer, adam: Any) -> None:
    record = uploaded(f"客户名称,电话\n{there.name},021-55667788\n", by=adam)
    imports.map_columns(record, actor=adam, mapping='{"客户名称": "name", "电话": "phone"}', match="name")
    assert told(imports.check(record, actor=adam).record) == []


def test_the_page_shows_them_with_the_choice(
    acme: Company, adam: Any, client: Client, login: Login, media: Any
) -> None:
    with company_scope(acme):
        customers.create(actor=adam, values={"name": "甲贸易有限公司", "phone": "13800138000"})
    login(client, adam)
    file = SimpleUploadedFile("rows.csv", "客户名称,手机\n甲贸易公司,\n乙公司,13900139000\n".encode())
    url = client.post("/acme/imports/new", {"what": "customer", "file": file})["Location"]
    page = html.unescape(client.get(url).content.decode())
    assert '<input class="check" type="radio" name="if_duplicate" value="skip" checked>' in page
    sent = {"field": ["name", "phone"], "match": "", "if_duplicate": "skip"}
    client.post(f"{url}/columns", sent | {"then": "check"})
    page = html.unescape(client.get(url).content.decode())
    assert "完全重复" in page
    assert "甲贸易有限公司" in page
    with company_scope(acme):
        assert Customer.objects.count() == 1
    client.post(f"{url}/columns", sent | {"then": "run"})
    jobs.drain()
    with company_scope(acme):
        assert set(Customer.objects.values_list("name", flat=True)) == {"甲贸易有限公司", "乙公司"}
    rows = client.get(f"{url}/duplicates.csv").content.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("甲贸易公司,,2,")
