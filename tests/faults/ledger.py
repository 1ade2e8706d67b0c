"""A ledger of acknowledged writes: what was answered with 2xx is remembered, and must be there exactly once."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.program import BACK_SECONDS, Program, wait_until

NEVER = 40.0  # seconds without an answer to one key after which the service counts as gone


@dataclass
class Ledger:
    """Writers who each POST a customer, and a deal for every second one, until it is acknowledged."""

    program: Program
    slug: str
    tokens: list[str]
    tried: dict[str, set[str]] = field(default_factory=lambda: {"customers": set(), "opportunities": set()})
    acknowledged: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"customers": {}, "opportunities": {}}
    )
    answers: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    replays: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def writing(self, *, at_least: float) -> Iterator[None]:
        """Write while the block runs and for `at_least` seconds altogether. Every key is then answered or given up."""
        self._stop.clear()
        began = time.monotonic()
        threads = [threading.Thread(target=self._write, args=(token,), daemon=True) for token in self.tokens]
        for thread in threads:
            thread.start()
        try:
            yield
            time.sleep(max(0.0, began + at_least - time.monotonic()))
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(NEVER + 10)
        assert not any(thread.is_alive() for thread in threads)

    def goes_on(self, writes: int = 20, seconds: float = BACK_SECONDS) -> float:
        """Wait until `writes` more are acknowledged, at most `seconds`; returns the seconds it took."""
        began, target = time.monotonic(), self.total() + writes
        wait_until(lambda: self.total() >= target, seconds, f"{writes} more writes are acknowledged")
        return time.monotonic() - began

    def total(self) -> int:
        """How many writes were acknowledged."""
        return sum(map(len, self.acknowledged.values()))

    # --- one writer ---

    def _write(self, token: str) -> None:
        writer, count = _Writer(self, token), 0
        while not self._stop.is_set():
            key = uuid.uuid4().hex
            customer = writer.post("customers", key, {"name": f"断电试验 {key}"})
            count += 1
            if customer is not None and count % 2 == 0:
                writer.post(
                    "opportunities", key, {"name": f"商机 {key}", "customer": customer["id"], "amount": "100.00"}
                )
        writer.close()


class _Writer:
    def __init__(self, ledger: Ledger, token: str) -> None:
        self.ledger, self.token = ledger, token
        self.connection: http.client.HTTPConnection | None = None

    def post(self, plural: str, key: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send with the same key until a 2xx answer is read."""
        self.ledger.tried[plural].add(body["name"])
        until = time.monotonic() + NEVER
        while time.monotonic() < until:
            try:
                status, headers, text = self._send(plural, f"{plural}-{key}", body)
            except (OSError, http.client.HTTPException) as error:
                self.ledger.answers[f"no answer: {type(error).__name__}"] += 1
                self.close()
                time.sleep(0.1)
                continue
            self.ledger.answers[str(status)] += 1
            if 200 <= status < 300:
                self.ledger.replays += headers.get("Idempotent-Replayed") == "true"
                found: dict[str, Any] = json.loads(text)
                self.ledger.acknowledged[plural][body["name"]] = found
                return found
            if status != 503 or not headers.get("Retry-After", "").isdigit():
                self.ledger.strange.append(f"{status} {dict(headers)} {text[:500]}")
                return None
            time.sleep(0.1)
        return None

    def _send(self, plural: str, key: str, body: dict[str, Any]) -> tuple[int, http.client.HTTPMessage, str]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.ledger.program.port, timeout=20)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        self.connection.request("POST", f"/{self.ledger.slug}/api/v1/{plural}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def check(ledger: Ledger) -> None:
    """Nothing acknowledged is lost, nothing is there twice, nothing by halves. Fails with what is wrong."""
    assert not ledger.strange, ledger.strange[:3]
    wrong = [kind for kind in ledger.answers if kind not in ("200", "201", "503") and not kind.startswith("no answer")]
    assert not wrong, ledger.answers
    for plural, name, table in (
        ("customers", "customer", "parties_customer"),
        ("opportunities", "opportunity", "selling_opportunity"),
    ):
        _check_type(ledger, plural, name, table)
    _check_totals(ledger)


def _check_type(ledger: Ledger, plural: str, name: str, table: str) -> None:
    program, company = ledger.program, _company(ledger)
    rows = program.rows(f"SELECT id, number, name FROM {table} WHERE company_id = %s", company)
    by_name = {row[2]: row for row in rows}
    assert len(by_name) == len(rows), f"one key made two {plural}"
    assert by_name.keys() <= ledger.tried[plural], f"{plural} that nobody sent"
    for label, answer in ledger.acknowledged[plural].items():
        assert label in by_name, f"acknowledged and lost: {label}"
        assert by_name[label][:2] == (answer["id"], answer["number"])

    taken = program.rows(
        "SELECT value FROM kernel_numbercounter WHERE company_id = %s AND record_type = %s", company, name
    )
    assert sum(value for (value,) in taken) == len(rows), "numbers have a gap"
    numbers = sorted(int("".join(filter(str.isdigit, number))) for _pk, number, _name in rows)
    assert len(set(numbers)) == len(numbers), "numbers have a double"
    if len(taken) == 1:  # else a year or a month has begun meanwhile
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert str(numbers[0]).endswith("001")

    ids = sorted(row[0] for row in rows)
    subjects = program.rows(
        "SELECT subject_id FROM kernel_event WHERE company_id = %s AND name = %s ORDER BY 1", company, f"{name}.create"
    )
    assert [pk for (pk,) in subjects] == ids, f"one event for each of the {plural}"
    objects = program.rows(
        "SELECT object_id FROM kernel_eventobject WHERE company_id = %s AND object_type = %s AND role = 'subject'"
        " AND event_id IN (SELECT id FROM kernel_event WHERE company_id = %s AND name = %s) ORDER BY 1",
        company, name, company, f"{name}.create",
    )  # fmt: skip
    assert [pk for (pk,) in objects] == ids, f"one entry in the timeline for each of the {plural}"
    entries = program.rows(
        "SELECT object_id FROM kernel_searchentry WHERE company_id = %s AND record_type = %s ORDER BY 1", company, name
    )
    assert [pk for (pk,) in entries] == ids, f"each of the {plural} is found by search"
    keys = program.rows(
        "SELECT status, count(*) FROM kernel_idempotencykey WHERE company_id = %s AND key LIKE %s GROUP BY 1",
        company, f"{plural}-%",
    )  # fmt: skip
    assert keys == [(201, len(rows))] or (not rows and not keys), "one kept answer for each key, none half done"


def _check_totals(ledger: Ledger) -> None:
    counted = "SELECT count(*), coalesce(sum(amount), 0) FROM selling_opportunity WHERE company_id = %s"
    kept = "SELECT coalesce(sum(count), 0), coalesce(sum(amount), 0) FROM selling_stagetotal WHERE company_id = %s"
    company = _company(ledger)
    assert ledger.program.rows(kept, company) == ledger.program.rows(counted, company), (
        "kept sums differ from the deals"
    )


def _company(ledger: Ledger) -> int:
    found: int = ledger.program.value("SELECT id FROM kernel_company WHERE slug = %s", ledger.slug)
    return found
