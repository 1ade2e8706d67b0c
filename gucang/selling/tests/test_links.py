"""The link by which a customer sees and answers a quote: who may open what, until when, and what is written down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client

from gucang.accounts.actions import companies
from gucang.accounts.models import hash_key
from gucang.approvals.actions import policies
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, NeedsApproval, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.messages.hearing import heard
from gucang.parties.actions import contacts, customers
from gucang.selling.actions import links, quotes
from gucang.selling.models import Quote, QuoteLink
from gucang.selling.offers import pages
from gucang.stock.actions import products
from gucang.surface.api import buckets
from tests import pdftext
from tests.personas import hire

SECRETS = ("201.37", "355.89", "底价不要说出去")


@pytest.fixture(autouse=True)
def full_buckets() -> None:
    buckets.empty_all()


@pytest.fixture
def world(acme: Company, alice: Any, adam: Any) -> SimpleNamespace:
    """A quote of Alice's that was sent, with a cost, a margin and a note that are nobody else's business."""
    with company_scope(acme):
        values = {"name": "高速主轴", "spec": "S750", "list_price": "320", "cost": "201.37"}
        product = products.create(actor=adam, values=values).record
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        contact = contacts.create(
            actor=alice, values={"customer": customer, "name": "王建国", "mobile": "13800138000"}
        ).record
        given = {
            "customer": customer, "contact": contact, "note": "底价不要说出去",
            "valid_until": clock.today() + timedelta(days=20), "lines": [{"product": product.pk, "quantity": "3"}],
        }  # fmt: skip
        quote = quotes.create(actor=alice, values=given).record
        quotes.send(quote, actor=alice)
    return SimpleNamespace(company=acme, quote=quote.pk, customer=customer, product=product, given=given)


@pytest.fixture
def give(world: SimpleNamespace, alice: Any) -> Callable[..., str]:
    """`give()`: the address of a new link to the quote."""

    def make(quote: int | None = None, **values: Any) -> str:
        with company_scope(world.company):
            made = links.give_link(quote or world.quote, actor=alice, **values).record
            assert made.link.key not in str(list(QuoteLink.objects.values()))
            return f"/acme/offer/{made.link.key}"

    return make


def page(client: Client, address: str, status: int = 200, **sent: str) -> str:
    answer = client.post(address, sent) if sent else client.get(address)
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[-2000:])
    return re.sub(r"\s+", " ", answer.content.decode())


def accept(client: Client, address: str, status: int = 302, **more: str) -> str:
    return page(client, address, status, **({"answer": "accept", "by": "王建国"} | more))


def event_of(world: SimpleNamespace, name: str) -> Event:
    with company_scope(world.company):
        return event_of_name(name)


def event_of_name(name: str) -> Event:
    return Event.objects.filter(name=name).latest("id")


def test_a_customer_sees_the_quote_as_it_stands_on_paper_and_nothing_else(
    world: SimpleNamespace, give: Callable[..., str]
) -> None:
    anybody, address = Client(), give()
    answer = anybody.get(address)
    text = answer.content.decode()
    for words in ("报价单", "苏州恒力精密机械有限公司", "高速主轴", "S750", "960.00", "¥1,084.80", "阿克梅贸易"):
        assert words in text, words
    assert not [secret for secret in SECRETS if secret in text]
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    paper = anybody.get(f"{address}/pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    read = pdftext.text(paper.content)
    assert "¥1,084.80" in read
    assert not [secret for secret in SECRETS if secret in read]
    assert anybody.get(f"{address}/logo").status_code == 404
    english = page(anybody, give(language="en"))
    assert "Quotation" in english
    assert 'lang="en"' in english


def test_only_the_hash_of_the_key_is_kept_and_no_event_has_it(world: SimpleNamespace, give: Callable[..., str]) -> None:
    key = give().rpartition("/")[2]
    event = event_of(world, "quote.give_link")
    assert key not in str((event.facts, event.changes))
    with company_scope(world.company):
        assert QuoteLink.objects.get().key_hash == hash_key(key)


def test_the_customer_accepts_once_and_a_second_click_is_answered_in_words(
    world: SimpleNamespace, give: Callable[..., str], alice: Any
) -> None:
    anybody, address = Client(), give()
    accept(anybody, address, customer_number="PO-7731", note="请月底前发货")
    event = event_of(world, "quote.accept")
    assert (event.actor_kind, event.actor_id) == ("system", None)
    assert event.facts["link"]["name"] == "王建国"
    assert event.facts["note"] == "请月底前发货"
    with company_scope(world.company):
        quote = Quote.objects.get(pk=world.quote)
        assert event.facts["link"]["id"] == QuoteLink.objects.get().pk
        assert (quote.state, quote.answered_by, quote.customer_number) == ("accepted", "王建国", "PO-7731")
        (told,) = heard(event)
        assert (told.member_id, told.params["name"]) == (alice.pk, "王建国")
    assert "王建国 已于" in page(anybody, address)
    assert "已经答复过了" in accept(anybody, address, 409, by="别人")
    assert "已经答复过了" in page(anybody, address, 409, answer="decline", by="别人", reason="太贵")
    with company_scope(world.company):
        quote.refresh_from_db()
        assert (quote.state, quote.answered_by) == ("accepted", "王建国")
        assert Event.objects.filter(name__in=("quote.accept", "quote.decline")).count() == 1
        # What they wrote goes onto the order.
        quotes.make_order(quote, actor=alice)
        order = records.get("sales_order").model.objects.get(quote=quote)
        assert order.customer_number == "PO-7731"


def test_the_customer_declines_with_a_reason(world: SimpleNamespace, give: Callable[..., str], alice: Any) -> None:
    anybody, address = Client(), give()
    assert "aria-invalid" in page(anybody, address, 422, answer="decline", by="王建国", reason="")
    page(anybody, address, 302, answer="decline", by="王建国", reason="价格高于别家")
    with company_scope(world.company):
        quote = Quote.objects.get(pk=world.quote)
        assert (quote.state, quote.declined_for, quote.answered_by) == ("declined", "价格高于别家", "王建国")
        (told,) = heard(event_of_name("quote.decline"))
        assert (told.member_id, told.params["reason"]) == (alice.pk, "价格高于别家")
    assert "王建国 已于" in accept(anybody, address, 409)


@pytest.mark.parametrize(
    "sent", [{"by": ""}, {"by": " 　"}, {"by": "x" * 61}, {"answer": "burn"}, {"note": "x" * 70000}]
)
def test_an_answer_that_is_not_whole_changes_nothing(
    world: SimpleNamespace, give: Callable[..., str], sent: dict[str, str]
) -> None:
    accept(Client(), give(), 422, **sent)
    with company_scope(world.company):
        assert Quote.objects.get(pk=world.quote).state == "sent"
        assert not Event.objects.filter(name="quote.accept").exists()


def test_what_staff_noted_by_hand_is_what_the_customer_reads(
    world: SimpleNamespace, give: Callable[..., str], alice: Any
) -> None:
    address = give()
    with company_scope(world.company):
        quotes.accept(world.quote, actor=alice, by="王建国", note="电话里说的")
        assert not list(heard(event_of_name("quote.accept")))
    text = page(Client(), address)
    assert "王建国 已于" in text
    assert "电话里说的" not in text
    assert "已经答复过了" in accept(Client(), address, 409)


def test_expired_revoked_replaced_and_unknown_keys_answer_alike(
    world: SimpleNamespace, give: Callable[..., str], alice: Any
) -> None:
    never = page(Client(), "/acme/offer/" + "x" * 32, 404)
    replaced = give()
    revoked = give()
    with company_scope(world.company):
        quote = Quote.objects.get(pk=world.quote)
        assert links.revoke_link.why_not(alice, quote) is None
        quotes_link = links.revoke_link(world.quote, actor=alice)
        assert quotes_link.event is not None
        assert "没有还能打开的链接" in str(links.revoke_link.why_not(alice, quote))
        with pytest.raises(Refused):
            links.revoke_link(world.quote, actor=alice)
    expired = give()
    with time_machine.travel(clock.now() + timedelta(days=21)):
        assert page(Client(), expired, 404) == never
    for address in (replaced, revoked):
        assert page(Client(), address, 404) == never
        assert page(Client(), f"{address}/pdf", 404) == never
        assert page(Client(), f"{address}/logo", 404) == never
        assert accept(Client(), address, 404) == never
    assert "¥1,084.80" in page(Client(), expired)
    with company_scope(world.company):
        assert Quote.objects.get(pk=world.quote).state == "sent"


def test_a_newer_version_takes_the_place_of_the_one_behind_the_link(
    world: SimpleNamespace, give: Callable[..., str], alice: Any
) -> None:
    address = give()
    with company_scope(world.company):
        later = quotes.revise(world.quote, actor=alice).record.made
        later = quotes.edit(later, actor=alice, values={"discount": "10"}).record
    # Until the new version is sent, the old one holds.
    assert "¥1,084.80" in page(Client(), address)
    with company_scope(world.company):
        quotes.send(later, actor=alice)
    text = page(Client(), address)
    assert "已有新版本" in text
    assert "1,084.80" not in text
    assert Client().get(f"{address}/pdf").headers["Content-Type"].startswith("text/html")
    accept(Client(), address, 409)
    with company_scope(world.company):
        assert Quote.objects.get(pk=world.quote).state == "superseded"
        with pytest.raises(Refused):
            links.give_link(world.quote, actor=alice)
    assert "¥976.32" in page(Client(), give(later.pk))


def test_what_was_not_sent_has_no_link_also_while_it_waits_for_approval(
    world: SimpleNamespace, alice: Any, adam: Any
) -> None:
    with company_scope(world.company):
        values = {"name": "报价要批", "record_type": "quote", "action": "quote.send"}
        policy = policies.create(actor=adam, values=values).record
        step = {"name": "经理", "mode": "all", "who": [{"kind": "person", "id": adam.pk}]}
        policies.define(policy, actor=adam, definition=json.dumps({"steps": [step]}))
        policies.put_in_force(policy, actor=adam)
        quote = quotes.create(actor=alice, values=world.given).record
        with pytest.raises(Refused):
            links.give_link(quote, actor=alice)
        with pytest.raises(NeedsApproval):
            quotes.send(quote, actor=alice)
        with pytest.raises(Refused):
            links.give_link(quote, actor=alice)
        assert not QuoteLink.objects.exists()


def test_a_key_opens_nothing_in_another_company(world: SimpleNamespace, give: Callable[..., str], dan: Any) -> None:
    address = give()
    other = Company.objects.exclude(pk=world.company.pk).get()
    assert page(Client(), address.replace("/acme/", f"/{other.slug}/"), 404)
    accept(Client(), address.replace("/acme/", f"/{other.slug}/"), 404)
    with company_scope(other):
        assert not QuoteLink.objects.exists()
    assert "¥1,084.80" in page(Client(), address)
    # A key is for these pages and for nothing else of the company.
    anybody = Client()
    for path in (
        f"/acme/quotes/{world.quote}",
        f"{address}/edit",
        "/acme/quotes/",
        f"/acme/api/v1/quotes/{world.quote}",
    ):
        assert anybody.get(path).status_code in (302, 401), path


def test_keys_are_not_tried_out_and_papers_not_made_without_end(
    world: SimpleNamespace, give: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of it in one moment: buckets fill again while a slow machine asks.
    monkeypatch.setattr(buckets, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    anybody, address = Client(), give()
    found = [anybody.get(f"/acme/offer/{n}").status_code for n in range(pages.GUESSES + 2)]
    assert found == [404] * pages.GUESSES + [429] * 2
    # Whoever has a key is not kept out by who guesses at the same address.
    assert anybody.get(address).status_code == 200
    found = [anybody.get(f"{address}/logo").status_code for _ in range(pages.PER_MINUTE)]
    assert 429 in found
    assert anybody.get(f"{address}/pdf").status_code == 429


def test_staff_make_a_link_on_its_page_and_see_when_it_was_opened(
    world: SimpleNamespace, client: Client, login: Any, alice: Any, bob: Any, dan: Any
) -> None:
    path = f"/acme/quotes/{world.quote}"
    browser = login(client, alice)
    assert f'href="{path}/link"' in page(browser, path)
    made = page(browser, f"{path}/link", 200, language="en")
    key = re.search(r"/acme/offer/([\w-]+)", made)
    assert key is not None
    assert key[1] not in page(browser, path)
    assert "还没打开过" in page(browser, path)
    Client().get(f"/acme/offer/{key[1]}")
    assert "还没打开过" not in page(browser, path)
    page(browser, f"{path}/revoke_link", 302, seen="9")
    page(Client(), f"/acme/offer/{key[1]}", 404)
    for stranger in (bob, dan):
        assert login(client, stranger).get(f"{path}/link").status_code == 404
    with company_scope(world.company):
        sven = hire("Sven", "service")
        with pytest.raises(Forbidden):
            links.give_link(world.quote, actor=sven)
    assert login(client, sven).get(f"{path}/link").status_code == 403


def test_the_timeline_says_that_the_customer_did_it(
    world: SimpleNamespace, give: Callable[..., str], client: Client, login: Any, alice: Any
) -> None:
    accept(Client(), give())
    text = page(login(client, alice), f"/acme/quotes/{world.quote}")
    assert "客户链接：王建国" in text


def test_a_link_lives_as_long_as_the_quote_and_else_for_a_month(
    world: SimpleNamespace, give: Callable[..., str], alice: Any
) -> None:
    give()
    with company_scope(world.company):
        assert QuoteLink.objects.get().expires_on == world.given["valid_until"]
        quote = quotes.create(actor=alice, values=world.given | {"valid_until": None}).record
        quotes.send(quote, actor=alice)
        link = links.give_link(quote, actor=alice).record.link
        assert link.expires_on == clock.today() + links.USUAL_DAYS
        assert date.today() < link.expires_on


def test_the_sellers_letterhead_stands_above(world: SimpleNamespace, give: Callable[..., str]) -> None:
    with company_scope(world.company):
        companies.set_letterhead(
            Company.objects.get(pk=world.company.pk),
            actor=system(),
            legal_name="苏州谷仓机电设备有限公司",
            terms="预付 30%",
        )
    text = page(Client(), give())
    assert "苏州谷仓机电设备有限公司" in text
