"""A backup that nobody restored is no backup: every test here restores or refuses for real."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gucang.config import backup, environment
from gucang.config.embedded import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A running installation with a table under row security, an attachment and a secret key."""
    for path in (tmp_path, *list(tmp_path.parents)[:2]):
        path.chmod(0o711)
    monkeypatch.setenv("GUCANG_PG_FSYNC", "off")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "old"))
    with Server().in_use() as server:
        with server.connect(environment.DATABASE_NAME, environment.OWNER_ROLE) as owner:
            owner.execute("CREATE TABLE goods (company_id bigint, name text)")
            owner.execute("INSERT INTO goods VALUES (1, '大米'), (2, '面粉')")
            owner.execute("ALTER TABLE goods ENABLE ROW LEVEL SECURITY")
            owner.execute("ALTER TABLE goods FORCE ROW LEVEL SECURITY")
            owner.execute("CREATE POLICY wall ON goods USING (company_id = 1)")
        folder = environment.files_folder() / "1" / "ab"
        folder.mkdir(parents=True)
        (folder / "合同").write_bytes(b"contract")
        environment.secret("secret_key")
        yield server


@pytest.fixture
def empty(tmp_path: Path, installation: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A second, empty installation, to which the settings now point."""
    backup.backup(tmp_path / "saved.tar", with_secrets=True)
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "new"))
    with Server().in_use() as server:
        yield server


def test_a_backup_comes_back_whole_with_walls_owners_grants_files_and_keys(tmp_path: Path, empty: Server) -> None:
    said = backup.restore(tmp_path / "saved.tar")

    assert "2 rows" in said
    with empty.connect(environment.DATABASE_NAME) as admin:
        assert admin.execute("SELECT name FROM goods ORDER BY 1").fetchall() == [("大米",), ("面粉",)]
        assert admin.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'goods'").fetchall() == [
            (environment.OWNER_ROLE,)
        ]
    with empty.connect(environment.DATABASE_NAME, environment.APP_ROLE) as app:
        assert app.execute("SELECT name FROM goods").fetchall() == [("大米",)]
    assert (environment.files_folder() / "1" / "ab" / "合同").read_bytes() == b"contract"
    old = tmp_path / "old" / "secrets" / "secret_key"
    assert (tmp_path / "new" / "secrets" / "secret_key").read_text() == old.read_text()


def test_an_installation_that_holds_data_is_not_overwritten(tmp_path: Path, installation: Server) -> None:
    backup.backup(tmp_path / "saved.tar")
    with pytest.raises(backup.BackupError, match="already has 1 tables"):
        backup.restore(tmp_path / "saved.tar")


def test_a_damaged_backup_is_refused_before_anything_changes(tmp_path: Path, empty: Server) -> None:
    saved = tmp_path / "saved.tar"
    content = saved.read_bytes()
    assert content.count(b"contract") == 1
    saved.write_bytes(content.replace(b"contract", b"c0ntract"))
    with pytest.raises(backup.BackupError, match="files/1/ab/合同 is not as it was saved"):
        backup.restore(saved)
    saved.write_bytes(content[: len(content) // 2])
    with pytest.raises(backup.BackupError, match=r"damaged|could not be read"):
        backup.restore(saved)
    with empty.connect(environment.DATABASE_NAME) as admin:
        assert admin.execute("SELECT to_regclass('goods')").fetchone() == (None,)
    assert not environment.files_folder().exists()


def test_a_member_that_climbs_out_of_the_folder_is_refused(tmp_path: Path, empty: Server) -> None:
    evil = tmp_path / "evil.tar"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(evil, "w") as archive:
        archive.add(tmp_path / "payload", "files/../../secrets/secret_key")
    with pytest.raises(backup.BackupError, match="a part that no backup has"):
        backup.restore(evil)


def test_secret_keys_stay_out_unless_asked_for_and_database_passwords_always(
    tmp_path: Path, installation: Server
) -> None:
    backup.backup(tmp_path / "plain.tar")
    backup.backup(tmp_path / "full.tar", with_secrets=True)
    with tarfile.open(tmp_path / "plain.tar") as plain, tarfile.open(tmp_path / "full.tar") as full:
        assert not [name for name in plain.getnames() if name.startswith("secrets/")]
        assert [name for name in full.getnames() if name.startswith("secrets/")] == ["secrets/secret_key"]
        manifest = plain.extractfile("manifest.json")
        assert manifest is not None
        assert json.load(manifest)["rows"] == {"goods": 2}
    assert (tmp_path / "plain.tar").stat().st_mode & 0o077 == 0
