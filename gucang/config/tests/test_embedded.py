"""The embedded server under the faults it is made for. Real servers in folders of their own; no Django."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from gucang.config import environment, roles
from gucang.config.embedded import EmbeddedError, Server

JOIN = "import sys; from gucang.config.embedded import Server; s = Server(); s.join();print(s.pid(), flush=True)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # The database's own user must be able to pass through the folders that pytest makes private.
    for path in (tmp_path, *tmp_path.parents):
        if path != tmp_path and not path.name.startswith(("pytest-", "popen-")):
            break
        path.chmod(0o711)
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GUCANG_PG_FSYNC", "off")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return environment.make_data_folder()


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server().in_use() as running:
        yield running


def starter(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=environment.CHECKOUT,
    )


def test_two_starters_at_once_end_with_one_server(folder: Path) -> None:
    both = [starter(JOIN + "; sys.stdin.read(); s.leave()") for _ in range(2)]
    said = [process.stdout.readline() for process in both if process.stdout]
    for process in both:
        process.communicate()
    assert said[0] == said[1]
    assert said[0].strip().isdigit()
    assert Server().pid() is None, "the last user to leave stops the server"


def test_a_server_killed_hard_starts_again_and_keeps_what_was_committed(server: Server) -> None:
    with server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE kept (word text)")
        owner.execute("INSERT INTO kept VALUES ('诺言')")
    # A statement that runs on keeps the shared memory of the dead server in use.
    busy = subprocess.Popen(
        [sys.executable, "-c", BUSY], env={**os.environ, **pg_environment(server)}, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: active_statements(server) == 1)
    number = server.pid()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    wait_until(lambda: server.pid() is None)

    server.join()

    busy.wait(10)
    with server.connect(environment.DATABASE_NAME, environment.APP_ROLE) as app:
        assert app.execute("SELECT word FROM kept").fetchall() == [("诺言",)]


BUSY = "import psycopg; psycopg.connect('').execute('SELECT count(*) FROM generate_series(1, 100000000000)')"


def pg_environment(server: Server) -> dict[str, str]:
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    return {names[key]: value for key, value in server.parameters().items()}


def active_statements(server: Server) -> int:
    with server.connect() as admin:
        row = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1%' "
            "AND state = 'active' AND pid <> pg_backend_pid()"
        ).fetchone()
    return row[0] if row else 0


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_copied_folder_has_a_database_of_its_own(folder: Path) -> None:
    with Server().in_use() as server, server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE kept (word text)")
    copied = folder.parent / "copied"
    subprocess.run(["cp", "-r", str(folder), str(copied)], check=True)
    with Server().in_use() as first, Server(copied).in_use() as second:
        assert first.pid() != second.pid()
        with second.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
            owner.execute("INSERT INTO kept VALUES ('诺言')")
        with first.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
            assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert Server(copied).pid() is None


def test_a_copy_of_a_folder_whose_database_lies_outside_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server().in_use():
        pass
    outside = folder.parent / "outside"
    outside.mkdir(mode=0o711)
    (folder / "postgres").rename(outside / "postgres")
    place = folder / "database.json"
    place.write_text(place.read_text("utf-8").replace(str(folder / "postgres"), str(outside / "postgres")), "utf-8")
    copied = folder.parent / "copied"
    subprocess.run(["cp", "-r", str(folder), str(copied)], check=True)
    with pytest.raises(EmbeddedError, match="copy of"):
        Server(copied).join()
    moved = folder.rename(folder.parent / "moved")
    monkeypatch.setenv("GUCANG_DATA", str(moved))
    with Server().in_use() as server:
        assert server.pid() is not None


def test_a_moved_folder_takes_its_database_along(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server().in_use() as server, server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE kept (word text)")
    moved = folder.rename(folder.parent / "moved")
    monkeypatch.setenv("GUCANG_DATA", str(moved))
    with Server().in_use() as server, server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert not (folder / "postgres").exists()


def test_a_program_killed_hard_leaves_a_server_that_the_next_start_uses(folder: Path) -> None:
    first = starter(JOIN + "; sys.stdin.read()")
    assert first.stdout is not None
    number = int(first.stdout.readline())
    first.kill()
    first.communicate()
    with Server().in_use() as server:
        assert server.pid() == number
    assert Server().pid() is None


def test_the_server_of_a_supervisor_killed_hard_shuts_down(folder: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.fail("only Linux ends a child with its parent; run this test there")
    first = starter(JOIN.replace("s.join()", "s.join(with_parent=True)") + "; sys.stdin.read()")
    assert first.stdout is not None
    first.stdout.readline()
    first.kill()
    first.communicate()
    wait_until(lambda: Server().pid() is None)


def test_the_app_role_reads_and_writes_but_changes_no_structure(server: Server) -> None:
    with server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE goods (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
        owner.execute("CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    with server.connect(environment.DATABASE_NAME, environment.APP_ROLE) as app:
        app.execute("INSERT INTO goods (name) VALUES ('米')")
        app.execute("UPDATE goods SET name = '面'")
        app.execute("DELETE FROM goods")
        assert roles.complaints(app) == []
        for refused in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE goods ADD COLUMN extra int",
            "DROP TABLE goods",
            "TRUNCATE goods",
            "SELECT peek()",
            "CREATE ROLE other",
            "ALTER ROLE gucang_app SUPERUSER",
            "COPY goods TO PROGRAM 'cat'",
            "SELECT pg_read_file('PG_VERSION')",
            "SET ROLE gucang_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)


def test_a_role_that_passes_by_row_security_is_complained_about(server: Server) -> None:
    with server.connect(environment.DATABASE_NAME) as admin:
        assert any("superuser" in sentence for sentence in roles.complaints(admin))
    with server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE goods (id int)")
        assert any("owns 1 tables" in sentence for sentence in roles.complaints(owner))


def test_a_stranger_without_the_password_is_refused(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**{**server.parameters(), "password": "guess"})


def test_the_cluster_is_made_with_checksums_utf8_and_a_fixed_locale(server: Server) -> None:
    with server.connect(environment.DATABASE_NAME) as admin:
        row = admin.execute(
            "SELECT current_setting('data_checksums'), pg_encoding_to_char(encoding), datlocale,"
            " current_setting('listen_addresses') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("on", "UTF8", "C.UTF-8", "")


def test_a_folder_with_a_long_chinese_path_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    long = folder.parent / ("谷仓" * 20) / "data"
    monkeypatch.setenv("GUCANG_DATA", str(long))
    long.parent.mkdir(mode=0o711)
    environment.make_data_folder()
    with Server().in_use() as server, psycopg.connect(**environment.parameters("app")) as app:
        assert server.pid() is not None
        assert app.execute("SELECT 1").fetchone() == (1,)
