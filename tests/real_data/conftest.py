"""Data that nobody here wrote. Absent, these tests skip and say so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner
from gucang.exchange.models import Import

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets."""
    folder = Path(os.environ.get("GUCANG_SHARED_DATA") or CHECKOUT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"There are no real data sets in {folder}; set GUCANG_SHARED_DATA.")
    return folder


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """Uploaded files of this test go to a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def bring_in(scope: Any, media: Path) -> Callable[..., Import]:
    """`bring_in(path, by=adam, map="maven_crm")`: upload, run every batch here, return the finished import."""

    def do(path: Path, *, by: Any, **wanted: Any) -> Import:
        file = intake.take(path)
        record = imports.upload(actor=by, file=file, name=path.name, **wanted).record
        imports.run(record, actor=by)
        runner = Runner(record.pk)
        while runner.advance():
            pass
        record.refresh_from_db()
        return record

    return do
