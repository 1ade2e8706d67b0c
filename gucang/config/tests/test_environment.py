"""Settings, secrets and database addresses, without a database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gucang.config import environment
from gucang.config.environment import SettingError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "data"))
    for variable in environment.VARIABLES:
        if variable.key != "data":
            monkeypatch.delenv(variable.name, raising=False)


def test_a_value_comes_from_the_environment_then_its_file_then_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment.text("host") == "127.0.0.1"
    (tmp_path / "host").write_text("10.0.0.1\n")
    monkeypatch.setenv("GUCANG_HOST_FILE", str(tmp_path / "host"))
    assert environment.text("host") == "10.0.0.1"
    monkeypatch.setenv("GUCANG_HOST", "10.0.0.2")
    assert environment.text("host") == "10.0.0.2"


def test_an_undeclared_variable_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        environment.text("hots")


def test_a_value_that_makes_no_sense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUCANG_DEBUG", "perhaps")
    with pytest.raises(SettingError, match="GUCANG_DEBUG is 'perhaps'; write on or off"):
        environment.flag("debug")
    monkeypatch.setenv("GUCANG_PORT", "80a")
    with pytest.raises(SettingError, match="GUCANG_PORT is '80a'; write a whole number"):
        environment.number("port")


def test_a_missing_file_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUCANG_HOST_FILE", "/nowhere/host")
    with pytest.raises(SettingError, match="GUCANG_HOST_FILE names /nowhere/host"):
        environment.text("host")


def test_many_first_starters_at_once_end_with_one_secret_that_only_the_owner_reads() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(environment.secret("secret_key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 60
    file = environment.data_folder() / "secrets" / "secret_key"
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_the_list_of_settings_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUCANG_EMAIL_PASSWORD", "hunter2hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://gucang_app:hunter3hunter3@db/gucang")
    shown = "\n".join(environment.describe())
    assert "GUCANG_EMAIL_PASSWORD = (not shown)  [environment]" in shown
    assert "hunter" not in shown


def test_an_address_with_signs_and_options_is_read_whole() -> None:
    found = environment.parse_url("postgresql://gucang_app:p%40ss%2F@db.example:6432/gucang?sslmode=require")
    assert found == {
        "user": "gucang_app",
        "password": "p@ss/",
        "host": "db.example",
        "port": "6432",
        "dbname": "gucang",
        "sslmode": "require",
    }


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://a@b", "postgresql://a@b:port/c"])
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(SettingError):
        environment.parse_url(address)


def test_the_program_does_not_serve_as_another_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:x@db/gucang")
    with pytest.raises(SettingError, match="must sign in as gucang_app"):
        environment.database()


def test_an_administrator_migrates_as_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://gucang_app:x@db/gucang")
    with pytest.raises(SettingError, match="Set GUCANG_OWNER_DATABASE_URL"):
        environment.database("owner")
    monkeypatch.setenv("GUCANG_OWNER_DATABASE_URL", "postgresql://admin:x@db/gucang")
    assert environment.database("owner")["OPTIONS"]["options"] == "-c role=gucang_owner"
    monkeypatch.setenv("GUCANG_OWNER_DATABASE_URL", "postgresql://gucang_owner:x@db/gucang")
    assert "options" not in environment.database("owner")["OPTIONS"]
