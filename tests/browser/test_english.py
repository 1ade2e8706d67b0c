"""In English no word of the pages is left in Chinese; what people called their things stays as they called it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.accounts.models import Department, Role
from gucang.activity.actions import follow_ups, tasks
from gucang.kernel import clock
from gucang.parties.actions import contacts, customers
from gucang.selling.models import LossReason, Opportunity, Pipeline, Stage
from tests.personas import give_password

pytestmark = pytest.mark.browser
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
# Everything a page says: its words, and what it says of parts that show none.
WORDS = """() => {
  const said = [document.title, document.body.innerText];
  for (const part of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder']) said.push(part.getAttribute(name) ?? '');
  for (const part of document.querySelectorAll('details, dialog')) said.push(part.textContent);
  return said.join('\\n');
}"""
SALES = (
    "", "activity/due", "customers/", "customers/new", "customers/{customer}", "customers/{customer}/edit",
    "customers/{customer}/release", "leads/", "leads/new", "opportunities/", "opportunities/board",
    "opportunities/{deal}", "opportunities/{deal}/lose", "tasks/", "notifications", "notifications/settings", "me",
    "me/tokens/new", "bin/", "search?q=Suzhou", "search?q=xyzzy", "me/calendar", "calendar?view=agenda",
    "calendar?view=month", "calendar?view=week", "opportunities/{deal}/when",
)  # fmt: skip
ADMINISTRATION = (
    "", "settings", "members/", "members/{member}", "departments/", "roles/", "roles/{role}/set_rights", "pipelines/",
    "stages/", "loss-reasons/", "pool-rules/", "imports/", "imports/new", "fields/", "fields/new",
)  # fmt: skip


def in_english(page: Page) -> None:
    page.goto("/acme/", wait_until="networkidle")
    page.locator(".person summary").click()
    page.locator(".person").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def chinese_on(page: Page, address: str, own: list[str]) -> str:
    """The Chinese of a page that nobody of the company wrote; "" when there is none."""
    answer = page.goto(f"/acme/{address}")
    assert answer is not None
    assert answer.status == 200, address
    words = page.evaluate(WORDS)
    for name in own:
        words = words.replace(name, "")
    found = sorted(set(CHINESE.findall(words)))
    return f"{address}: {' '.join(found)}" if found else ""


@pytest.fixture
def own(alice: Any, stages: dict[str, Any], acme: Any, inside: Any) -> list[str]:
    """What the company itself called in Chinese when it began, the longest first; and the language's own name."""
    with inside():
        found = [row.name for model in (Department, Role, Pipeline, Stage, LossReason) for row in model.objects.all()]
        found += [row.guidance for row in Stage.objects.all()] + [row.description for row in Role.objects.all()]
    return sorted(filter(None, [*found, acme.name, "中文"]), key=len, reverse=True)


@pytest.fixture
def ids(alice: Any, new_deal: Callable[..., Opportunity], acme: Any, inside: Any) -> dict[str, int]:
    deal = new_deal("Line upgrade", customer="Suzhou Hengli", amount=186_400, closes_on=clock.today())
    with inside():
        customer = customers.edit(
            deal.customer, actor=alice, values={"city": "Suzhou", "phone": "0512-62881234"}
        ).record
        contacts.create(actor=alice, values={"customer": customer, "name": "Lin", "mobile": "13900139000"})
        about = {"about_type": "customer", "about_id": customer.pk}
        follow_ups.create(
            actor=alice,
            values={**about, "kind": "call", "text": "They want two", "next_step": "Ring", "next_on": clock.today()},
        )
        tasks.create(actor=alice, values={"title": "Send a sample", "due_on": clock.today()})
        role = Role.objects.get(key="salesperson")
    return {"customer": customer.pk, "deal": deal.pk, "member": alice.pk, "role": role.pk, "company": acme.pk}


def test_the_pages_of_a_salesperson_have_no_chinese_word(
    page_of: Callable[..., Page], alice: Any, ids: dict[str, int], own: list[str]
) -> None:
    give_password(alice)
    page = page_of(alice)
    in_english(page)
    found = [chinese_on(page, address.format(**ids), own) for address in SALES]
    assert [one for one in found if one] == []


def test_the_pages_of_an_administrator_have_no_chinese_word(
    page_of: Callable[..., Page], adam: Any, ids: dict[str, int], own: list[str]
) -> None:
    page = page_of(adam)
    in_english(page)
    found = [chinese_on(page, address.format(**ids), own) for address in ADMINISTRATION]
    assert [one for one in found if one] == []
