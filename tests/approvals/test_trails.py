"""The trail of a record: on its page, and on its paper for the house only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock
from gucang.kernel.actions import get
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import quotes
from gucang.stock.actions import products
from tests import pdftext
from tests.approvals.conftest import make_policy, waiting_deal
from tests.contracts.world import words_of
from tests.personas import Team


@pytest.fixture
def page(acme_team: Team, login: Any) -> Any:
    return lambda name: login(Client(), acme_team.people[name])


@pytest.fixture
def quote(acme_team: Team) -> int:
    """A quote of Alice's that Mia agreed to with a word about it, and that is sent."""
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"]], action="quote.send", name="报价")
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        spindle = products.create(actor=people["adam"], values={"name": "高速主轴", "list_price": "320"}).record
        values = {"customer": customer, "lines": [{"product": spindle.pk, "quantity": "3", "price": "300"}]}
        made = quotes.create(actor=people["alice"], values=values).record
        with pytest.raises(NeedsApproval) as caught:
            get("quote.send")(made, actor=people["alice"])
        requests.agree(caught.value.request, actor=people["mia"], comment="老客户，让到底价")
        return made.pk


def test_a_records_page_shows_and_prints_who_agreed_to_it(acme_team: Team, page: Any, quote: int) -> None:
    shown = page("alice").get(f"/acme/quotes/{quote}").content.decode()
    box = words_of(shown[shown.index('id="approvals"') : shown.index("</section>", shown.index('id="approvals"'))])
    for said in ("SP-", "Mia", "同意", "老客户，让到底价"):
        assert said in box
    assert "no-print" not in shown[shown.index('id="approvals"') - 40 : shown.index('id="approvals"')]


def test_the_paper_has_it_only_when_it_is_asked_for(acme_team: Team, page: Any, quote: int) -> None:
    alice = page("alice")
    assert "老客户" not in pdftext.text(alice.get(f"/acme/quotes/{quote}/pdf").content)
    for language, title in (("zh-hans", "审批记录（仅限内部）"), ("en", "Approvals, for the house only")):
        text = pdftext.text(alice.get(f"/acme/quotes/{quote}/pdf?trail&language={language}").content)
        for said in (title.replace(" ", ""), "Mia", "老客户，让到底价", f"{clock.today():%Y-%m-%d}"):
            assert said in text


def test_whoever_sees_the_record_and_not_the_request_sees_no_trail(acme_team: Team, page: Any, quote: int) -> None:
    with company_scope(acme_team.company):
        quotes.share(quote, actor=acme_team.people["alice"], member=acme_team.people["bob"])
    bob = page("bob")
    shown = bob.get(f"/acme/quotes/{quote}")
    assert shown.status_code == 200
    assert 'id="approvals"' not in shown.content.decode()
    assert "老客户" not in pdftext.text(bob.get(f"/acme/quotes/{quote}/pdf?trail").content)


def test_what_only_waits_has_no_trail_yet(acme_team: Team, page: Any) -> None:
    deal, request = waiting_deal(acme_team, ["mia"])
    assert 'id="approvals"' not in page("alice").get(f"/acme/opportunities/{deal}").content.decode()
    with company_scope(acme_team.company):
        requests.send_back(ApprovalRequest.objects.get(pk=request), actor=acme_team.people["mia"], comment="合同没盖章")
    assert "合同没盖章" in words_of(page("alice").get(f"/acme/opportunities/{deal}").content.decode())
