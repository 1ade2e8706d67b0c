"""The customer answers by the link while somebody withdraws it, answers too, or sends a new version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import links, quotes
from gucang.selling.models import Quote, QuoteLink
from gucang.stock.actions import products
from gucang.surface.api import buckets
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 20


class Desk:
    """Acme, Alice, and a quote with a link in each round."""

    def __init__(self, team: Team) -> None:
        self.company: Company = team.company
        self.alice: Member = team.people["alice"]
        with company_scope(self.company):
            self.customer = customers.create(actor=self.alice, values={"name": "抢答公司"}).record
            values = {"name": "高速主轴", "list_price": "320"}
            self.product = products.create(actor=team.people["adam"], values=values).record

    def sent(self) -> tuple[int, str]:
        """A quote that was sent, and the address of its link."""
        buckets.empty_all()
        rows = [{"product": self.product.pk, "quantity": 2}]
        with company_scope(self.company):
            quote = quotes.create(actor=self.alice, values={"customer": self.customer, "lines": rows}).record
            quotes.send(quote, actor=self.alice)
            link = links.give_link(quote, actor=self.alice).record.link
        return quote.pk, f"/{self.company.slug}/offer/{link.key}"

    def by_link(self, address: str, **answer: str) -> Callable[[], int]:
        """The customer sends this; gives the status of the answer."""
        return lambda: Client().post(address, {"by": "王建国", **answer}).status_code

    def by_hand(self, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
        def do() -> Any:
            with company_scope(self.company):
                return verb(pk, actor=self.alice, **params)

        return do

    def left(self, pk: int) -> tuple[str, list[str]]:
        """The state of the quote, and the answers that were written down."""
        with company_scope(self.company):
            names = Event.objects.filter(subject_type="quote", subject_id=pk).values_list("name", flat=True)
            return Quote.objects.get(pk=pk).state, [one for one in names if one in ("quote.accept", "quote.decline")]


@pytest.fixture
def desk(acme_team: Team) -> Desk:
    return Desk(acme_team)


def test_of_eight_clicks_one_counts(desk: Desk) -> None:
    for _round in range(ROUNDS):
        pk, address = desk.sent()
        accept, decline = (
            desk.by_link(address, answer="accept"),
            desk.by_link(address, answer="decline", reason="太贵"),
        )
        found = at_once(*([accept, decline] * 4))
        assert sorted(found) == [302] + [409] * 7, found
        state, told = desk.left(pk)
        assert told == [{"accepted": "quote.accept", "declined": "quote.decline"}[state]]


def test_withdrawing_the_link_and_accepting_by_it_happen_one_after_the_other(desk: Desk) -> None:
    seen = set()
    for _round in range(ROUNDS):
        pk, address = desk.sent()
        answer, _ended = at_once(desk.by_link(address, answer="accept"), desk.by_hand(links.revoke_link, pk))
        state, told = desk.left(pk)
        # Either the customer was in time, or the link was gone and nothing happened.
        assert (answer, state, told) in ((302, "accepted", ["quote.accept"]), (404, "sent", [])), (answer, state, told)
        with company_scope(desk.company):
            assert not QuoteLink.objects.filter(quote=pk, revoked_at=None).exists()
        seen.add(answer)
    assert seen <= {302, 404}


def test_a_new_version_and_the_answer_to_the_old_one_exclude_each_other(desk: Desk) -> None:
    for _round in range(ROUNDS):
        pk, address = desk.sent()
        with company_scope(desk.company):
            later = quotes.revise(pk, actor=desk.alice).record.made.pk
        answer, _sent = at_once(desk.by_link(address, answer="accept"), desk.by_hand(quotes.send, later))
        state, told = desk.left(pk)
        assert state == "superseded"
        assert (answer, told) in ((302, ["quote.accept"]), (409, [])), (answer, told)


def test_two_who_make_a_link_at_once_leave_one_that_opens(desk: Desk) -> None:
    pk, _address = desk.sent()
    for _round in range(ROUNDS):
        made = at_once(*[desk.by_hand(links.give_link, pk)] * 4)
        assert all(hasattr(one, "record") for one in made), made
        with company_scope(desk.company):
            assert QuoteLink.objects.filter(quote=pk, revoked_at=None).count() == 1
