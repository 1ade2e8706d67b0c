"""One file that holds an installation: the database, attached files, and how to know that all is there.

The file is a plain .tar: `database.dump` (PostgreSQL's custom format), `files/…`, `secrets/…` when asked for,
and at its end `manifest.json` with the program's version, the number of rows of every table and the SHA-256 of
each member. It restores into this or a later version.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from gucang.config import environment
from gucang.config.embedded import Server, client_program

FORMAT = 1
_DUMP, _MANIFEST = "database.dump", "manifest.json"
_MEMBER = re.compile(r"(database\.dump|manifest\.json|(files|secrets)(/[^/]+)+)\Z")
_BLOCK = 1 << 20


class BackupError(Exception):
    """The backup could not be written or brought back; the message is one sentence that says why."""


# --- writing ---


def backup(target: Path, *, with_secrets: bool = False) -> str:
    """Write the installation to `target`, a file that must not exist yet; returns a sentence about it.

    Without `with_secrets` the secret keys stay out: whoever gets the file can then read its data, but cannot
    sign in with it. The file appears under its name only when it is whole. Raises BackupError.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            rows = _write(archive, with_secrets)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except OSError as error:
        raise BackupError(f"{target} could not be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    size = target.stat().st_size / 1_000_000
    return f"Wrote {target}: {rows} rows, {size:.1f} MB."


def _write(archive: tarfile.TarFile, with_secrets: bool) -> int:
    sums: dict[str, str] = {}
    data = environment.data_folder()
    with tempfile.TemporaryDirectory(prefix="gucang-backup-") as folder:
        dump = Path(folder) / _DUMP
        counts = _dump(dump)
        sums[_DUMP] = _add(archive, _DUMP, dump)
    for path in _files_in(environment.files_folder()):
        name = f"files/{path.relative_to(environment.files_folder()).as_posix()}"
        sums[name] = _add(archive, name, path)
    if with_secrets:
        for path in _files_in(data / "secrets"):
            # The passwords of the database's roles belong to that database server, not to the data.
            if not path.name.startswith(("database_", ".")):
                sums[f"secrets/{path.name}"] = _add(archive, f"secrets/{path.name}", path)
    manifest = {
        "format": FORMAT,
        "version": environment.release(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": counts,
        "sha256": sums,
    }
    content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    archive.addfile(_header(_MANIFEST, len(content), time.time()), io.BytesIO(content))
    return sum(counts.values())


def _dump(target: Path) -> dict[str, int]:
    """Dump the database; returns the number of rows per table as of the very same moment."""
    with _administrator() as (admin, variables):
        admin.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = admin.execute("SELECT pg_export_snapshot()").fetchone()
        counts = _count(admin)
        command = ["pg_dump", "--format=custom", f"--snapshot={row[0] if row else ''}", f"--file={target}"]
        _client(command, variables)
        admin.execute("ROLLBACK")
    return counts


def _count(connection: psycopg.Connection[Any]) -> dict[str, int]:
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        counts[table] = row[0] if row else 0
    return counts


class _Hashing:
    """Reads a file for `tarfile` and hashes exactly what it read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.hash.update(block)
        return block


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        reader = _Hashing(file)
        archive.addfile(_header(name, about.st_size, about.st_mtime), reader)
    return reader.hash.hexdigest()


def _header(name: str, size: int, changed: float) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, changed
    return header


def _files_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


# --- bringing back ---


def restore(source: Path) -> str:
    """Bring the backup `source` into this empty installation; returns a sentence about it.

    Everything is checked before anything is changed. Migrations are not run here. Raises BackupError when the
    installation is not empty, the file is damaged, or the rows that arrived are not those that were saved.
    """
    _refuse_unless_empty()
    data = environment.make_data_folder()
    with tempfile.TemporaryDirectory(prefix="restore-", dir=data) as folder:
        manifest = _unpack(source, Path(folder))
        _load(Path(folder) / _DUMP, manifest["rows"])
        _put_in_place(Path(folder), data)
    (data / "migrated").unlink(missing_ok=True)
    secrets = any(name.startswith("secrets/") for name in manifest["sha256"])
    left_out = "" if secrets else " The secret keys were not in it: everyone signs in again."
    return f"Restored {sum(manifest['rows'].values())} rows saved at {manifest['made_at']}.{left_out}"


def _refuse_unless_empty() -> None:
    with _administrator() as (admin, _):
        row = admin.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchone()
    if row and row[0]:
        raise BackupError(f"The database already has {row[0]} tables; restore into a new, empty installation.")
    if any(_files_in(environment.files_folder())):
        raise BackupError(f"{environment.files_folder()} already has files; restore into an empty installation.")


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into `folder` and check every sum; returns the manifest."""
    sums: dict[str, str] = {}
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                if not member.isreg() or not _MEMBER.match(member.name) or ".." in member.name.split("/"):
                    raise BackupError(f"{source} has a part that no backup has: {member.name!r}.")
                sums[member.name] = _extract(archive, member, folder / member.name)
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise BackupError(f"{source} could not be read: {error.strerror or error}.") from error
    except (tarfile.TarError, ValueError) as error:
        raise BackupError(f"{source} is damaged or is not a backup.") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} was written by a later version of the program; install that one first.")
    sums.pop(_MANIFEST)
    if sums != manifest["sha256"]:
        wrong = _different(sums, manifest["sha256"])
        raise BackupError(f"{source} is damaged: {wrong} is not as it was saved. Nothing was changed.")
    return manifest


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> str:
    found = archive.extractfile(member)
    if found is None:
        raise BackupError(f"{member.name} cannot be read.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while block := found.read(_BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _load(dump: Path, expected: dict[str, int]) -> None:
    with _administrator() as (admin, variables):
        command = [
            "pg_restore",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={variables['PGDATABASE']}",
        ]
        _client([*command, str(dump)], variables)
        found = _count(admin)
        if found != expected:
            table = _different(found, expected)
            raise BackupError(f"Table {table} has {found.get(table, 0)} rows, not {expected.get(table, 0)}.")
        admin.execute("ANALYZE")


def _different(one: dict[str, Any], other: dict[str, Any]) -> str:
    return min(name for name in {*one, *other} if one.get(name) != other.get(name))


def _put_in_place(folder: Path, data: Path) -> None:
    if (folder / "files").is_dir():
        target = environment.files_folder()
        if target.is_dir():
            target.rmdir()
        (folder / "files").rename(target)
    for path in _files_in(folder / "secrets"):
        (data / "secrets").mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o600)
        shutil.move(path, data / "secrets" / path.name)


# --- PostgreSQL's own programs ---


@contextmanager
def _administrator() -> Iterator[tuple[psycopg.Connection[Any], dict[str, str]]]:
    """A connection that sees every row, and the variables with which PostgreSQL's programs make the same one.

    The owner will not do: row security holds for it too, so that it would save empty tables.
    """
    if environment.embedded():
        parameters = Server().parameters(environment.DATABASE_NAME)
    else:
        address = environment.text("owner_database_url")
        if not address:
            raise BackupError("Set GUCANG_OWNER_DATABASE_URL to an administrator's address of the database.")
        parameters = environment.parse_url(address)
    with psycopg.connect(**parameters, autocommit=True) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        if not row or not row[0]:
            raise BackupError("GUCANG_OWNER_DATABASE_URL must sign in as a role that sees every row (BYPASSRLS).")
        yield (
            connection,
            {_VARIABLES[name]: str(value) for name, value in parameters.items() if name in _VARIABLES},
        )


_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def _client(command: list[str], variables: dict[str, str]) -> None:
    # A password in the arguments could be read by every user of the machine.
    program = client_program(command[0])
    if variables.get("PGSSLMODE", "prefer") not in ("disable", "allow", "prefer"):
        # The programs that come along cannot speak TLS.
        program = shutil.which(command[0]) or ""
        if not program:
            raise BackupError(f"Install PostgreSQL's {command[0]} for a server that demands TLS.")
    environ = {**os.environ, **variables}
    done = subprocess.run([program, *command[1:]], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()}")
