"""One installation for all fault tests: started as people start it, and ended with everything that belongs to it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.faults.program import Program, alive, names

SLUG, WRITERS = "faults", 4


@dataclass
class Site:
    """The running program, who may write to its company, and the ledger of what was written so far."""

    program: Program
    ledger: Ledger
    cookie: str
    first_migrations: list[subprocess.CompletedProcess[str]]


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    # Short, for the path of a socket has 104 bytes; open to pass through, for the database has a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="gc", dir="/tmp"))
    folder.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Program(folder, port)
    try:
        # Two at once into the empty folder, so that even the first start has its race.
        with ThreadPoolExecutor(2) as threads:
            migrations = list(threads.map(lambda _: program.command("migrate", "--verbosity", "0"), range(2)))
        program.start()
        made = program.inside("found_company", SLUG, WRITERS)
        yield Site(program, Ledger(program, SLUG, made["tokens"]), made["cookie"], migrations)
        left = program.everything()
        program.stop()
        assert not alive(left), f"left behind: {names(alive(left))}"
    finally:
        if program.process is not None and program.process.poll() is None:
            program.stop()
        shutil.rmtree(folder, ignore_errors=True)
