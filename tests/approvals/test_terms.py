"""The page of approval terms names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_test_that_the_page_of_terms_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "approval-terms.md").read_text("utf-8")))
    places = [*ROOT.glob("tests/approvals/test_*.py"), *ROOT.glob("tests/races/test_*.py")]
    places += ROOT.glob("gucang/approvals/tests/test_*.py")
    there = {name for place in places for name in re.findall(r"^def (test_\w+)", place.read_text("utf-8"), re.M)}
    assert len(named) > 70
    assert named - there == set()
