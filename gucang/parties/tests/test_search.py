"""What a collaborator finds: the shared customer and the people there, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.kernel import records, search
from gucang.parties.actions import contacts, customers

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def two_wangs(alice: Any) -> dict[str, Any]:
    """Two customers of Alice's, each with a contact called 王建国."""
    found = {}
    for name in ("恒立机械", "明达塑业"):
        customer = customers.create(actor=alice, name=name).record
        found[name] = contacts.create(actor=alice, customer=customer, name="王建国", mobile="13800138000").record
    return found


def hits(member: Any, text: str) -> list[int]:
    found = search.search(member.as_actor(), text, types=[records.get("customer"), records.get("contact")])
    return [hit.object_id for hit in found.get("contact", [])]


def test_a_collaborator_finds_the_contacts_of_the_shared_customer_and_of_no_other(alice, bob, two_wangs):
    shared, other = two_wangs["恒立机械"], two_wangs["明达塑业"]
    assert set(hits(alice, "wjg")) == {shared.pk, other.pk}
    assert hits(bob, "wjg") == []
    customers.share(shared.customer, actor=alice, member=bob)
    assert hits(bob, "wjg") == [shared.pk]
    assert search.matching_ids(bob.as_actor(), records.get("contact"), "王建国") == [shared.pk]
    customers.unshare(shared.customer, actor=alice, member=bob)
    assert hits(bob, "wjg") == []


def test_a_shared_customer_in_the_bin_brings_no_contacts(alice, bob, mia, two_wangs):
    shared = two_wangs["恒立机械"]
    customers.share(shared.customer, actor=alice, member=bob)
    assert hits(bob, "wjg") == [shared.pk]
    customers.delete(shared.customer, actor=mia)
    assert hits(bob, "wjg") == []


def test_nobody_sharing_costs_no_query_more(alice, two_wangs, django_assert_num_queries):
    actor = alice.as_actor()
    types = [records.get("contact")]
    search.search(actor, "wjg", types=types)
    with django_assert_num_queries(2):
        search.search(actor, "wjg", types=types)
