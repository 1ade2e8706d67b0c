"""The court's journey: from a case before the court, judged better into a draft, judged harmful into a lesson."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.accounts.models import Member
from gucang.conformance.models import Case
from gucang.court.models import Deviation, LessonReader
from tests.court.conftest import judge_night, the_process, walk
from tests.personas import hire

pytestmark = pytest.mark.browser
DEVIATION = re.compile(r"/acme/deviations/\d+$")


@pytest.fixture
def sue(inside: Any) -> Member:
    with inside():
        return hire("Sue", "auditor")


@pytest.fixture
def case(inside: Any, alice: Member, bob: Member) -> str:
    """The page of a case of Alice's that skips the second step and does the third one twice; others do neither."""
    with inside():
        the_process()
        for number in range(3):
            walk("accd", alice, number=number)
            walk("abcd", bob, number=number)
        process = judge_night()
        found = Case.objects.filter(process=process, deviations__gte=2).earliest("pk")
        return f"/acme/processes/{process.pk}/cases/{found.pk}"


def is_clean(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def bring(page: Page, case: str, width: int, said: str, why: str) -> str:
    """From the line of a case to the court; the address of the deviation."""
    page.goto(case)
    line = page.locator("li", has_text=said).filter(has=page.locator("a[href*='/bring']")).first
    line.locator("a[href*='/bring']").click()
    expect(page.locator("#page form")).to_contain_text(said)
    page.locator("[name=why]").fill(why)
    is_clean(page, width)
    page.locator("#page form button[name=do]").first.click()
    page.wait_for_url(DEVIATION)
    expect(page.locator("#page")).to_contain_text(why)
    return page.url


def judge(page: Page, url: str, verb: str, width: int, **words: str) -> None:
    """Say the verdict in its form."""
    page.goto(f"{url}/{verb}")
    for name, text in words.items():
        page.locator(f"[name={name}]").fill(text)
    is_clean(page, width)
    page.locator("#page form button[type=submit]").last.click()
    page.wait_for_url(DEVIATION)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_case_leads_to_the_next_version_and_to_a_lesson(
    page_of: Callable[..., Page], inside: Any, case: str, sue: Member, mia: Member, alice: Member, width: int
) -> None:
    hers, auditor, manager = page_of(alice, width), page_of(sue, width), page_of(mia, width)
    better = bring(hers, case, width, "跳过“核价”", "老客户价格不变")
    judge(auditor, better, "find_better", width, reason="省下一天，没有投诉")
    expect(auditor.locator("#page")).to_contain_text("“核价”")
    is_clean(auditor, width)
    auditor.locator("a[href*='/process-versions/']").first.click()
    auditor.wait_for_url(re.compile(r"/acme/process-versions/\d+$"))
    expect(auditor.locator("#outline")).to_contain_text("可以省略")
    hers.goto(case)
    expect(hers.locator("li", has_text="跳过“核价”").first).to_contain_text("更好")

    # Whose work comes after it is asked, and answers.
    manager.goto(better)
    expect(manager.locator("a[href$='/answer']:visible").first).to_be_visible()
    manager.goto(f"{better}/answer")
    manager.locator("select[name=hinders]").select_option("no")
    manager.locator("#page form button[type=submit]").last.click()
    expect(manager.locator("#page")).to_contain_text("Mia")

    harmful = bring(hers, case, width, "重复“备货”", "每次多占一份库存")
    judge(auditor, harmful, "find_harmful", width, reason="库存对不上", lesson="备货只做一次。", exercise="先看哪里？")
    expect(auditor.locator("#page")).to_contain_text("有害")
    with inside():
        given = LessonReader.objects.filter(lesson__deviation=Deviation.objects.latest("pk"))
        readers = set(given.values_list("member__name", flat=True))
    assert readers == {"Alice", "Bob", "Mia"}

    hers.goto("/acme/")
    hers.locator("a[href*='/lessons/']").first.click()
    hers.wait_for_url(re.compile(r"/acme/lessons/\d+$"))
    is_clean(hers, width)
    expect(hers.locator("a[href$='/confirm']:visible").first).to_be_visible()
    hers.goto(f"{hers.url}/confirm")
    hers.locator("[name=answer]").fill("先看库存里留了没有")
    hers.locator("#page form button[type=submit]").last.click()
    hers.wait_for_url(re.compile(r"/acme/lessons/\d+$"))
    expect(hers.locator("#page")).to_contain_text("先看库存里留了没有")
    auditor.goto(hers.url)
    expect(auditor.locator("#page")).to_contain_text("先看库存里留了没有")
