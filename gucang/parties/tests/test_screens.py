"""What stands on top of a customer's page, and what a form is told while a name is being typed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import loader
from django.utils import translation

from gucang.activity.actions import follow_ups
from gucang.kernel import clock, records
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Customer
from gucang.parties.screens import customers as screens
from gucang.surface import panels

pytestmark = pytest.mark.usefixtures("scope")


def head_of(customer: Any, member: Any) -> tuple[dict[str, Any], str]:
    """The panel's values and its HTML, as `member` gets them."""
    request: Any = SimpleNamespace(actor=member.as_actor(), base="/acme")
    context = screens.head(request, records.get("customer"), Customer.objects.get(pk=customer.pk))
    return context, loader.get_template("parties/head.html").render(context)


def test_the_head_says_what_is_next_and_whom_to_call(alice: Any, new_customer: Any) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "李强", "mobile": "13812345678"})
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678", "is_primary": True})
    values = {"about_type": "customer", "about_id": mine.pk, "kind": "call", "text": "约了", "next_step": "送报价"}
    follow_ups.create(actor=alice, values={**values, "next_on": clock.today() + timedelta(days=3)})
    context, html = head_of(mine, alice)
    assert [person["contact"].name for person in context["people"]] == ["孙丽", "李强"]
    assert "送报价" in html
    assert 'href="tel:+8613912345678"' in html
    assert not context["late"]


def test_the_head_warns_of_the_pool_only_when_it_is_near(alice: Any, adam: Any, new_customer: Any) -> None:
    mine = new_customer()
    assert head_of(mine, alice)[0]["days_until_pool"] is None
    pool.create_rules(actor=adam, values={"days_without_contact": 20, "warn_days": 0})
    assert head_of(mine, alice)[0]["days_until_pool"] is None
    with clock.at(clock.now() + timedelta(days=18)):
        context, html = head_of(mine, alice)
    assert context["days_until_pool"] == 2
    assert "2 天后" in html


def test_a_reader_gets_no_number_to_call(alice: Any, carol: Any, new_customer: Any) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"})
    html = head_of(mine, carol)[1]
    assert "孙丽" in html
    assert "2345678" not in html


def test_the_head_reads_in_english_too(alice: Any, new_customer: Any) -> None:
    with translation.override("en"):
        assert "none planned" in head_of(new_customer(), alice)[1]


def test_a_form_is_told_of_likely_duplicates_without_their_phones(alice: Any, bob: Any, mia: Any) -> None:
    theirs = customers.create(actor=bob, values={"name": "苏州恒力精密机械有限公司", "phone": "13912345678"}).record
    values = {"name": "恒力机械", "phone": "", "credit_code": None}
    (advice,) = panels.advice(records.get("customer"), values, alice.as_actor())
    assert (advice.name, advice.note, advice.url) == (theirs.name, "负责人是Bob", "")
    assert "139" not in str(advice)
    (advice,) = panels.advice(records.get("customer"), values, mia.as_actor())
    assert advice.url == f"/customers/{theirs.pk}"
    assert panels.advice(records.get("customer"), {"name": "x", "phone": "\x00"}, alice.as_actor()) == []


def test_the_tabs_of_the_list_are_conditions_on_what_one_sees(
    alice: Any, bob: Any, adam: Any, carol: Any, new_customer: Any
) -> None:
    kind = records.get("customer")
    mine, pooled = new_customer("我的客户"), new_customer("放弃的客户")
    pool.release(pooled, actor=alice, reason="跟不动了")
    pool.create_rules(actor=adam, values={"days_without_contact": 5, "warn_days": 7})

    def tab(key: str, member: Any) -> list[str]:
        actor = member.as_actor()
        views = {view.key: view for view in panels.views_of(kind, actor)}
        condition = views[key].condition
        assert condition is not None
        return [customer.name for customer in kind.query(actor).filter(condition(actor))]

    assert tab("pool", bob) == ["放弃的客户"]
    assert tab("falling", alice) == ["我的客户"]
    assert tab("falling", bob) == []
    assert tab("due", alice) == []
    assert "pool" not in {view.key for view in panels.views_of(kind, carol.as_actor())}
    assert mine.pk


def test_people_have_a_personal_name_and_companies_a_name() -> None:
    with translation.override("zh-hans"):
        named = {name: records.get(name).spec("name").label for name in ("contact", "member", "customer", "department")}
    assert named == {"contact": "姓名", "member": "姓名", "customer": "名称", "department": "名称"}
