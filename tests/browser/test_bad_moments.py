"""What goes wrong on a working day: a refusal, two people at once, an ended sign-in, a double click, a composition."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import pipelines
from gucang.selling.models import Opportunity
from tests.browser.test_first_day import drag, lane
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.browser
LONG = "来访三人，看了两条线。\n对交期很在意，要十二月十五日前装好；付款想分三次。\n" * 6


def test_a_dragged_card_that_is_refused_snaps_back_with_its_sentence(
    page_of: Callable[..., Page],
    alice: Any,
    adam: Any,
    new_deal: Callable[..., Opportunity],
    stages: dict[str, Any],
    inside: Any,
) -> None:
    with inside():
        pipelines.edit_stage(stages["quote"], actor=adam, values={"required_fields": ["closes_on"]})
    deal = new_deal("注塑线框架 10 台")
    page = page_of(alice)
    page.goto("/acme/opportunities/board", wait_until="networkidle")
    card = page.locator(f'[data-card="{deal.pk}"]')
    drag(page, card, lane(page, stages["quote"]))
    refusal = lane(page, stages["first"]).locator(f'[data-card="{deal.pk}"] .refusal')
    expect(refusal).to_contain_text("预计成交")
    expect(lane(page, stages["quote"]).locator("[data-card]")).to_have_count(0)
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).stage_id == stages["first"].pk


def test_two_people_edit_at_once_and_the_second_sees_both_values_and_loses_nothing(
    page_of: Callable[..., Page], alice: Any, mia: Any, inside: Any
) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": "恒力精密", "city": "苏州"}).record
    hers, mias = page_of(alice), page_of(mia)
    for page in (hers, mias):
        page.goto(f"/acme/customers/{customer.pk}/edit")
    mias.fill("#f-city", "无锡")
    mias.locator("[data-save]").click()
    mias.wait_for_url(f"**/acme/customers/{customer.pk}")

    hers.fill("#f-city", "常州")
    hers.fill("#f-note", LONG)
    hers.locator("[data-save]").click()
    clash = hers.locator(".clash", has_text="城市")
    expect(clash).to_contain_text("无锡")
    expect(clash).to_contain_text("Mia")
    expect(hers.locator("#f-city")).to_have_value("常州")
    expect(hers.locator("#f-note")).to_have_value(LONG)
    hers.locator("[data-save]").click()
    hers.wait_for_url(f"**/acme/customers/{customer.pk}")
    with inside():
        saved = Customer.objects.get(pk=customer.pk)
        assert (saved.city, saved.note) == ("常州", LONG.strip())


def test_a_sign_in_that_ends_in_a_long_form_costs_nothing(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    give_password(alice)
    page = page_of(alice)
    page.goto("/acme/customers/new", wait_until="networkidle")
    page.fill("#f-name", "恒力精密")
    page.locator("details.more > summary").click()
    page.fill("#f-note", LONG)
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-save]").click()
    page.wait_for_url("**/accounts/login/**")
    expect(page.locator("main")).to_contain_text("你填的内容已留着")
    page.fill("input[name=login]", "alice@acme.test")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form.form button.primary").click()
    page.wait_for_url("**/accounts/kept/**")
    expect(page.locator("main")).to_contain_text("付款想分三次")
    page.locator("form.form button.primary").click()
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    with inside():
        saved = Customer.objects.get()
        assert (saved.name, saved.note) == ("恒力精密", LONG.strip())


def test_enter_that_picks_characters_of_an_input_method_sends_nothing(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/new", wait_until="networkidle")
    page.locator("#f-name").focus()
    method = page.context.new_cdp_session(page)

    def enter_while_composing(**more: Any) -> None:
        method.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, **more},
        )

    method.send("Input.imeSetComposition", {"text": "gucang", "selectionStart": 6, "selectionEnd": 6})
    enter_while_composing()
    enter_while_composing(modifiers=2)
    page.wait_for_timeout(300)
    assert page.url.endswith("/acme/customers/new")
    method.send("Input.insertText", {"text": "谷仓食品"})
    expect(page.locator("#f-name")).to_have_value("谷仓食品")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    with inside():
        assert Customer.objects.get().name == "谷仓食品"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_second_click_on_a_slow_form_makes_one_record(
    page_of: Callable[..., Page], alice: Any, inside: Any, scripts: bool
) -> None:
    page = page_of(alice, java_script_enabled=scripts)

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            time.sleep(0.4)
        route.continue_()

    page.goto("/acme/customers/new")
    page.fill("#f-name", "恒力精密")
    page.route("**/acme/customers/new", slowly)
    page.locator("[data-save]").dblclick()
    # Not wait_for_url: the second click gives up the navigation of the first, which it would take for a failure.
    expect(page).to_have_url(re.compile(r"/acme/customers/\d+$"))
    with inside():
        assert Customer.objects.count() == 1
