"""A hand on the mouse: it looks where the thing hangs before it lets go."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.browser.conftest import PATIENCE


def drag_until(page: Page, x: float, y: float, arrived: Callable[[], bool]) -> None:
    """Carry what the mouse holds to (x, y) and wait there, with small moves, until `arrived` says that it hangs there.

    A list that makes room moves for a moment and does not look where the mouse is meanwhile.
    """
    page.mouse.move(x, y, steps=10)
    until = time.monotonic() + PATIENCE / 1000
    n = 0
    while not arrived():
        assert time.monotonic() < until, "What was dragged does not get there."
        n += 1
        page.mouse.move(x + n % 3, y + n % 5)
        page.wait_for_timeout(50)


def drag_card(page: Page, grip: Locator, lane: Locator) -> None:
    """Take a card of a board by `grip` to the top of `lane`, not yet let go."""
    grip.hover()
    page.mouse.down()
    target = lane.locator("[data-cards]").bounding_box()
    assert target is not None
    x, y = target["x"] + 60, target["y"] + 20
    drag_until(page, x, y, lambda: lane.locator(".is-held, .is-ghost").count() > 0)
