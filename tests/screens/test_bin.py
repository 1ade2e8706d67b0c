"""The bin: what lies in it, for whom, and the way back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Customer
from gucang.surface.screens import bin

PAGE = "/acme/bin/"


@pytest.fixture
def deleted(inside: Any, mia: Any) -> Callable[..., Customer]:
    """`deleted("name", by=alice)`: a customer in the bin, put there by that person."""

    def make(name: str, by: Any = None) -> Customer:
        with inside():
            customer = customers.create(actor=by or mia, values={"name": name}).record
            return customers.delete(customer, actor=by or mia).record  # type: ignore[no-any-return]

    return make


@pytest.fixture
def as_mia(client: Client, mia: Any, login: Any) -> Client:
    return login(client, mia)  # type: ignore[no-any-return]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def restore(client: Client, record: Any, plural: str = "customers") -> Any:
    return client.post(f"{PAGE}{plural}/{record.pk}/restore")


def test_the_bin_says_what_was_deleted_when_and_by_whom(as_mia: Client, deleted: Callable[..., Customer]) -> None:
    deleted("先删的客户")
    deleted("后删的客户")
    page = text_of(as_mia.get(PAGE))
    assert page.index("后删的客户") < page.index("先删的客户")
    row = re.search(r"<li>(?:(?!<li>).)*先删的客户.*?</li>", page, re.DOTALL)
    assert row
    assert "Mia 删的" in row[0]
    assert "今天" in row[0]
    assert "还剩 30 天" in row[0]


def test_restoring_brings_the_record_back_with_one_event(
    as_mia: Client, deleted: Callable[..., Customer], inside: Any
) -> None:  # fmt: skip
    customer = deleted("误删的客户")
    response = restore(as_mia, customer)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    with inside():
        assert Customer.objects.filter(pk=customer.pk).exists()
        assert Event.objects.filter(name="customer.restore", subject_id=customer.pk).count() == 1
    page = text_of(as_mia.get(PAGE))
    assert "“误删的客户”已恢复" in page
    assert "回收站是空的" in page


def test_what_others_deleted_out_of_sight_stays_out_of_sight(
    client: Client, login: Any, mia: Any, other: Any, dan: Any, deleted: Callable[..., Customer], inside: Any
) -> None:
    from gucang.kernel.scope import company_scope

    with company_scope(other):
        theirs = customers.create(actor=dan, values={"name": "别家公司的客户"}).record
        customers.delete(theirs, actor=dan)
    deleted("我们删的客户")
    page = text_of(login(client, mia).get(PAGE))
    assert "我们删的客户" in page
    assert "别家公司的客户" not in page
    assert restore(client, theirs).status_code == 404


def test_who_may_restore_nothing_sees_an_empty_bin_and_is_refused(
    client: Client, carol: Any, login: Any, deleted: Callable[..., Customer], inside: Any
) -> None:
    customer = deleted("删掉的客户")
    login(client, carol)
    assert "删掉的客户" not in text_of(client.get(PAGE))
    assert restore(client, customer).status_code == 403
    with inside():
        assert not Customer.objects.filter(pk=customer.pk).exists()


def test_after_thirty_days_nothing_is_offered_any_more(
    as_mia: Client, inside: Any, mia: Any, deleted: Callable[..., Customer]
) -> None:
    with clock.at(clock.now() - timedelta(days=31)):
        deleted("早就删掉的客户")
    deleted("刚删掉的客户")
    page = text_of(as_mia.get(PAGE))
    assert "刚删掉的客户" in page
    assert "早就删掉的客户" not in page


def test_a_kind_can_be_looked_at_alone(
    as_mia: Client, deleted: Callable[..., Customer], inside: Any, mia: Any
) -> None:  # fmt: skip
    deleted("删掉的客户")
    with inside():
        customer = customers.create(actor=mia, values={"name": "留着的客户"}).record
        contact = contacts.create(actor=mia, values={"name": "删掉的联系人", "customer": customer}).record
        contacts.delete(contact, actor=mia)
    both, alone = text_of(as_mia.get(PAGE)), text_of(as_mia.get(PAGE, {"type": "contacts"}))
    assert "删掉的客户" in both
    assert "删掉的联系人" in both
    assert "删掉的客户" not in alone
    assert "删掉的联系人" in alone


def test_a_record_that_is_not_in_the_bin_cannot_be_restored(as_mia: Client, inside: Any, mia: Any) -> None:
    with inside():
        customer = customers.create(actor=mia, values={"name": "没删的客户"}).record
    assert restore(as_mia, customer).status_code == 404
    assert restore(as_mia, customer, plural="nothings").status_code == 404


def test_restoring_is_not_for_links(as_mia: Client, deleted: Callable[..., Customer]) -> None:
    customer = deleted("删掉的客户")
    assert as_mia.get(f"{PAGE}customers/{customer.pk}/restore").status_code == 405


def test_the_bin_comes_in_pages_and_shows_everything_once(
    as_mia: Client, deleted: Callable[..., Customer], inside: Any, mia: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bin, "PAGE", 3)
    with clock.at(clock.now() - timedelta(days=1)):
        with inside():
            holder = customers.create(actor=mia, values={"name": "留着的客户"}).record
        for n in range(4):  # all at one moment, so that id and type decide
            deleted(f"客户 {n}")
            with inside():
                contact = contacts.create(actor=mia, values={"name": f"联系人 {n}", "customer": holder}).record
                contacts.delete(contact, actor=mia)
    deleted("最后删的客户")
    seen: list[str] = []
    address, pages = PAGE, 0
    while address:
        page = text_of(as_mia.get(address))
        seen += re.findall(r"/bin/(\w+/\d+)/restore", page)
        more = re.search(r'href="(/acme/bin/\?[^"]*after=[^"]+)"', page)
        address = html.unescape(more[1]) if more else ""
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 9
    only = text_of(as_mia.get(PAGE, {"type": "contacts"}))
    more = re.search(r'hx-get="(/acme/bin/\?[^"]+)"', only)
    assert more
    rest = text_of(as_mia.get(html.unescape(more[1]), headers={"HX-Request": "true"}))
    assert "<html" not in rest
    assert re.findall(r"/bin/(\w+)/\d+/restore", rest) == ["contacts"]


@pytest.mark.parametrize(
    "after", ["x", ".", "customer.", "customer.W10", "stage.x", "nothing.W10", "=" * 300, "customer.\x00"]
)
def test_a_forged_place_in_the_bin_is_answered_in_words(as_mia: Client, after: str) -> None:
    answer = as_mia.get(PAGE, {"after": after})
    assert answer.status_code == 422
    assert "列表" in text_of(answer)


def test_more_rows_need_no_more_queries(as_mia: Client, deleted: Callable[..., Customer]) -> None:
    deleted("第一个客户")
    as_mia.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        as_mia.get(PAGE)
    for n in range(8):
        deleted(f"又一个客户 {n}")
    with CaptureQueriesContext(connection) as many:
        as_mia.get(PAGE)
    assert len(many) == len(few)
