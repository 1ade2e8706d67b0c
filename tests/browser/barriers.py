"""One page in its looks: on a desk and a phone, light and dark, once loaded. What is wrong with it, in words.

The whole of axe runs at both widths; in the dark only its rule about contrast, for nothing else changes there.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

LOOKS = ((1440, "light"), (1440, "dark"), (390, "light"))
EVERY_LOOK = (*LOOKS, (390, "dark"))
GRAVE = ("serious", "critical")
_RUN = """async (only) => {
  const options = { resultTypes: ["violations"], ...(only ? { runOnly: { type: "rule", values: [only] } } : {}) };
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, impact, nodes }) =>
    [id, impact, nodes.slice(0, 3).map((one) => one.html.slice(0, 160))]);
}"""
# The page hears of another theme by an event, and what it draws later it draws in the next frame.
_SETTLED = """async (theme) => {
  const frame = () => new Promise(requestAnimationFrame);
  const asked = () => document.documentElement.dataset.choice in { light: 1, dark: 1 };
  for (let n = 0; n < 60 && document.documentElement.dataset.theme !== theme && !asked(); n += 1) await frame();
  await frame();
  await frame();
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 5000);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
_ENDED = "() => document.getAnimations().every((one) => one.playState !== 'running')"
# What stands out of the window and makes the whole page scroll sideways.
_WIDE = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map((one) => `${one.tagName}.${one.className}`.slice(0, 80)) : []"""
# Buttons that show neither a word nor a sign: on a phone some show their sign alone.
_BLANK = """() => [...document.querySelectorAll(".btn, .icon-btn")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[aria-hidden=true]"))
  .filter((one) => ![...one.querySelectorAll("svg, img, input")].some((sign) => sign.checkVisibility()))
  .filter((one) => !one.innerText.trim() || (one.querySelector(".lbl")?.getBoundingClientRect().width ?? 9) < 3)
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
# Words that are cut although nothing says that there is more of them. A clip path takes words away on purpose, where
# only the sign of a button is shown.
_CUT = """() => [...document.querySelectorAll("h1, h2, h3, label, .btn, .lbl, p, dt, th, .tabs > *, .seg > *")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".vh, [aria-hidden=true], svg"))
  .filter((one) => getComputedStyle(one).clipPath === "none")
  .filter((one) => one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX !== "visible"
    && getComputedStyle(one).overflowX !== "auto" && getComputedStyle(one).textOverflow !== "ellipsis")
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""


def prepared(page: Page) -> Page:
    """The page with axe in every document that it will load."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    page.add_init_script(source)
    return page


def still(page: Page) -> None:
    """Wait until nothing moves any more."""
    page.wait_for_function(_ENDED)


def barriers(page: Page, name: str, *, looks: Any = LOOKS, grave: tuple[str, ...] = GRAVE) -> list[str]:
    """What stands in somebody's way on the page as it is now."""
    found: list[str] = []
    if page.locator("[data-days-grid]").count():
        page.wait_for_load_state("networkidle")  # the month is drawn by a script that comes later
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.evaluate(_SETTLED, theme)
        for rule, impact, nodes in page.evaluate(_RUN, "color-contrast" if theme == "dark" else ""):
            if impact in grave:
                found.append(f"{name} ({width}, {theme}): {rule} {json.dumps(nodes, ensure_ascii=False)}")
        found += [f"{name} ({width}, {theme}): sticks out: {one}" for one in page.evaluate(_WIDE)]
        found += [f"{name} ({width}, {theme}): shows nothing: {one}" for one in page.evaluate(_BLANK)]
    return found


def cut(page: Page) -> list[str]:
    """What is too wide for the page, and words that are cut off, as the page is now."""
    return [*page.evaluate(_WIDE), *page.evaluate(_CUT)]
