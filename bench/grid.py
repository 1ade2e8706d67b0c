"""The grid in a real Chromium: how smoothly 5,000 rows scroll, how soon a cell is written, what a large paste takes."""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench import report
from bench.server import running

HEADING = "## The grid in a browser"
COLUMNS = ("name", "city", "level", "phone", "industry", "address", "next_step_on", "updated_at")
PASTED = (200, 5)  # rows and columns: 1,000 cells
WORKERS_WAIT = 120_000  # milliseconds
KEYS, PAGES, WHEEL, EDITS = 150, 80, 120, 30  # how often each is done in one visit
# Frames are asked of the browser itself: one that is late shows as a long interval.
WATCH = """() => {
  window.frameTimes = [];
  let last = 0;
  window.watching = true;
  const tick = (now) => {
    if (last) window.frameTimes.push(now - last);
    last = now;
    if (window.watching) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
WATCHED = "() => { window.watching = false; return window.frameTimes; }"
# From the key to the second frame after it: by then the first one with the change is on the screen.
TIME_KEYS = """() => {
  window.keyTimes = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const began = event.timeStamp;
    requestAnimationFrame(() => requestAnimationFrame((now) => window.keyTimes.push(now - began)));
  }, true);
}"""
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const began = performance.now();
  document.querySelector("[data-grid-field]").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  const frame = () => new Promise(requestAnimationFrame);
  return frame().then(frame).then(() => performance.now() - began);
}"""
ALL_SAVED = "() => document.querySelector('[data-grid-state]').dataset.state === 'saved'"


@dataclass
class Measured:
    """Some times of one thing, and what each step of it cost the page's thread; all in milliseconds."""

    what: str
    times: list[float]
    cpu: list[float]

    @property
    def row(self) -> str:
        ordered = sorted(self.times)
        p95 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))]
        middle, cost = statistics.median(ordered), statistics.median(self.cpu)
        return f"| {self.what} | {len(ordered)} | {middle:.1f} | {p95:.1f} | {ordered[-1]:.1f} | {cost:.1f} |"


