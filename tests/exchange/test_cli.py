"""The same from the command line: counts, every refused and repaired row, and an exit code that says so."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import pytest

from gucang.exchange import cli
from gucang.exchange.models import Import
from gucang.kernel.errors import Refused
from gucang.kernel.scope import company_scope
from gucang.parties.models import Customer

ROWS = "客户名称,手机\n甲贸易有限公司,１３８００１３８０００\n乙公司,123456\n"


def arguments(file: Path, member: Any, **more: Any) -> argparse.Namespace:
    usual = {"company": "acme", "record": "customer", "report": None, "dry_run": False, "skip_duplicates": False}
    return argparse.Namespace(**(usual | {"file": file, "member": member.email} | more))


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


def test_rows_come_in_and_each_exception_is_printed(
    acme: Any, adam: Any, rows: Path, tmp_path: Path, capsys: Any
) -> None:
    report = tmp_path / "report.csv"
    assert cli.import_csv(arguments(rows, adam, report=report)) == 1
    said = capsys.readouterr().out
    assert "rows.csv:3: refused" in said
    assert "rows.csv:2: repaired" in said
    assert "2 rows, 1 created, 0 updated, 0 unchanged, 0 duplicates, 1 repaired, 1 refused" in said
    told = list(csv.DictReader(report.read_text("utf-8-sig").splitlines()))
    assert [(row["line"], row["kind"]) for row in told] == [("2", "repaired"), ("3", "refused")]
    with company_scope(acme):
        assert Customer.objects.get().phone == "+8613800138000"


def test_without_refused_rows_the_exit_code_is_zero(acme: Any, adam: Any, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("客户名称\n甲公司\n")
    assert cli.import_csv(arguments(path, adam)) == 0


@pytest.mark.parametrize(("skip", "made"), [(True, 1), (False, 2)])
def test_exact_duplicates_are_named_and_left_out_if_asked(
    acme: Any, adam: Any, tmp_path: Path, capsys: Any, skip: bool, made: int
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("客户名称,手机\n甲贸易有限公司,13800138000\n甲贸易 公司,\n")
    assert cli.import_csv(arguments(path, adam, skip_duplicates=skip)) == 0
    said = capsys.readouterr().out
    assert "rows.csv:3: duplicate" in said
    assert f"2 rows, {made} created" in said
    assert "1 duplicates" in said


def test_a_dry_run_leaves_nothing(acme: Any, adam: Any, rows: Path, media: Path, capsys: Any) -> None:
    assert cli.import_csv(arguments(rows, adam, dry_run=True)) == 1
    assert "1 created" in capsys.readouterr().out
    with company_scope(acme):
        assert not Customer.objects.exists()
        assert not Import.objects.exists()
    assert not list(media.glob("*/exchange/*"))


def test_what_cannot_be_done_is_said(acme: Any, adam: Any, alice: Any, dan: Any, rows: Path, tmp_path: Path) -> None:
    for wrong in (
        arguments(rows, adam, record="nothing"),
        arguments(rows, adam, company="nobody"),
        arguments(rows, dan),
        arguments(tmp_path / "missing.csv", adam),
        arguments(rows, adam, record="maven_crm"),
    ):
        with pytest.raises(Refused):
            cli.import_csv(wrong)
    with company_scope(acme):
        assert not Customer.objects.exists()


def test_a_list_goes_out_with_the_members_rights(acme: Any, adam: Any, rows: Path, tmp_path: Path) -> None:
    cli.import_csv(arguments(rows, adam))
    out = tmp_path / "out.csv"
    assert cli.export_csv(arguments(out, adam)) == 0
    assert "甲贸易有限公司" in out.read_text("utf-8-sig")
