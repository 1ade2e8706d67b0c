"""Promises on the pages: the card, the button, the bar, the worklist, the difference list, the search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.kernel import clock
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.promises import differences, jobs
from gucang.promises.actions import booking, making
from gucang.promises.models import Promise, State
from tests.personas import Team, hire


@pytest.fixture
def shop(acme_team: Team, other_team: Team) -> Team:
    """Acme with Fay (finance), Sam (service) and Ed (executive), a customer of Alice's and three promises to it."""
    with company_scope(acme_team.company):
        for name, role in (("Fay", "finance"), ("Sam", "service"), ("Ed", "executive")):
            acme_team.people[name.lower()] = hire(name, role)
        alice = acme_team.people["alice"]
        values = {"name": "苏州恒力精密", "phone": "13800571234"}
        customer = customers.create(actor=alice, values=values).record
        contacts.create(actor=alice, values={"name": "沈工", "customer": customer, "mobile": "13911112222"})
        about = {"about_type": "customer", "about_id": customer.pk}
        for kind, what, worth in (("rebate", "3% 返利", "12480"), ("discount", "九折", "500"), ("other", "样册", "")):
            values = {**about, "kind": kind, "what": what, "worth": worth or None}
            making.create(actor=alice, values=values)
    return acme_team


@pytest.fixture
def page(shop: Team, client: Client, login: Any) -> Callable[..., Any]:
    """`page("sam", "customers/1")`: what that person gets."""

    def get(who: str, path: str, **params: Any) -> Any:
        return login(client, shop.people[who]).get(f"/acme/{path}", params)

    return get


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_card_stands_on_the_customer_s_page_and_reads_it_out(page: Any, shop: Team) -> None:
    with company_scope(shop.company):
        pk = Promise.objects.first().customer_id
    found = text(page("sam", f"customers/{pk}"))
    assert 'id="answer"' in found
    assert "可以直接念给客户听" in found
    assert "由Fay办理" in found.replace(" ", "")
    assert f"/acme/promises/new?about_type=customer&amp;about_id={pk}" in found


def test_who_types_a_telephone_number_is_led_to_the_card(page: Any, shop: Team) -> None:
    with company_scope(shop.company):
        pk = Promise.objects.first().customer_id
    for number in ("13800571234", "138 0057 1234", "13911112222"):
        assert f"/acme/customers/{pk}#answer" in text(page("sam", "search", q=number)), number
    # Bob sees neither the customer nor its number.
    assert "#answer" not in text(page("bob", "search", q="13800571234"))
    assert "#answer" not in text(page("sam", "search", q="恒力"))


def test_a_promise_is_found_by_its_words(page: Any) -> None:
    assert re.search(r"/acme/promises/\d", text(page("sam", "search", q="返利")))
    assert not re.search(r"/acme/promises/\d", text(page("bob", "search", q="返利")))


def test_finance_finds_what_is_to_be_booked_at_home_and_in_the_list(page: Any) -> None:
    home = text(page("fay", ""))
    assert "3% 返利" in home
    assert "/book?amount=12480" in home
    listed = text(page("fay", "promises/", view="to-book"))
    assert "九折" in listed
    assert "样册" not in listed


def test_the_executive_sees_the_promise_debt_in_yuan(page: Any) -> None:
    assert "12,980" in text(page("ed", ""))


def test_the_list_of_differences_names_amounts_and_holders_and_sends_back_with_one_click(
    page: Any, shop: Team, client: Client
) -> None:
    with company_scope(shop.company):
        discount = Promise.objects.get(kind="discount")
        booking.book(discount, actor=shop.people["fay"], ref="记-1", amount="450")
    found = text(page("fay", "promises/differences"))
    assert "承诺 ¥500" in found
    assert "入账 ¥450" in found
    assert "3% 返利" not in found, "its time is not over"
    answer = client.post(f"/acme/promises/{discount.pk}/send_back", {"next": "/acme/promises/differences"})
    assert (answer.status_code, answer["Location"]) == (302, "/acme/promises/differences")
    with company_scope(shop.company):
        back = Promise.objects.get(kind="discount")
        assert (back.state, back.booked_amount, str(back.holder)) == (State.BINDING, None, "Fay")


def test_what_is_not_booked_in_time_and_what_is_overdue_is_on_the_list_and_its_holder_told_once(shop: Team) -> None:
    from gucang.messages.models import Notification

    with company_scope(shop.company), clock.at(clock.now() + timedelta(days=30)):
        actor = shop.people["fay"].as_actor()
        found = {check.key: [row.title for row in check.find(actor, 9)] for check in differences.every()}
        assert found["not_booked"] == ["3% 返利", "九折"] or sorted(found["not_booked"]) == ["3% 返利", "九折"]
        assert sorted(found["expired"]) == ["3% 返利", "九折", "样册"]
        assert differences.count(actor) == 5
        for _night in range(2):
            jobs.send_the_list_round()
        told = Notification.objects.filter(key__startswith="difference:")
        assert told.count() == 5
        bob = shop.people["bob"].as_actor()
        assert differences.count(bob) == 0


def test_the_clock_reminds_then_tells_the_superior_then_marks_it_overdue(shop: Team) -> None:
    from gucang.kernel.models import Event
    from gucang.messages.models import Notification

    def names() -> list[str]:
        found = Event.objects.filter(subject_id=rebate.pk, subject_type="promise").order_by("id")
        return [name.partition(".")[2] for name in found.values_list("name", flat=True)]

    with company_scope(shop.company):
        rebate = Promise.objects.get(kind="rebate")
        assert rebate.due_at is not None
        with clock.at(rebate.due_at - timedelta(hours=2)):
            jobs.look_at_the_clock()
            jobs.look_at_the_clock()
        reminded = Notification.objects.filter(member=shop.people["fay"], kind="due", about_id=rebate.pk)
        assert reminded.count() == 1
        assert names() == ["create", "make"]
        with clock.at(rebate.due_at + timedelta(minutes=1)):
            jobs.look_at_the_clock()
            jobs.look_at_the_clock()
        assert names() == ["create", "make", "escalate"]
        with clock.at(clock.now() + timedelta(days=40)):
            jobs.look_at_the_clock()
            jobs.look_at_the_clock()
        assert names() == ["create", "make", "escalate", "expire"]
        assert Promise.objects.get(pk=rebate.pk).overdue_at is not None


def test_a_stranger_gets_nothing_of_it(page: Any, shop: Team, client: Client, login: Any, other_team: Team) -> None:
    with company_scope(shop.company):
        pk = Promise.objects.first().pk
    client = login(client, other_team.people["dan"])
    for path in ("promises/differences", "promises/", f"promises/{pk}", f"promises/{pk}/book"):
        assert client.get(f"/acme/{path}").status_code == 404
        answer = client.get(f"/other/{path}")
        assert answer.status_code in (200, 404)
        assert "返利" not in answer.content.decode()
