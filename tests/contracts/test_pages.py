"""Every page of every record type, for who sells, who reads and who administers: what the rights say, drawn whole."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from tests.contracts.world import TYPES, Pages, can_be_made, of_every_type, own_type, text_of, words_of

as_everybody = pytest.mark.parametrize("who", ["alice", "carol", "adam"])
# Marks of a page that was not thought through: code that the policy forbids, and values that nobody wrote.
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\b(src=|type=\"(application/json|text/template)))[^>]*>"),
    "an inline style": re.compile(r"<style|<[^>]+\sstyle="),
    "an inline handler": re.compile(r"<[^>]+\son[a-z]+="),
    "an address that is a script": re.compile(r"href=\"javascript:"),
}
NOT_WORDS = re.compile(r"\[object|\bNone\b|\bundefined\b|\bNaN\b|&lt;|<[a-z]+ |\{\{|%\(|lazy")


def whole(answer: Any, *statuses: int) -> str:
    """The page, checked for what no page may hold."""
    assert answer.status_code in statuses, answer.status_code
    page = text_of(answer)
    if not answer.headers["Content-Type"].startswith("text/html"):
        return page
    for what, pattern in FORBIDDEN.items():
        assert not pattern.search(page), (what, pattern.search(page))
    found = NOT_WORDS.search(words_of(page))
    assert not found, words_of(page)[max(found.start() - 80, 0) : found.end() + 80] if found else ""
    return page


@pytest.fixture(scope="module")
def filled(founded: Pages) -> Pages:
    """Acme with a record of every type, the administrator's."""
    every = [*TYPES, own_type(founded)]
    with company_scope(founded.company):
        for one in every:
            founded.any_record(one)
    return founded


@pytest.fixture
def full(filled: Pages, world: Pages) -> Pages:
    """The same, for one test."""
    return world


def target(world: Pages, record_type: RecordType, who: str) -> tuple[Any, bool, Actor]:
    """A record of the type, whether this person may see it, and as whom they ask. The scope must be entered."""
    actor = world.people[who].as_actor()
    seen = record_type.query(actor).order_by("pk").first()
    return seen or world.any_record(record_type), seen is not None and actor.may(f"{record_type.name}.view"), actor


@of_every_type
@as_everybody
def test_the_pages_of_a_type_open_for_whom_the_rights_say(full: Pages, record_type: RecordType, who: str) -> None:
    browser = full.browser(who)
    with company_scope(full.company):
        record, sees, actor = target(full, record_type, who)
        may_list = actor.may(f"{record_type.name}.view")
        creates = record_type.create is not None and actor.may(record_type.create.name)
        why_not = record_type.edit.why_not(actor, record) if record_type.edit else None
        title = str(record)
    base = f"/acme/{record_type.plural}"
    listed = 200 if may_list else 404
    shown = 200 if may_list and sees else 404
    if record_type.page:
        for address, status in (("", listed), ("new", listed), (record.pk, shown), (f"{record.pk}/edit", shown)):
            answer = browser.get(f"{base}/{address}")
            assert (answer.status_code, answer.get("Location")) == (
                (302, f"/acme{record_type.page}") if status == 200 else (404, None)
            )
        return
    whole(browser.get(f"{base}/", follow=record_type.only), listed)
    whole(browser.get(f"{base}/options"), listed)
    whole(browser.get(f"{base}/options?q=a"), listed)
    whole(browser.get(f"{base}/board"), 200 if may_list and record_type.board else 404)
    new = browser.get(f"{base}/new")
    # Some have a page of their own for it.
    if record_type.name not in ("import", "log_export", "outside_log", "saved_view"):
        whole(new, 404 if not may_list else 200 if creates else 403)
    page = whole(browser.get(f"{base}/{record.pk}"), shown)
    whole(browser.get(f"{base}/{record.pk}?peek=1"), shown)
    whole(browser.get(f"{base}/{record.pk}/timeline"), shown)
    edits = 404 if shown == 404 or record_type.edit is None else 403 if why_not else 200
    refused = whole(browser.get(f"{base}/{record.pk}/edit"), edits)
    if edits == 403:
        assert str(why_not) in html.unescape(refused)
    if shown == 200:
        assert title in html.unescape(page)


@of_every_type
@as_everybody
def test_every_button_leads_somewhere_or_says_why_not(full: Pages, record_type: RecordType, who: str) -> None:
    browser = full.browser(who)
    with company_scope(full.company):
        record, sees, actor = target(full, record_type, who)
        offered = [verb for verb in record_type.actions if actor.may(verb.name)]
        reasons = {verb.verb: verb.why_not(actor, record) for verb in record_type.actions if not verb.creates}
    base = f"/acme/{record_type.plural}/{record.pk}"
    if not sees:
        for verb in record_type.verbs.values():
            whole(browser.get(f"{base}/{verb.verb}"), 404)
        return
    page = html.unescape(whole(browser.get(base, follow=bool(record_type.page)), 200))
    generic = 'id="composer"' in page  # some types have pages of their own
    for verb in record_type.actions:
        if verb.creates:
            continue
        dialog = browser.get(f"{base}/{verb.verb}")
        check_dialog(verb, dialog, reasons[verb.verb])
        if generic and verb in offered and not verb.binned and reasons[verb.verb]:
            assert str(reasons[verb.verb]) in page, verb.name


def check_dialog(verb: Action, dialog: Any, reason: str | None) -> None:
    """A dialog is there and says what the button does, or why it cannot be done now."""
    page = html.unescape(whole(dialog, 200, 403, 409) if reason else whole(dialog, 200))
    assert str(reason) in page if reason else str(verb.label) in page, verb.name


@as_everybody
def test_the_pages_of_the_company_are_drawn_whole(full: Pages, who: str) -> None:
    browser = full.browser(who)
    for path in ("", "bin/", "search", "search?q=a", "me", "notifications", "notifications/settings", "activity/due"):
        whole(browser.get(f"/acme/{path}"), 200, 405)
    whole(browser.get("/acme/settings"), 200, 403, 404)
    whole(browser.get("/acme/jobs"), 200, 404)


@of_every_type
def test_what_lies_in_the_bin_is_found_there_and_nowhere_else(full: Pages, record_type: RecordType) -> None:
    delete = record_type.verbs.get("delete")
    if delete is None:
        assert not any(verb.binned for verb in record_type.verbs.values())
        return
    with company_scope(full.company):
        record = full.make(record_type) if can_be_made(record_type) else full.any_record(record_type)
        title = str(record)
    browser = full.browser("adam")
    link = f"/acme/{record_type.plural}/{record.pk}"
    assert browser.post(f"{link}/delete").status_code == 302
    assert f'"{link}"' not in whole(browser.get(f"/acme/{record_type.plural}/"), 200)
    binned = whole(browser.get("/acme/bin/"), 200)
    back = f'action="/acme/bin/{record_type.plural}/{record.pk}/restore"'
    assert back in binned
    assert title in html.unescape(re.sub(r"</?span\b[^>]*>", "", binned))  # a code within it is kept on one line
    page = whole(browser.get(link), 200)
    assert f"{link}/restore" in page
    assert browser.post(f"{link}/restore").status_code == 302
    assert back not in whole(browser.get("/acme/bin/"), 200)
    assert browser.get(link).status_code == 200
