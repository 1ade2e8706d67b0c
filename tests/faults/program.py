"""A real installation: `gucang run` in a data folder of its own, as people start it, with fsync on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

import psutil
import psycopg

from gucang.config import environment, processes

CLI = (sys.executable, "-m", "gucang.config.cli")
BACK_SECONDS = 30.0


def wait_until(condition: Callable[[], Any], seconds: float = BACK_SECONDS, what: str = "") -> Any:
    """The first true answer of `condition`. Fails after `seconds`."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what or condition}"
        time.sleep(0.05)
    return found


class Program:
    """The installation in `folder`, served on `port` of this machine."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "run.log"
        self.process: subprocess.Popen[bytes] | None = None

    # --- starting and stopping ---

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a person's shell: nothing of the tests' own database is in it."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("GUCANG_", "DATABASE_URL"))}
        ours.pop("DJANGO_SETTINGS_MODULE", None)
        return ours | {"GUCANG_DATA": str(self.folder), "LC_ALL": "C.UTF-8"}

    def start(self) -> float:
        """Start it and wait until it says that it serves; returns the seconds that took."""
        began, said = time.monotonic(), self.said().count("Ctrl-C stops it.")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*CLI, "run", "--port", str(self.port), "--no-demo"],
                env=self.variables,
                cwd=environment.CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        def serves() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.said()[-3000:]
            return self.said().count("Ctrl-C stops it.") > said

        wait_until(serves, 120, "the program serves")
        return time.monotonic() - began

    def stop(self) -> None:
        """End it as Ctrl-C does, and whatever that should leave."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def said(self) -> str:
        """Everything it and its parts have written so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    # --- its processes ---

    def part(self, name: str) -> psutil.Process | None:
        """The main process of the part `name`: "granian" or "jobs"."""
        assert self.process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess, IndexError):
                    words = child.cmdline()
                    if name in (words[2], words[-1]) and child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        found = []
        if main := self.part("granian"):
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in main.children():
                    with contextlib.suppress(psutil.NoSuchProcess):
                        if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in str(child.cmdline()):
                            found.append(child)
        return found

    @property
    def place(self) -> dict[str, str]:
        """Where its database is: cluster, socket, binaries, user."""
        found: dict[str, str] = json.loads((self.folder / "database.json").read_text("utf-8"))
        return found

    @property
    def running(self) -> dict[str, str]:
        """What the run wrote down about itself: run_id and address."""
        found: dict[str, str] = json.loads((self.folder / "run.json").read_text("utf-8"))
        return found

    def postmaster(self) -> psutil.Process | None:
        """The main process of its database, if it runs."""
        with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
            text = (Path(self.place["cluster"]) / "postmaster.pid").read_text()
            return psutil.Process(int(text.split("\n", 1)[0]))
        return None

    def everything(self) -> list[psutil.Process]:
        """Every process of the present run, and of its database."""
        found = processes.of_run(self.running["run_id"])
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error, OSError):
                if process.info["name"] == "postgres" and process.cwd() == self.place["cluster"]:
                    found.append(process)
        return found

    # --- asking it ---

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `gucang` in this installation."""
        return subprocess.run(
            [*CLI, *arguments], env=self.variables, cwd=environment.CHECKOUT, capture_output=True, text=True,
            timeout=180, check=False,
        )  # fmt: skip

    def inside(self, function: str, *arguments: Any) -> Any:
        """What `function` of `tests.faults.inside` returns in a process of its own in this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.inside", function, json.dumps(arguments)],
            env=self.variables, cwd=environment.CHECKOUT, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def connect(self, user: str = "postgres") -> psycopg.Connection[Any]:
        """A connection past row security (as postgres), to look whether everything is in order."""
        password = (self.folder / "secrets" / f"database_{user}").read_text().strip()
        return psycopg.connect(
            host=self.place["socket"], port=5432, user=user, password=password, dbname="gucang", autocommit=True,
            connect_timeout=5,
        )  # fmt: skip

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with self.connect() as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        """The one value of one row."""
        return self.rows(sql, *values)[0][0]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, Message, str]:
        """(status, headers, text) of a page; redirects are not followed. Raises OSError when nothing answers."""
        request = urllib.request.Request(self.address + path, headers=dict(headers or {}))
        try:
            with _OPENER.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def alive(found: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that ended but that nobody has asked after does not."""
    running = []
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                running.append(process)
    return running


def names(found: Sequence[psutil.Process]) -> list[str]:
    """What processes are called, for a message."""
    called = []
    for process in found:
        with contextlib.suppress(psutil.Error):
            called.append(" ".join(process.cmdline())[:120])
    return called
