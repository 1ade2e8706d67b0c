"""Every page of the program, in every look: no known barrier, nothing sticks out, nothing complains.

The addresses come from the registered ones and the record types, so that a new page is looked at by itself. Of pages
whose middle is built alike (of the same elements, classes and roles) one is looked at. A phone in the dark has the
colours of a desk in the dark, but for the bar at its foot: that is looked at on the pages of daily work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gucang.activity import files
from gucang.activity.actions import attachments, follow_ups, tasks
from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.parties.cards import reading
from gucang.selling.models import Opportunity
from tests.browser.barriers import EVERY_LOOK, barriers, cut, prepared
from tests.contracts.world import TYPES, Pages, every_filling, own_type, routes, text_of
from tests.personas import give_password
from tests.pictures import photo, upload

pytestmark = pytest.mark.browser
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/design", "/nowhere/at/all")
# What takes no parameter but deserves one, and what stands outside the company.
BESIDES = (
    "search?q=恒力", "calendar?view=month", "calendar?view=week", "calendar?view=day", "calendar?view=agenda",
    "customers/?view=pool", "customers/999999", "customers/?city=没有这样的", "opportunities/?totals=1",
    "opportunities/?group=stage", "opportunities/?group=nothing",
)  # fmt: skip
SIGNED_IN = ("/accounts/sessions/", "/accounts/2fa/", "/accounts/password/change/", "/companies/")
# A button on its way from one colour to another is no barrier.
STILL = {"reduced_motion": "reduce"}
PARTS = 4  # so that no test is long
KINDS = r'(?:class|role|type)="([^"]*)"'


@pytest.fixture
def people(adam: Any, alice: Any, bob: Any, carol: Any, mia: Any) -> dict[str, Any]:
    return {"adam": adam, "alice": alice, "bob": bob, "carol": carol, "mia": mia}


@pytest.fixture
def deal(new_deal: Callable[..., Opportunity], inside: Any, alice: Any) -> Opportunity:
    """A deal with a customer about whom something was written, with files, and something to do."""
    made = new_deal("二期产线改造", customer="苏州恒力精密机械有限公司", amount=186_400, closes_on=clock.today())
    about: dict[str, Any] = {"about_type": "customer", "about_id": made.customer_id}
    with inside():
        words = {"kind": "call", "text": "要两台", "next_step": "问样机", "next_on": clock.today()}
        follow_ups.create(actor=alice, values=about | words)
        tasks.create(actor=alice, values={"title": "寄样本", "due_on": clock.today()})
        for name in ("铭牌.jpg", "现场.jpg"):
            stored = files.receive(upload(name, photo()))
            attachments.create(actor=alice, file=stored.file, name=stored.name, **about)
    return made


@pytest.fixture
def everything(acme: Any, people: dict[str, Any], deal: Opportunity, inside: Any) -> list[str]:
    """Every address below the company that is filled with real rows."""
    world = Pages(acme, people)
    own = own_type(world)
    with inside():
        ids = {one.name: world.any_record(one).pk for one in [*TYPES, own]}
        ids |= {"customer": deal.customer_id, "opportunity": deal.pk}
        card = reading.receive(people["adam"].as_actor(), upload("名片.jpg", photo()))
        reading.keep(replace(card, state=reading.DONE, lines=[["林志远", 0, 0, 90, 20]]))
        event = Event.objects.order_by("-id").first()
        assert event is not None
    extra = {"event": event.pk, "notifications": 1, "key": "none", "card": card.file}
    filled = (every_filling(route, ids, extra, [own]) for route in routes() if "api/" not in route)
    found = [path for paths in filled for path, _kind in paths]
    return [f"/acme/{path}" for path in (*found, *BESIDES)] + list(SIGNED_IN)


def shape(page: str) -> str:
    """What the middle of a page is built of: its elements with their classes and roles, each once."""
    middle = re.sub(r"<(svg|template)\b.*?</\1>", "", page[page.index("<main") :], flags=re.DOTALL)
    built = re.findall(r"<(\w+)((?:\s[^>]*)?)>", middle)
    return " ".join(sorted({f"{tag} {re.findall(KINDS, rest)}" for tag, rest in built}))


def unlike(browser: Client, addresses: list[str]) -> Iterator[str]:
    """The addresses that answer with a page, one for each way in which pages are built."""
    shapes = set()
    for address in addresses:
        answer = browser.get(address)
        page = text_of(answer)
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        if answer.status_code in (200, 403, 404, 409) and "<main" in page and shape(page) not in shapes:
            shapes.add(shape(page))
            yield address


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_meets_a_barrier_on_any_page(
    page_of: Callable[..., Page],
    login: Callable[..., Client],
    adam: Any,
    everything: list[str],
    allowed: list[str],
    part: int,
) -> None:
    give_password(adam)
    addresses = list(unlike(login(Client(), adam), everything))
    assert len(addresses) > 60
    page = prepared(page_of(adam, **STILL))
    found = []
    for address in addresses[part::PARTS]:
        page.goto(address, wait_until="load")
        found += barriers(page, address)
    allowed += [r"status of (403|404|409)"]
    assert not found, "\n".join(found)


def test_a_salesperson_meets_none_at_work(page_of: Callable[..., Page], alice: Any, deal: Opportunity) -> None:
    page = prepared(page_of(alice, **STILL))
    found = []
    for address in ("/acme/", "/acme/activity/due", f"/acme/customers/{deal.customer_id}", "/acme/opportunities/board"):
        page.goto(address, wait_until="load")
        found += barriers(page, address, looks=EVERY_LOOK)
    assert not found, "\n".join(found)


def test_a_stranger_meets_none(window: Callable[..., Page], acme: Any, allowed: list[str]) -> None:
    page = prepared(window(**STILL))
    allowed += [r"status of 404"]
    found = []
    for address in OUTSIDE:
        page.goto(address, wait_until="load")
        found += barriers(page, address)
    assert not found, "\n".join(found)


def test_what_opens_over_a_page_is_no_barrier_either(
    page_of: Callable[..., Page], alice: Any, deal: Opportunity
) -> None:
    page = prepared(page_of(alice, **STILL))
    record, found = f"/acme/customers/{deal.customer_id}", []
    opened: dict[str, Callable[[], Any]] = {
        "palette": lambda: page.keyboard.press("Control+k"),
        "keys": lambda: page.keyboard.press("?"),
        "new": lambda: page.locator("#quick-create summary").click(),
        "person": lambda: page.locator(".person summary").click(),
        "more": lambda: page.locator(".page-head details[data-menu] summary").click(),
        "viewer": lambda: page.locator("[data-preview]").first.click(),
    }
    for name, open_it in opened.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(record, wait_until="networkidle")
        open_it()
        expect(page.locator("dialog[open], details[data-menu][open]").first).to_be_visible()
        found += barriers(page, name, looks=EVERY_LOOK)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/acme/customers/?view=all", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#peek .body")).to_be_visible()
    found += barriers(page, "peek")
    assert not found, "\n".join(found)


# --- large letters --------------------------------------------------------------------------------------------------

WORKPLACES = (
    "/acme/", "/acme/customers/", "/acme/customers/new", "/acme/customers/{customer}", "/acme/opportunities/board",
    "/acme/opportunities/{deal}", "/acme/calendar", "/acme/activity/due", "/acme/me", "/acme/cards/new", "/acme/bin/",
)  # fmt: skip
# The large text of the person's menu; half as much again by the browser's own setting; a window zoomed to twice.
LARGE = {
    "text-large": ("document.documentElement.classList.add('text-large')", 390, 1),
    "text-large on a desk": ("document.documentElement.classList.add('text-large')", 1440, 1),
    "letters of 150 %": ("document.documentElement.style.fontSize = '150%'", 390, 1),
    "zoomed to 200 %": ("null", 720, 2),
}


@pytest.mark.parametrize("how", LARGE)
def test_large_letters_break_nothing(page_of: Callable[..., Page], alice: Any, deal: Opportunity, how: str) -> None:
    script, width, scale = LARGE[how]
    page = page_of(alice, width, device_scale_factor=scale)
    found = []
    for address in WORKPLACES:
        page.goto(address.format(customer=deal.customer_id, deal=deal.pk), wait_until="load")
        page.evaluate(script)
        found += [f"{address}: {one}" for one in cut(page)]
    assert not found, "\n".join(found)


def test_where_movement_is_not_wanted_nothing_moves(page_of: Callable[..., Page], alice: Any, deal: Any) -> None:
    page = page_of(alice, reduced_motion="reduce")
    page.goto(f"/acme/customers/{deal.customer_id}", wait_until="networkidle")
    page.keyboard.press("?")
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    assert page.evaluate(moving) == 0


def test_with_the_systems_own_colours_what_is_chosen_is_still_seen(
    page_of: Callable[..., Page], alice: Any, deal: Any
) -> None:
    page = page_of(alice, forced_colors="active")
    page.goto("/acme/customers/?view=all", wait_until="networkidle")
    page.keyboard.press("Tab")
    outline = "(one) => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineColor]"
    style, colour = page.locator(":focus").evaluate(outline)
    assert style == "solid"
    assert colour != "rgba(0, 0, 0, 0)"
    current = page.locator(".tabs > [aria-current]").first
    assert current.evaluate("(one) => getComputedStyle(one).borderBottomStyle") == "solid"
