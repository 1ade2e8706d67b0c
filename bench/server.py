"""The real server as `gucang run` starts it, or a bare one beside it, and what their processes use."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from gucang.config.processes import end_group
from gucang.config.supervisor import _web_command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Web:
    """A running web server."""

    port: int
    process: subprocess.Popen[bytes]

    def family(self) -> list[psutil.Process]:
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def cpu_ms(self) -> float:
        """CPU time of all its processes so far."""
        return sum(1000 * (p.cpu_times().user + p.cpu_times().system) for p in self.family())

    def memory_mb(self) -> float:
        """Proportional set size of all its processes."""
        return sum(p.memory_full_info().pss for p in self.family()) / 2**20


@contextmanager
def running(settings: str, ready: str) -> Iterator[Web]:
    """Two workers with one thread each under `settings`; ready when the path `ready` gives any answer."""
    port = free_port()
    command = list(_web_command("127.0.0.1", port))
    if settings != "gucang.config.settings":
        command[-1] = "bench.floor.wsgi:application"
    here = str(Path(__file__).parents[1])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": here}
    process = subprocess.Popen(command, env=environment, process_group=0, stdin=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}{ready}")
        yield Web(port, process)
    finally:
        end_group(process)


def _wait(address: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=60):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer.")


def database_processes(postmaster: int) -> list[psutil.Process]:
    """The processes of the embedded PostgreSQL."""
    leader = psutil.Process(postmaster)
    return [leader, *leader.children(recursive=True)]


class Clock:
    """CPU time of the web server and of the database together."""

    def __init__(self, web: Web, postmaster: int) -> None:
        self.web, self.postmaster = web, postmaster

    def ms(self) -> float:
        total = self.web.cpu_ms()
        for process in database_processes(self.postmaster):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += 1000 * (times.user + times.system)
        return total


__all__ = ["Clock", "Web", "database_processes", "running"]
