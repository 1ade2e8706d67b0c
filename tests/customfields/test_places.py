"""Every kind of own field in every place where fields are: one table, so that no kind is forgotten anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.exchange import export
from gucang.kernel import records
from gucang.kernel.actors import as_actor, system
from gucang.kernel.custom import read, specs_for
from gucang.kernel.models import Company, FieldKind
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.surface import filters, keyset, ui

Login = Callable[[Client, Member], Client]


@dataclass(frozen=True)
class Case:
    """One kind: how the field is made, what is typed, how it is stored and shown, and filters that find it or not."""

    kind: str
    typed: Any
    stored: Any
    shown: str
    finds: tuple[dict[str, str], ...]
    misses: tuple[dict[str, str], ...]
    other: Any = None
    make: dict[str, Any] = field(default_factory=dict)
    exported: str = ""

    def __str__(self) -> str:
        return self.kind


MEMBER, RECORD = "(member)", "(record)"
DAY = (date.today() - timedelta(10)).isoformat()  # far enough from today for any zone
CASES = (
    Case(
        "text",
        " 华东 区 ",
        "华东 区",
        "华东 区",
        ({"": "华东 区"}, {"has": "东"}, {"not": "none"}),
        ({"": "none"}, {"has": "西"}, {"": "华北"}),
        "安徽",
    ),
    Case("longtext", "一行\n二行", "一行\n二行", "一行\n二行", (), (), "别的"),
    Case(
        "phone",
        "138 0013 8000",
        "+8613800138000",
        "138 0013 8000",
        ({"": "13800138000"},),
        ({"": "13900139000"},),
        "13900139000",
    ),
    Case(
        "email",
        "li@example.com",
        "li@example.com",
        "li@example.com",
        ({"": "li@example.com"}, {"has": "LI@"}),
        ({"": "wang@example.com"},),
        "wang@example.com",
    ),
    Case(
        "decimal",
        "１２.５",
        "12.50",
        "12.5 吨",
        ({"": "12.5"}, {"gte": "12.5"}, {"lt": "13"}, {"not": "3"}),
        ({"gt": "12.5"}, {"lte": "12.4"}, {"": "none"}),
        "-3",
        {"unit": "吨", "places": 2},
    ),
    Case("integer", "120", 120, "120", ({"": "120"}, {"gt": "119"}), ({"lt": "120"},), "7"),
    Case(
        "money",
        "1.2万",
        "12000",
        "¥12,000",
        ({"": "12000"}, {"gte": "1万"}, {"lte": "1.2万"}),
        ({"gt": "12000"}, {"not": "12000"}),
        "500.50",
    ),
    Case(
        "date",
        DAY,
        DAY,
        ui.date_text(date.fromisoformat(DAY)),
        ({"": DAY}, {"": DAY[:7]}, {"gte": DAY}, {"": "last30d"}),
        ({"gt": DAY}, {"": "next7d"}, {"": "none"}),
        "2025-01-01",
    ),
    Case(
        "choice",
        "大型",
        "大型",
        "大型",
        ({"": "大型"}, {"": "小型,大型"}, {"not": "小型"}),
        ({"": "小型"}, {"not": "大型"}, {"": "none"}),
        "小型",
        {"options": "大型 | Large | ok\n小型"},
    ),
    Case(
        "choices",
        ["价格", "交期"],
        ["价格", "交期"],
        "价格 交期",
        ({"": "价格"}, {"": "质量,交期"}, {"not": "质量"}),
        ({"": "质量"}, {"not": "价格"}, {"": "none"}),
        ["质量"],
        {"options": "价格 | Price | ok\n交期\n质量"},
        "价格、交期",
    ),
    Case("boolean", True, True, "是", ({"": "1"},), ({"": "0"},), False),
    Case("member", MEMBER, MEMBER, "Alice", ({"": "me"}, {"": MEMBER}, {"not": "none"}), ({"": "none"}, {"not": "me"})),
    Case(
        "reference",
        RECORD,
        RECORD,
        "总店",
        ({"": RECORD}, {"": "总店"}),
        ({"": "none"}, {"not": RECORD}),
        None,
        {"target": "customer"},
    ),
    Case(
        "formula",
        None,
        None,
        "4 字",
        ({"": "4"}, {"gte": "4"}, {"not": "none"}),
        ({"lt": "4"}, {"": "2"}),
        None,
        {"formula": "LEN([name])", "places": 0, "unit": "字"},
        "4",
    ),
)


def test_the_table_knows_every_kind() -> None:
    assert {case.kind for case in CASES} == set(FieldKind.values)


@dataclass
class Made:
    """A customer that holds the value, one that holds another, one that holds nothing, and the field."""

    case: Case
    holder: Customer
    other: Customer
    alice: Member
    head: Customer

    def real(self, value: Any) -> Any:
        return {MEMBER: self.alice.pk, RECORD: self.head.pk}.get(value, value) if isinstance(value, str) else value

    @property
    def spec(self) -> Any:
        return next(spec for spec in specs_for("customer") if spec.name == "extra.it")


@pytest.fixture(params=CASES, ids=str)
def made(request: pytest.FixtureRequest, acme: Company, alice: Member) -> Made:
    case: Case = request.param
    with company_scope(acme):
        values = {"record_type": "customer", "key": "it", "label_zh": "它", "label_en": "It", "kind": case.kind}
        actions.create(actor=system(), values=values | case.make)
        head = customers.create(actor=alice, values={"name": "总店"}).record
        found = Made(case, head, head, alice, head)
        own = {} if case.typed is None else {"extra.it": found.real(case.typed)}
        found.holder = customers.create(actor=alice, values={"name": "谷仓科技"} | own).record
        own = {} if case.other is None else {"extra.it": case.other}
        found.other = customers.create(actor=alice, values={"name": "另一家公司"} | own).record
    return found


def test_it_is_cleaned_stored_and_told(made: Made, acme: Company) -> None:
    with company_scope(acme):
        holder = Customer.objects.get(pk=made.holder.pk)
        if made.case.kind == "formula":
            assert holder.extra == {}
            assert read(holder, made.spec) == "4"
            return
        stored = made.real(made.case.stored)
        assert holder.extra == {"it": stored}
        told = customers.edit(holder, actor=made.alice, values={"extra.it": None}).event
        assert told is not None
        empty = told.changes["extra.it"][1]
        assert told.changes == {"extra.it": [stored, empty]}
        assert empty in (None, "", [], False)


def names(actor: Any, params: dict[str, str]) -> set[str]:
    found = filters.parse(records.get("customer"), as_actor(actor), params)
    assert found.problems == {}
    return set(found.query.values_list("name", flat=True))


def test_lists_are_filtered_by_it(made: Made, acme: Company) -> None:
    with company_scope(acme):
        for way, expected in ((made.case.finds, True), (made.case.misses, False)):
            for one in way:
                ((op, value),) = one.items()
                param = f"extra.it__{op}" if op else "extra.it"
                found = names(made.alice, {param: str(made.real(value))})
                assert ("谷仓科技" in found) is expected, (param, value, found)


def test_lists_are_sorted_by_it_where_it_has_an_order(made: Made, acme: Company) -> None:
    with company_scope(acme):
        actor, record_type = as_actor(made.alice), records.get("customer")
        sensible = made.case.kind not in ("longtext", "choices", "member", "reference")
        assert filters.sortable(record_type, actor, "extra.it") is sensible
        if not sensible:
            return
        for sign in ("", "-"):
            found = filters.parse(record_type, actor, {"sort": f"{sign}extra.it"})
            first = keyset.page(found.query, found.order, "", 1)
            rest, cursor = [*first.rows], first.next
            while cursor:
                page = keyset.page(found.query, found.order, cursor, 1)
                rest, cursor = [*rest, *page.rows], page.next
            assert len(rest) == len({row.pk for row in rest}) == 3
            values = [read(row, made.spec) for row in rest]
            assert all(value is not None for value in values[:2]) or made.case.kind in ("boolean", "formula")


def test_it_is_exported_and_read_back(made: Made, acme: Company) -> None:
    with company_scope(acme):
        chosen = export.Extract.parse(records.get("customer"), as_actor(made.alice), "columns=name&columns=extra.it")
        head, *rows = list(export.rows(chosen))
        told = dict(row for row in rows)
        assert head == ["名称", "它"]
        plain = made.case.stored if made.case.kind in ("decimal", "money", "date") else made.case.shown
        assert told["谷仓科技"] == (made.case.exported or plain)
        assert told["总店"] in ("", "否", "2")
        if made.case.kind == "formula":
            return
        again = customers.create(actor=made.alice, values={"name": "又一家", "extra.it": told["谷仓科技"]}).record
        assert again.extra == {"it": made.real(made.case.stored)}


def test_it_is_in_lists_on_the_page_and_in_the_form(made: Made, acme: Company, client: Client, login: Login) -> None:
    login(client, made.alice)
    list_page = client.get("/acme/customers/?columns=name&columns=extra.it").content.decode()
    record_page = client.get(f"/acme/customers/{made.holder.pk}").content.decode()
    shown = made.case.shown
    for page in (list_page, record_page):
        assert all(part in page for part in shown.split()), shown
    form = client.get(f"/acme/customers/{made.holder.pk}/edit").content.decode()
    assert ('name="extra.it"' in form) is (made.case.kind != "formula")


def test_it_is_edited_in_its_cell_where_it_fits(made: Made, acme: Company, client: Client, login: Login) -> None:
    login(client, made.alice)
    url = f"/acme/customers/{made.holder.pk}/cell/extra.it"
    fits = made.case.kind not in ("longtext", "choices", "formula")
    answer = client.get(f"{url}?edit", headers={"hx-request": "true"})
    assert answer.status_code == (200 if fits else 404)
    if not fits:
        return
    value = made.real(made.case.typed) if made.case.other is None else made.case.other
    sent = {True: "1", False: "0"}.get(value, value) if isinstance(value, bool) else value
    answer = client.post(url, {"extra.it": sent}, headers={"hx-request": "true"})
    assert answer.status_code == 200, answer.content.decode()


def test_the_api_takes_gives_lists_and_describes_it(made: Made, acme: Company, client: Client, login: Login) -> None:
    login(client, made.alice)
    body = client.get(f"/acme/api/v1/customers/{made.holder.pk}").json()
    given = body["extra"].get("it")
    if made.case.kind in ("member", "reference"):
        assert given == {"id": made.real(made.case.stored), "label": made.case.shown}
    elif made.case.kind == "formula":
        assert given == "4"
    else:
        assert given == made.case.stored
    for one in made.case.finds:
        ((op, value),) = one.items()
        param = f"extra.it__{op}" if op else "extra.it"
        found = client.get("/acme/api/v1/customers", {param: str(made.real(value))}).json()
        assert "谷仓科技" in [item["name"] for item in found["items"]]
    schema = client.get("/acme/api/v1/openapi.json").json()["components"]["schemas"]["CustomerCreate"]
    described = schema["properties"]["extra"]["properties"] if made.case.kind != "formula" else {}
    assert ("it" in described) is (made.case.kind != "formula")
