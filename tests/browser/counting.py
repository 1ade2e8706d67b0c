"""Counts what a person does on the way to a goal: taps, fields, letters. docs/journeys.md holds what was counted.

A journey that needs more than its row says fails. Seconds are told
and never asserted: `waited` is what the program took, `person` is what the keystroke-level model gives for the hand and
the head (Card, Moran and Newell 1980: pointing 1.1 s, a key 0.2 s, a thought before each tap 1.35 s; speaking 4 Chinese
characters a second).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PAGE = Path(__file__).parents[2] / "docs" / "journeys.md"
TAP, THOUGHT, KEY, SPOKEN = 1.1, 1.35, 0.2, 0.25  # seconds


class Counted:
    """A page on which every deed is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.fields = self.keys = 0
        self.waited = self.person = 0.0

    def tap(self, target: Locator, until: Locator | None = None) -> None:
        """One tap of a thumb, or one click; `until` is what the person then waits to see."""
        self.taps += 1
        self.person += TAP + THOUGHT
        with self._waiting(until):
            target.click()

    def say(self, field: Locator, text: str) -> None:
        """Fill a field by speaking into the keyboard of the phone."""
        self._fill(field, text, SPOKEN)

    def type(self, field: Locator, text: str) -> None:
        """Fill a field by typing."""
        self.keys += len(text)
        self._fill(field, text, KEY)

    def press(self, *keys: str, until: Locator | None = None) -> None:
        """Keys that do something, a chord counted as one; `until` is what the person then waits to see."""
        self.keys += len(keys)
        self.person += THOUGHT + KEY * len(keys)
        with self._waiting(until):
            for key in keys:
                self.page.keyboard.press(key)

    def letters(self, text: str) -> None:
        """Type where the cursor stands: a field that nobody had to point at."""
        self.fields += 1
        self.keys += len(text)
        self.person += KEY * len(text)
        self.page.keyboard.type(text)

    def tab_to(self, target: Locator) -> None:
        """Go there with the Tab key; fails where the keyboard cannot reach it."""
        for _step in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.keys += 1
            self.person += KEY
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def drag(self, begin: Locator, end: tuple[float, float], until: Locator) -> None:
        """Press, move, let go: one deed; `until` is what the person then waits to see."""
        self.taps += 1
        self.person += 2 * TAP + THOUGHT
        with self._waiting(until):
            begin.hover()
            self.page.mouse.down()
            self.page.mouse.move(end[0], end[1], steps=8)
            self.page.mouse.move(end[0] + 10, end[1] + 10, steps=4)
            self.page.mouse.up()

    def _fill(self, field: Locator, text: str, each: float) -> None:
        self.fields += 1
        self.person += each * len(text)
        field.fill(text)

    @contextmanager
    def _waiting(self, until: Locator | None) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        if until is not None:
            expect(until).to_be_visible()
            self.waited += time.perf_counter() - begun

    def arrive(self, key: str) -> None:
        """The goal is reached: compare with the row `key` of docs/journeys.md, or renew it when that is asked for."""
        counted = (self.taps, self.fields, self.keys)
        row = re.search(rf"^\| `{key}` \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
        assert row is not None, f"docs/journeys.md has no row `{key}`"
        cells = [cell.strip() for cell in row[0].strip("|").split("|")]
        if os.environ.get("GUCANG_ACCEPT_JOURNEYS"):
            cells[2:] = [*map(str, counted), f"{self.waited:.1f}", f"{self.person:.0f}"]
            line = "| " + " | ".join(cells) + " |"
            PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(row[0], line), encoding="utf-8")
        else:
            told = f"{key}: {counted} taps, fields, keys; docs/journeys.md says {cells[2:5]}"
            pinned = map(int, cells[2:5])
            within = all(now <= then for now, then in zip(counted, pinned, strict=True))
            assert within, f"{told}. Make it shorter, or renew the row with GUCANG_ACCEPT_JOURNEYS=1."