class Thread:
    """The page's own thread: how long it has worked so far, whatever else the machine does."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def ms(self) -> float:
        metrics = {one["name"]: one["value"] for one in self.session.send("Performance.getMetrics")["metrics"]}
        return 1000 * float(metrics["TaskDuration"])

    def of(self, what: str, steps: int, deed: Callable[[], list[float]]) -> Measured:
        """What `deed` measured, which took `steps` steps."""
        before = self.ms()
        times = deed()
        return Measured(what, times, [(self.ms() - before) / steps])


def measure(size: str, out: Path | None, repeats: int = 3) -> None:
    """Open the grid of 5,000 customers of the benchmark company `repeats` times, measure, and write the section."""
    from bench.run import open_company

    subjects = open_company(size)
    from django.db import connection

    connection.close()
    path = f"/{subjects.company.slug}/customers/grid?view=all&{'&'.join(f'columns={one}' for one in COLUMNS)}"
    load = f"{os.getloadavg()[0]:.1f}"
    found: dict[str, Measured] = {}
    with running("gucang.config.settings", f"/{subjects.company.slug}/") as web:
        address = f"http://127.0.0.1:{web.port}"
        for _ in range(repeats):
            with _browser(address, subjects.people["administrator"].session) as (page, version):
                for one in _measured(page, address + path):
                    known = found.setdefault(one.what, Measured(one.what, [], []))
                    known.times += one.times
                    known.cpu += one.cpu
    text = _section([one.row for one in found.values()], version, load)
    print(text)
    if out is not None:
        _write(text, out)


@contextmanager
def _browser(address: str, session: str) -> Iterator[tuple[Page, str]]:
    program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        yield context.new_page(), browser.version
        browser.close()


def _measured(page: Page, address: str) -> Iterator[Measured]:
    """Each measurement of one visit, in order."""
    thread = Thread(page)
    yield thread.of("from the click to 5,000 rows that can be edited", 1, lambda: _opened(page, address))
    page.locator('.tabulator-row[data-i="3"] [data-place="1"]').click()
    for key, times in (("ArrowDown", KEYS), ("PageDown", PAGES)):
        press = lambda key=key, times=times: _frames(page, lambda: _press(page, key, times))  # noqa: E731
        yield thread.of(f"frames while {key} is held, a key", times, press)
    page.keyboard.press("Control+Home")
    page.mouse.move(700, 500)
    yield thread.of("frames while the wheel turns, a notch", WHEEL, lambda: _frames(page, lambda: _wheel(page, WHEEL)))
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Home")
    yield thread.of("from Enter to the cell on the screen, with typing it", EDITS, lambda: _edits(page, EDITS))
    shown, saved, frames = _pasted(page, thread)
    yield from (shown, saved, frames)


def _opened(page: Page, address: str) -> list[float]:
    began = time.perf_counter()
    page.goto(address)
    page.locator("[data-grid][data-ready]").wait_for(timeout=WORKERS_WAIT)
    rows = page.locator(".tabulator").get_attribute("aria-rowcount")
    assert rows is not None
    assert int(rows) > 5_000, f"only {rows} rows: take a larger company"
    return [1000 * (time.perf_counter() - began)]


def _frames(page: Page, deed: Callable[[], None]) -> list[float]:
    page.evaluate(WATCH)
    deed()
    times: list[float] = page.evaluate(WATCHED)
    return times


def _press(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def _wheel(page: Page, times: int) -> None:
    for n in range(times):
        page.mouse.wheel(0, 400 if n < times * 2 / 3 else -900)
        page.wait_for_timeout(16)


def _edits(page: Page, times: int) -> list[float]:
    """Cells written one under the other; every value is new, so that each is saved."""
    page.evaluate(TIME_KEYS)
    page.locator('.tabulator-row[data-i="5"] [data-place="1"]').click()
    for _ in range(times):
        page.keyboard.type(f"城{random.randrange(10**6)}")
        page.keyboard.press("Enter")
        page.wait_for_timeout(60)
    page.wait_for_function(ALL_SAVED, timeout=WORKERS_WAIT)
    found: list[float] = page.evaluate("() => window.keyTimes")
    return found


def _pasted(page: Page, thread: Thread) -> tuple[Measured, Measured, Measured]:
    """1,000 cells into records that are there: until they are on the screen, until all are saved, and the frames."""
    high, wide = PASTED
    page.keyboard.press("Control+Home")
    page.locator('.tabulator-row[data-i="2"] [data-place="1"]').click()
    mark = random.randrange(10**6)
    columns = (f"城{mark}-{{n}}", "{level}", f"139{mark:06}{{tail}}", f"行业{mark}", f"{mark}号")[:wide]
    row = "\t".join(columns)
    text = "\n".join(row.format(n=n, level="AB"[n % 2], tail=f"{n % 100:02}") for n in range(high))
    before, began = thread.ms(), time.perf_counter()
    page.evaluate(WATCH)
    shown = float(page.evaluate(PASTE, text))
    drawn = thread.ms()
    page.wait_for_function(ALL_SAVED, timeout=WORKERS_WAIT)
    saved = 1000 * (time.perf_counter() - began)
    frames: list[float] = page.evaluate(WATCHED)
    refused = page.locator(".tabulator-cell.is-refused").count()
    if refused:
        raise AssertionError(f"{refused} pasted cells were refused")
    whole = thread.ms() - before
    return (
        Measured("1,000 cells pasted, until they are on the screen", [shown], [drawn - before]),
        Measured("1,000 cells pasted, until all are saved", [saved], [whole]),
        Measured("frames while 1,000 cells are saved", frames, [whole]),
    )


def _section(lines: Sequence[str], version: str, load: str) -> str:
    return (
        f"{HEADING}\n\n{date.today().isoformat()} · {report.machine()} · Chromium {version} without a graphics card ·"
        f" load of other work at the start: {load}\n\n"
        "`python -m bench --grid --size 10k`: 5,000 customers in eight columns at 1440 × 900, keys and wheel as a\n"
        "person's, three visits. Times in milliseconds; at 60 frames a second one takes 16.7. The page's thread: CPU\n"
        "time for each key, notch of the wheel, cell or paste, which other work on the machine stretches less.\n\n"
        "| what | times | median | p95 | longest | the page's thread |\n|---|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def _write(text: str, out: Path) -> None:
    """Put the section into the page, and beside it, from where a page that is written anew takes it."""
    out.with_suffix(".grid.md").write_text(text, "utf-8")
    page = out.read_text("utf-8")
    old = re.search(rf"^{HEADING}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    page = page.replace(old[0], f"{text}\n") if old else page.replace("## Notes", f"{text}\n## Notes")
    out.write_text(page, "utf-8")


__all__ = ["measure"]
