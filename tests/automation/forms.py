"""A page's form as a browser without scripts sends it: what stands in it, what is filled in, and the button pressed."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from gucang.automation.models import Automation
from gucang.automation.words import Words

PARTS = ("when_", "if_", "then_")


def words_of(answer: Any) -> str:
    """What a person reads of a page."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def sentence(automation: Automation, who: Any) -> str:
    """An automation as this person reads it."""
    return Words([automation], who.as_actor()).whole(automation)


class _Reader(HTMLParser):
    """Collects what one form would send."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside = form, False
        self.fields: list[tuple[str, str]] = []
        self.select, self.options = "", list[tuple[str, bool]]()
        self.area, self.text = "", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("id") == self.form
        if not self.inside:
            return
        name = found.get("name", "")
        if tag == "input" and name:
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.fields.append((name, found.get("value", "")))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option":
            self.options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self.area, self.text = name, []

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected] or [value for value, _on in self.options]
            self.fields += [(self.select, value) for value in chosen[:1]]
            self.select = ""
        elif tag == "textarea" and self.area:
            self.fields.append((self.area, "".join(self.text).strip()))
            self.area = ""


def press(browser: Client, before: Any, do: str, **filled: Any) -> Any:
    """Press a button of the page `before` (an answer) after filling in some controls ("when_verb" is "when-verb")."""
    reader = _Reader("parts")
    reader.feed(before.content.decode())
    assert reader.fields, "the page has no such form"
    given = {name.replace("_", "-", 1) if name.startswith(PARTS) else name: value for name, value in filled.items()}
    body: dict[str, list[Any]] = {}
    for name, value in reader.fields:
        if name not in given:
            body.setdefault(name, []).append(value)
    body |= {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return browser.post(f"{before.wsgi_request.path.removesuffix('/parts')}/parts", {**body, "_do": do})
