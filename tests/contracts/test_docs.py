"""The documents speak of what is there: files, names, commands and settings."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gucang.config import environment

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *ROOT.glob("README*.md")])
# Names that a how-to asks the reader to make.
TO_BE_MADE = {"rival", "rivals", "Rival"}
of_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))


@of_every_page
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"\b(?:gucang|tests|docs|tools|requirements|bench)/[\w./*-]+[\w*]", text))
    links = {found.split("#")[0] for found in re.findall(r"\]\((?!https?:|mailto:|#)([^)\s]+)\)", text)}
    missing = [one for one in named if not any(ROOT.glob(one.rstrip("/")))]
    missing += [one for one in links if one and not (page.parent / one).exists()]
    assert missing == []


@of_every_page
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([\w-]+)", page.read_text("utf-8"))) - targets == set()


@of_every_page
def test_every_import_that_a_page_shows_works(page: Path) -> None:
    shown = re.findall(r"^from (gucang[\w.]*) import ([\w, ]+)$", page.read_text("utf-8"), re.MULTILINE)
    for module, names in shown:
        found = importlib.import_module(module)
        for name in names.replace(" ", "").split(","):
            assert hasattr(found, name) or name in TO_BE_MADE, f"{module}.{name}"


def variables_read() -> set[str]:
    """The settings that the program's own code names."""
    found: set[str] = set()
    for path in ROOT.joinpath("gucang").rglob("*.py"):
        if "tests" not in path.parts and path.name not in ("testing.py",):
            found |= set(re.findall(r"\bGUCANG_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    return {name.removesuffix("_FILE") for name in found}


# Not settings of a person: one process tells another.
BETWEEN_PROCESSES = {"GUCANG_RUN_ID"}
# Not the program's: an engineer accepts new numbers by them, of queries and of taps.
OF_THE_TESTS = {"GUCANG_ACCEPT_QUERIES", "GUCANG_ACCEPT_JOURNEYS"}


def test_every_setting_is_said_where_settings_are_printed() -> None:
    command = [sys.executable, "-c", "from gucang.config.cli import main; main()", "check", "--settings"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    printed = set(re.findall(r"^(GUCANG_\w+|DATABASE_URL) = ", answer.stdout, re.MULTILINE))
    assert printed == {variable.name for variable in environment.VARIABLES}
    assert variables_read() - BETWEEN_PROCESSES - printed == set()


@of_every_page
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"\bGUCANG_[A-Z_]*[A-Z]\b", page.read_text("utf-8")))
    known = {variable.name for variable in environment.VARIABLES} | BETWEEN_PROCESSES | OF_THE_TESTS
    assert {name.removesuffix("_FILE") for name in named} - known == set()
