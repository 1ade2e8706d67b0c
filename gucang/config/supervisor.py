"""`gucang run`: the database, the web server and the job worker under one roof.

Every part has a process group of its own and carries the number of this run, so that whatever a hard kill
leaves behind is found and ended at the next start, and nothing else is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg

from gucang.config import environment, migration, processes, roles
from gucang.config.embedded import EmbeddedError, Server

CLI = (sys.executable, "-m", "gucang.config.cli")
_LONGEST_PAUSE = 30.0
# For the first answer of the web server, in seconds: when that is worth a word, and when nothing comes any more.
_LONG_WAIT, _LONGEST_WAIT = 30, 300
_DATABASE_PAUSE = 5.0
_STEADY_SECONDS = 60.0
_PORTS_TRIED = 50
_RULE = "─" * 72


class Refusal(Exception):
    """The program cannot run now; the message is one sentence for the person at the console."""


@dataclass
class Part:
    """One process that must always run, with its children."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0


class Supervisor:
    """Starts everything, keeps it running, and ends everything it started."""

    def __init__(self, *, host: str, port: int, demo: bool) -> None:
        self.host, self.wanted_port, self.demo = host, port, demo
        self.data = environment.make_data_folder()
        self.run_id = uuid.uuid4().hex
        self.address = ""
        self.server = Server() if environment.embedded() else None
        self.parts: list[Part] = []
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM. Raises Refusal and the like when it cannot begin."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        with (self.data / "run.lock").open("a") as lock:
            self._take(lock)
            self._end_leftovers()
            try:
                self._begin()
                while not self._stopping.wait(0.5):
                    self._look_after()
            finally:
                self._end()

    # --- beginning ---

    def _take(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = _read(self.data).get("address", "another address")
            raise Refusal(f"Gucang already runs from {self.data}, at {address}.") from None

    def _end_leftovers(self) -> None:
        if run_id := _read(self.data).get("run_id"):
            ended = processes.end(processes.of_run(run_id))
            if ended:
                _say(f"Ended {ended} processes that an earlier run left behind.")

    def _begin(self) -> None:
        port = _free_port(self.host, self.wanted_port)
        # Passkeys need a host name, so a server for this machine alone is called by it.
        name = "localhost" if self.host == "127.0.0.1" else self.host
        address = self.address = f"http://{name}:{port}/"
        self._write(address)
        if self.server is not None:
            _say("Starting the database … 启动数据库")
            self.server.join(with_parent=True)
        if migration.pending():
            _say("Preparing its tables … 准备数据表")
            self._once("migrate", "--told")
        self._refuse_mighty_role()
        # The web server takes seconds to load, and the demo company keeps one core of two busy: they go together.
        _say("Starting the web server … 启动网页服务")
        web, jobs = Part("web", _web_command(self.host, port)), Part("jobs", (*CLI, "jobs"))
        self.parts = [web]
        self._look_after()
        self._first_demo()
        if self._stopping.is_set():
            return
        self.parts = [web, jobs]
        self._look_after()
        self._wait_for(f"http://{self.host}:{port}/")
        if self._stopping.is_set():
            return
        if port != self.wanted_port:
            _say(f"Port {self.wanted_port} is in use, so this run takes {port}.")
        self._welcome(address)

    def _write(self, address: str) -> None:
        file = self.data / "run.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"run_id": self.run_id, "pid": os.getpid(), "address": address}), "utf-8")

    def _refuse_mighty_role(self) -> None:
        with psycopg.connect(**environment.parameters("app"), connect_timeout=5) as app:
            if found := roles.complaints(app):
                raise Refusal(found[0])

    def _first_demo(self) -> None:
        """Fill the demo company once; later starts only repeat its log-ins."""
        if self.demo and not (self.data / "demo-logins").exists() and not self._stopping.is_set():
            _say("Filling the demo company with a year of work, once; a minute or two … 生成演示公司，只做一次")
            self._once("demo", "--first-start")

    def _welcome(self, address: str) -> None:
        """One block at the end: where it is, who can sign in, and how to stop it."""
        _say(f"\n{_RULE}\n谷仓 Gucang  {address}\n")
        if self.demo and (self.data / "demo-logins").exists():
            _say((self.data / "demo-logins").read_text("utf-8"))
        else:
            # Whoever has a company already works on, even when no link can be made.
            with contextlib.suppress(Refusal):
                self._once("setup-link", "--address", address)
        _say(f"按 Ctrl-C 停止。Ctrl-C stops it.\n{_RULE}")

    # --- the parts ---

    def _launch(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        variables = {
            "DJANGO_SETTINGS_MODULE": "gucang.config.settings",
            **os.environ,
            processes.RUN_ID: self.run_id,
        }
        if self.address:
            # Links lead to where this run really listens, unless someone said what people type.
            variables.setdefault("GUCANG_PUBLIC_ORIGIN", self.address.rstrip("/"))
        if environment.in_checkout():
            variables["PYTHONPATH"] = os.pathsep.join(
                filter(None, [str(environment.CHECKOUT), variables.get("PYTHONPATH")])
            )
        return subprocess.Popen(
            command,
            env=variables,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=processes.tied_to_parent(signal.SIGTERM),
        )

    def _once(self, *arguments: str) -> None:
        """Run one command to its end, and end it early when we are told to stop."""
        process = self._launch((*CLI, *arguments))
        while process.poll() is None:
            if self._stopping.wait(0.05):
                processes.end_group(process)
                return
        if process.returncode:
            raise Refusal(f"“gucang {arguments[0]}” failed; what it said stands above.")

    def _look_after(self) -> None:
        """Start again what has died, each time after a longer pause while it keeps dying."""
        if self.server is not None and self.server.pid() is None:
            _say("The database has stopped; starting it again.")
            try:
                self.server.join(with_parent=True)
            except EmbeddedError as error:
                _say(str(error))
                self._stopping.wait(_DATABASE_PAUSE)
                return
        now = time.monotonic()
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                _say(f"The {part.name} process stopped (code {part.process.returncode}); starting it again.")
                processes.end_group(part.process, patience=2)
                part.process = None
                steady = now - part.started > _STEADY_SECONDS
                part.pause = 0.0 if steady else min(_LONGEST_PAUSE, part.pause * 2 or 0.5)
                part.due = now + part.pause
            if part.process is None and now >= part.due:
                part.process, part.started = self._launch(part.command), now

    def _wait_for(self, address: str) -> None:
        """Until the web server gives any answer; it is looked after meanwhile."""
        begun, told = time.monotonic(), False
        while not self._stopping.wait(0.1):
            with contextlib.suppress(OSError):
                try:
                    with urllib.request.urlopen(address, timeout=30):
                        return
                except urllib.error.HTTPError:
                    return
            self._look_after()
            waited = time.monotonic() - begun
            if waited > _LONG_WAIT and not told:
                told = True
                _say("The machine is busy, so the web server takes longer … 机器忙，网页服务要再等一会儿")
            if waited > _LONGEST_WAIT:
                raise Refusal("The web server does not answer; what it said stands above.")

    # --- the end ---

    def _end(self) -> None:
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            processes.end_group(process)
        processes.end(processes.of_run(self.run_id))
        if self.server is not None:
            self.server.leave(stop=True)
        (self.data / "run.json").unlink(missing_ok=True)
        _say("Stopped.")


def _web_command(host: str, port: int) -> tuple[str, ...]:
    options = {
        "interface": "wsgi",
        "host": host,
        "port": str(port),
        "workers": environment.text("web_workers"),
        # More threads only wait for each other: 4 cost a fifth of the throughput.
        "blocking-threads": "1",
        "backlog": "2048",
        # Not fewer than there may be idle keep-alive connections, which count as well.
        "backpressure": "1024",
        "workers-kill-timeout": "3",
        "log-level": "warning",
    }
    named = [word for name, value in options.items() for word in (f"--{name}", value)]
    return (
        sys.executable,
        "-m",
        "granian",
        *named,
        "--respawn-failed-workers",
        "--no-ws",
        "gucang.config.wsgi:application",
    )


def _free_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + _PORTS_TRIED):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise Refusal(f"Port {port} needs root; choose one from 1024 on.") from None
            except socket.gaierror:
                raise Refusal(f"{host} is no address of this machine.") from None
            except OSError:
                continue
            return port
    raise Refusal(f"No port from {wanted} to {wanted + _PORTS_TRIED - 1} is free on {host}.")


def _read(data: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((data / "run.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _say(words: str) -> None:
    print(words, flush=True)
