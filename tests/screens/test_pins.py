"""What somebody pins: theirs alone, shown as far as it may still be seen, and telling nobody anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.views.actions import MOST_PINS, create_pins
from gucang.views.models import PinList
from gucang.views.rules import own_pins

SEARCH = "/acme/search"


@pytest.fixture
def customer(inside: Any, alice: Any) -> Any:
    with inside():
        return customers.create(actor=alice, values={"name": "宁波东海"}).record


def pin(client: Client, record: Any, on: str = "1", **headers: str) -> Any:
    return client.post(f"/acme/customers/{record.pk}/pin", {"on": on}, headers=headers)


def pinned(client: Client) -> str:
    """What stands under the heading of pinned records."""
    page = str(client.get(SEARCH).content.decode())
    return page.partition("<h2 data-group>收藏</h2>")[2].partition("</section>")[0]


def test_a_pinned_record_stands_first_until_it_is_unpinned(as_alice: Client, customer: Any, inside: Any) -> None:
    assert pinned(as_alice) == ""
    assert pin(as_alice, customer)["Location"] == f"/acme/customers/{customer.pk}"
    assert f'href="/acme/customers/{customer.pk}"' in pinned(as_alice)
    assert 'aria-pressed="true"' in as_alice.get(f"/acme/customers/{customer.pk}").content.decode()
    pin(as_alice, customer, on="")
    assert pinned(as_alice) == ""
    with inside():
        assert list(PinList.objects.values_list("pins", flat=True)) == [[]]
        assert Event.objects.filter(subject_type="pin_list").count() == 2


def test_what_is_pinned_is_not_shown_twice(as_alice: Client, customer: Any) -> None:
    pin(as_alice, customer)
    assert as_alice.get(SEARCH).content.decode().count(f'/acme/customers/{customer.pk}"') == 1


def test_a_record_that_one_may_not_see_any_more_disappears_without_a_word(
    as_alice: Client, customer: Any, inside: Any, mia: Any, bob: Any
) -> None:
    pin(as_alice, customer)
    assert "宁波东海" in pinned(as_alice)
    with inside():
        customers.assign(customer, actor=mia, owner=bob)
    page = as_alice.get(SEARCH).content.decode()
    assert "宁波东海" not in page
    assert f"/customers/{customer.pk}" not in page
    assert "收藏</h2>" not in page


def test_a_record_in_the_bin_is_not_shown(as_alice: Client, customer: Any, inside: Any, mia: Any) -> None:
    pin(as_alice, customer)
    with inside():
        customers.delete(customer, actor=mia)
    assert pinned(as_alice) == ""


def test_nobody_pins_what_they_do_not_see_nor_learns_that_it_exists(
    client: Client, login: Callable[..., Client], bob: Any, customer: Any, inside: Any
) -> None:
    his = login(client, bob)
    assert pin(his, customer).status_code == pin(his, type("Nothing", (), {"pk": 10**9})).status_code == 404
    with inside():
        assert not PinList.objects.exists()


def test_pins_are_nobody_elses(
    as_alice: Client, client: Client, login: Callable[..., Client], customer: Any, inside: Any, mia: Any, adam: Any
) -> None:
    pin(as_alice, customer)
    with inside():
        row = PinList.objects.get()
        for other in (mia, adam):
            assert not PinList.objects.filter(own_pins(other.as_actor())).exists()
    hers = login(Client(), mia)
    assert pinned(hers) == ""
    assert hers.get(f"/acme/pinned/{row.pk}").status_code == 404


def test_pins_of_another_company_lead_nowhere(
    as_alice: Client, customer: Any, other: Any, dan: Any, inside: Any
) -> None:
    with company_scope(other):
        theirs = customers.create(actor=dan, values={"name": "别家的客户"}).record
    with inside():
        create_pins(actor=customer.owner, values={"pins": [f"customer:{theirs.pk}", "no_such:1", "customer:x", "y"]})
    page = as_alice.get(SEARCH).content.decode()
    assert "别家的客户" not in page
    assert f"/customers/{theirs.pk}" not in page


def test_too_many_pins_are_refused_with_a_sentence(as_alice: Client, customer: Any, inside: Any, alice: Any) -> None:
    full = [f"customer:{n}" for n in range(10**6, 10**6 + MOST_PINS)]
    with inside():
        create_pins(actor=alice, values={"pins": full})
    star = pin(as_alice, customer, HX_Request="true")
    assert 'aria-pressed="false"' in star.content.decode()
    assert str(MOST_PINS) in star.headers["HX-Trigger"]
    with inside():
        assert PinList.objects.get().pins == full


def test_the_system_pins_nothing(inside: Any, acme: Any) -> None:
    with inside(), pytest.raises(Forbidden):
        create_pins(actor=system(), values={"pins": []})


def test_a_script_gets_the_star_alone(as_alice: Client, customer: Any) -> None:
    star = pin(as_alice, customer, HX_Request="true").content.decode()
    assert star.strip().startswith("<form")
    assert 'aria-pressed="true"' in star
    assert as_alice.get(f"/acme/customers/{customer.pk}/pin").status_code == 409
