"""Finding, tying and ending the processes that this program started, and no others."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable

import psutil

_PR_SET_PDEATHSIG = 1
RUN_ID = "GUCANG_RUN_ID"


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Have the kernel signal this process when its parent ends. Only Linux can do it."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def tied_to_parent(signal_number: int) -> Callable[[], None]:
    """A `preexec_fn` that ties a child to its parent; the library is looked up before the fork."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def of_run(run_id: str) -> list[psutil.Process]:
    """Every living process that was started under run `run_id`, grandchildren included, except this one."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(RUN_ID) == run_id:
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process], *, patience: float = 5.0) -> int:
    """End `processes`: politely, and after `patience` seconds hard. Returns how many there were.

    psutil compares the start time before each signal, so a number that was given to a stranger is left alone.
    """
    ended = list(processes)
    for process in ended:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(ended, timeout=patience)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=patience)
    return len(ended)


def end_group(leader: subprocess.Popen[bytes], *, patience: float = 10.0) -> None:
    """End the process group that our child `leader` heads: first politely, after `patience` seconds hard.

    Only the leader is asked, for it may take the sudden end of its children for a fault and start them again.
    """
    if leader.poll() is None:
        leader.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            leader.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.poll()
