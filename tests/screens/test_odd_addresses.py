"""Addresses that no page holds: mistyped, cut off, put together by hand. Each is answered in words, never by 5xx."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gucang.kernel.models.company import RESERVED_SLUGS
from gucang.parties.actions import customers
from tests.contracts.world import words_of

ODD = ("nothing", "0", "-1", "9" * 25, "%00", "%ED%A0%80", "..", "长" * 200, "a.b", "%0d%0aSet-Cookie:x=y", "1e9")
EACH = 2  # of them in each place; with eleven, every place meets others than the one before
# Behind a word that is no company's address, at the root, and behind what the sign-in pages are called.
SITE = ("{0}", "{0}/", "{0}/x", "{0}/x/", "{0}/customers/", "{0}/customers/1", "{0}/api/v1/me")
HELD = re.compile(r"<(?:\w+:)?\w+>")


def addresses() -> Iterator[str]:
    """Every registered address, with what it takes still open, as Django writes it: "<company:company>/me"."""

    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            where = before + str(one.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, where)
            elif isinstance(one, URLPattern) and "(?P" not in where:
                yield where

    yield from walk(get_resolver().url_patterns, "")


def fillings() -> Iterator[str]:
    """Every registered address with odd parts in each place that takes one, the others as somebody would have them.

    The parts take turns: what reads a place is the same for many addresses.
    """
    turn = itertools.cycle(ODD)
    for where in addresses():
        below = where.replace("<company:company>", "acme")
        for place in HELD.finditer(below):
            usual = HELD.sub(_usual, below[: place.start()]), HELD.sub(_usual, below[place.end() :])
            for odd in itertools.islice(turn, EACH):
                yield f"/{usual[0]}{odd}{usual[1]}"
        yield "/" + HELD.sub(_usual, below) + "/"  # a slash too much
        yield "/" + HELD.sub(_usual, below).rsplit("/", 1)[0]  # and the end cut off


def _usual(found: re.Match[str]) -> str:
    return {"plural": "customers", "verb": "edit"}.get(found.group(0).strip("<>").split(":")[-1], "1")


@pytest.fixture
def as_adam(client: Client, adam: Any, inside: Any, login: Any) -> Client:
    """A browser of the administrator's, who may see whatever is there, and a customer."""
    with inside():
        customers.create(actor=adam, values={"name": "恒力"})
    return login(client, adam)  # type: ignore[no-any-return]


def refused(client: Client, address: str) -> str:
    """What is told to who asks for an address; a page that is there or another one is as well."""
    answer = client.get(address)
    assert answer.status_code < 500, (address, answer.status_code)
    if answer.status_code < 400 or answer.streaming:
        return ""
    said = words_of(answer.content.decode())
    assert len(said.strip()) > 5, (address, answer.status_code)
    return said


@pytest.mark.parametrize("word", sorted(RESERVED_SLUGS))
def test_behind_a_word_of_the_program_is_no_company(as_adam: Client, word: str) -> None:
    for where in SITE:
        address = "/" + where.format(word)
        refused(as_adam, address)
        refused(Client(), address)


@pytest.mark.parametrize("address", ["/accounts/nothing", "/accounts/nothing/", "/accounts/2fa/x/", "/design/x",
                                     "/api/v1/customers", "/static/nothing.css", "/nowhere/at/all"])  # fmt: skip
def test_nothing_is_there_says_the_program_in_its_own_words(as_adam: Client, address: str) -> None:
    for client in (as_adam, Client()):
        answer = client.get(address, follow=True)
        assert answer.status_code == 404, (address, answer.status_code)
        assert "这里没有东西" in words_of(answer.content.decode()) or address.startswith("/static")


@pytest.mark.slow
def test_no_odd_part_of_any_address_breaks_a_page(as_adam: Client) -> None:
    asked = list(dict.fromkeys(fillings()))
    assert len(asked) > 500  # the table of addresses was read
    for address in asked:
        if "logout" not in address:
            refused(as_adam, address)
