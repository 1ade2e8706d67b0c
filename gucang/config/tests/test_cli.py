"""The command line: help in both languages, exit codes, sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from gucang.config import cli


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUCANG_DATA", str(tmp_path / "data"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def test_every_command_has_a_sentence_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (english, chinese) in cli._HELP.items():
        assert english.endswith("."), name
        assert chinese.endswith("。"), name
        monkeypatch.setenv("LANG", "en_GB.UTF-8")
        assert cli.words(name) == english
        monkeypatch.setenv("LANG", "zh_CN.UTF-8")
        assert cli.words(name) == f"{english} {chinese}"


def test_help_names_the_commands_and_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "Start everything and serve until Ctrl-C." in said
    assert "setup-link" not in said


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == 2


def test_a_refusal_exits_with_1_and_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://root:x@127.0.0.1:1/gucang")
    assert cli.main(["migrate"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://gucang_app:x@127.0.0.1:1/gucang")
    monkeypatch.setenv("GUCANG_OWNER_DATABASE_URL", "postgresql://admin:x@127.0.0.1:1/gucang")
    assert cli.main(["backup", str(tmp_path / "saved.tar")]) == 1
    assert capsys.readouterr().err.startswith("The database does not answer: ")
    assert not list(tmp_path.glob("*saved.tar*"))


def test_the_settings_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--settings"]) == 0
    assert "GUCANG_PORT = " in capsys.readouterr().out
