"""Every kind of page on a desk and a phone, light and dark: no known barrier, nothing sticks out or complains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from gucang.accounts.models import Role
from gucang.activity.actions import follow_ups, tasks
from gucang.kernel import clock
from gucang.parties.actions import contacts
from gucang.selling.models import Opportunity
from tests.personas import give_password

pytestmark = pytest.mark.browser
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/design")
SALES = (
    "/acme/", "/acme/activity/due", "/acme/customers/", "/acme/customers/new", "/acme/customers/{customer}",
    "/acme/customers/{customer}/edit", "/acme/customers/{customer}/release", "/acme/customers/grid",
    "/acme/opportunities/board", "/acme/opportunities/{deal}", "/acme/leads/", "/acme/search?q=恒力", "/acme/bin/",
    "/acme/notifications", "/acme/notifications/settings", "/acme/me", "/acme/me/tokens/new", "/accounts/sessions/",
    "/accounts/2fa/", "/acme/me/calendar", "/acme/calendar", "/acme/calendar?view=month", "/acme/calendar?view=week",
    "/acme/calendar?view=day", "/acme/calendar?view=agenda", "/acme/opportunities/{deal}/when",
)  # fmt: skip
ADMINISTRATION = (
    "/acme/settings", "/acme/members/", "/acme/members/{member}", "/acme/roles/{role}", "/acme/roles/new",
    "/acme/roles/compare?a={role}&b={manager}&all=1", "/acme/look", "/acme/look?who=m{member}", "/acme/stages/",
    "/acme/imports/", "/acme/imports/new", "/acme/fields/", "/acme/fields/new", "/acme/automations/",
    "/acme/automations/new",
)  # fmt: skip
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def ids(alice: Any, new_deal: Callable[..., Opportunity], acme: Any, inside: Any) -> dict[str, int]:
    deal = new_deal("二期产线改造", customer="苏州恒力精密机械有限公司", amount=186_400, closes_on=clock.today())
    with inside():
        customer = deal.customer
        contacts.create(actor=alice, values={"customer": customer, "name": "林志远", "mobile": "13900139000"})
        about = {"about_type": "customer", "about_id": customer.pk}
        follow_ups.create(
            actor=alice,
            values={**about, "kind": "call", "text": "要两台", "next_step": "问样机", "next_on": clock.today()},
        )
        tasks.create(actor=alice, values={"title": "寄样本", "due_on": clock.today()})
        role, manager = (Role.objects.get(key=key) for key in ("salesperson", "sales_manager"))
    return {
        "customer": customer.pk,
        "deal": deal.pk,
        "member": alice.pk,
        "role": role.pk,
        "manager": manager.pk,
        "company": acme.pk,
    }


def wrong_with(page: Page, address: str, width: int) -> list[str]:
    """What is wrong with a page: its status, its width, and what stands in the way of somebody."""
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    found = [] if answer.status == 200 else [f"{address}: {answer.status}"]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        found.append(f"{address}: {wide} px wide")
    for one in Axe().run(page).response["violations"]:
        if one["impact"] in ("serious", "critical"):
            found.append(f"{address}: {one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}")
    return found


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_stranger_meets_no_barrier(window: Callable[..., Page], acme: Any, width: int, theme: str) -> None:
    page = window(width, color_scheme=theme)
    assert [one for address in OUTSIDE for one in wrong_with(page, address, width)] == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_salesperson_meets_no_barrier(
    page_of: Callable[..., Page], alice: Any, ids: dict[str, int], width: int, theme: str
) -> None:
    give_password(alice)  # what guards tokens and second steps is asked for it
    page = page_of(alice, width, color_scheme=theme)
    assert [one for address in SALES for one in wrong_with(page, address.format(**ids), width)] == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_an_administrator_meets_no_barrier(
    page_of: Callable[..., Page], adam: Any, ids: dict[str, int], width: int, theme: str
) -> None:
    page = page_of(adam, width, color_scheme=theme)
    assert [one for address in ADMINISTRATION for one in wrong_with(page, address.format(**ids), width)] == []
