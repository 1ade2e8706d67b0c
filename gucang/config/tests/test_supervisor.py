"""The processes that `gucang run` starts and ends. Real processes; the web and the jobs have their own journeys."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gucang.config import environment, processes, supervisor
from gucang.config.supervisor import Part, Refusal, Supervisor

# A part with a grandchild, which ignores being asked politely.
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('up', flush=True);"
    "time.sleep(600)"
)


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "data"))
    # No database is asked for here; the address is never used.
    monkeypatch.setenv("DATABASE_URL", "postgresql://gucang_app:x@127.0.0.1:1/gucang")
    return Supervisor(host="127.0.0.1", port=18000, demo=False)


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_part_that_dies_is_started_again_and_each_time_later(keeper: Supervisor) -> None:
    part = Part("web", (sys.executable, "-c", "raise SystemExit(3)"))
    keeper.parts = [part]
    pauses = []
    while len(pauses) < 3:
        keeper._look_after()
        if part.process is None:
            pauses.append(part.pause)
            part.due = 0
        time.sleep(0.02)
    assert pauses == [0.5, 1.0, 2.0]
    keeper._end()


def test_ending_takes_the_grandchildren_along_even_stubborn_ones(
    keeper: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part("jobs", (sys.executable, "-c", STUBBORN))
    keeper.parts = [part]
    keeper._look_after()
    wait_until(lambda: len(processes.of_run(keeper.run_id)) == 2)
    wait_until(lambda: part.process is not None and ignores_sigterm(part.process.pid))
    assert part.process is not None
    processes.end_group(part.process, patience=0.3)
    part.process.wait()
    wait_until(lambda: processes.of_run(keeper.run_id) == [])  # killed is not yet gone


def ignores_sigterm(pid: int) -> bool:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigIgn:"):
            return bool(int(line.split()[1], 16) & (1 << (signal.SIGTERM - 1)))
    return False


def test_what_an_earlier_run_left_is_ended_and_a_stranger_is_not(keeper: Supervisor) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    earlier = uuid.uuid4().hex
    left = subprocess.Popen(sleep, env={**os.environ, processes.RUN_ID: earlier})
    stranger = subprocess.Popen(sleep, env={**os.environ, processes.RUN_ID: uuid.uuid4().hex})
    try:
        keeper.run_id, own = earlier, keeper.run_id
        keeper._write("http://127.0.0.1:18000/")
        keeper.run_id = own
        wait_until(lambda: len(processes.of_run(earlier)) == 1)
        keeper._end_leftovers()
        assert not psutil.pid_exists(left.pid)
        assert stranger.poll() is None
    finally:
        for process in (left, stranger):
            process.kill()
            process.wait()


def test_a_child_ends_when_its_parent_is_killed_hard() -> None:
    code = (
        "import signal, subprocess, sys, time; from gucang.config.processes import tied_to_parent;"
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " preexec_fn=tied_to_parent(signal.SIGTERM)); print(c.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=environment.CHECKOUT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_a_second_run_from_the_same_folder_is_refused(keeper: Supervisor) -> None:
    keeper._write("http://127.0.0.1:18000/")
    with (keeper.data / "run.lock").open("a") as first, (keeper.data / "run.lock").open("a") as second:
        keeper._take(first)
        with pytest.raises(Refusal, match=r"already runs from .* at http://127\.0\.0\.1:18000/"):
            keeper._take(second)


def test_the_next_free_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert supervisor._free_port("127.0.0.1", port) > port
    with pytest.raises(Refusal, match="is no address of this machine"):
        supervisor._free_port("192.0.2.77.invalid", 18000)
