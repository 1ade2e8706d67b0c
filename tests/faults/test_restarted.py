"""The database restarts under load: people read a sentence, programs 503 with Retry-After, and it heals by itself."""

from __future__ import annotations

import subprocess
import threading
from typing import Any

import pytest
from django.utils import translation

from gucang.config.embedded.places import run_as
from gucang.surface.problems import WORDS
from tests.faults.conftest import Site
from tests.faults.ledger import check
from tests.faults.program import wait_until

pytestmark = pytest.mark.slow


class Watch(threading.Thread):
    """Asks for one address again and again and keeps what it hears."""

    def __init__(self, site: Site, path: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(daemon=True)
        self.site, self.path, self.headers = site, path, headers
        self.heard: list[tuple[int, Any, str]] = []
        self.silent = 0
        self._stop_asking = threading.Event()

    def run(self) -> None:
        while not self._stop_asking.wait(0.05):
            try:
                self.heard.append(self.site.program.get(self.path, self.headers))
            except OSError:
                self.silent += 1

    def end(self) -> None:
        self._stop_asking.set()
        self.join(30)

    def statuses(self) -> set[int]:
        return {status for status, _headers, _text in self.heard}


def restart_hard(site: Site) -> None:
    """Stop the database as `-m immediate` does; the program starts it again.

    `-W`, because `pg_ctl` waits for the server's file to go; it may see only the next server's and wait a minute.
    """
    place, before = site.program.place, site.program.postmaster()
    command = [f"{place['binaries']}/pg_ctl", "stop", "-m", "immediate", "-W", "-D", place["cluster"]]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60, **run_as(place["user"]))
    wait_until(lambda: site.program.postmaster() not in (None, before), what="another database server runs")


def test_during_a_restart_people_read_a_sentence_and_it_heals_by_itself(site: Site) -> None:
    page = Watch(site, f"/{site.ledger.slug}/customers/", {"Cookie": site.cookie, "Accept-Language": "en"})
    health, ready = Watch(site, "/healthz"), Watch(site, "/readyz")
    watches = [page, health, ready]
    assert site.program.get(page.path, page.headers)[0] == 200
    with site.ledger.writing(at_least=5):
        site.ledger.goes_on()
        for watch in watches:
            watch.start()
        restart_hard(site)
        site.ledger.goes_on()
        wait_until(lambda: page.heard and page.heard[-1][0] == 200, what="the page is there again")
        wait_until(lambda: ready.heard and ready.heard[-1][0] == 200, what="ready again")
        for watch in watches:
            watch.end()
    check(site.ledger)

    with translation.override("en"):
        sentence = str(WORDS[503][1])
    assert page.statuses() == {200, 503}
    assert page.silent == health.silent == 0, "the web server itself never went away"
    for status, headers, text in page.heard:
        if status == 503:
            assert headers["Retry-After"] == "5"
            assert headers["Content-Type"].startswith("text/html")
            assert sentence in text
    assert health.statuses() == {200}
    assert ready.statuses() == {200, 503}
    assert all(headers["Retry-After"] for status, headers, _text in ready.heard if status == 503)
    assert site.ledger.answers["503"] > 0, "the writers met the fault"
