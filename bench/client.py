"""Asking again and again over kept connections, from threads, and what came of it."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ask:
    """One request. `body` is JSON text."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass
class Taken:
    """What a measurement found; times in milliseconds."""

    times: list[float]
    seconds: float
    size: int

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


class Failed(Exception):
    """The server answered with an error; a time of that would tell nothing."""


def measure(port: int, make: Callable[[int], Ask], *, clients: int, most: int = 300, seconds: float = 8.0) -> Taken:
    """Send at most `most` requests or for `seconds`, from `clients` threads. `make(n)` gives the n-th request.

    Raises Failed with the answer's beginning at the first one above 399.
    """
    lock, times, sizes = threading.Lock(), [], []
    counter = iter(range(most))
    failed: list[str] = []
    began = time.perf_counter()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not failed and time.perf_counter() - began < seconds:
            with lock:
                number = next(counter, None)
            if number is None:
                break
            ask = make(number)
            before = time.perf_counter()
            connection.request(ask.method, ask.path, ask.body.encode() if ask.body else None, ask.headers)
            answer = connection.getresponse()
            content = answer.read()
            took = (time.perf_counter() - before) * 1000
            if answer.status >= 400:
                failed.append(f"{ask.method} {ask.path}: {answer.status} {content[:300].decode('utf-8', 'replace')}")
                break
            with lock:
                times.append(took)
                sizes.append(len(content))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise Failed(failed[0])
    return Taken(times, time.perf_counter() - began, round(statistics.mean(sizes)))


def warm(port: int, make: Callable[[int], Ask], numbers: Sequence[int]) -> None:
    """A few requests that do not count."""
    for number in numbers:
        measure(port, lambda _n, number=number: make(number), clients=1, most=1)  # type: ignore[misc]


__all__ = ["Ask", "Failed", "Taken", "measure", "warm"]
