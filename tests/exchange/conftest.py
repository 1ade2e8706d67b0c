"""What tests of imports share: files of a test stay in its own folder, and one call brings rows in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner
from gucang.exchange.models import Import


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def uploaded(scope: Any, tmp_path: Path) -> Callable[..., Import]:
    """`uploaded("a,b\\n1,2", by=adam)`: an import of these bytes or this text, not yet run."""

    def do(content: str | bytes, *, by: Any, name: str = "rows.csv", record_type: str = "customer") -> Import:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        file = intake.take(path)
        return imports.upload(actor=by, file=file, name=name, record_type=record_type).record  # type: ignore[no-any-return]

    return do


@pytest.fixture
def bring_in(uploaded: Callable[..., Import]) -> Callable[..., Import]:
    """The same, and every batch of it."""

    def do(content: str | bytes, *, by: Any, size: int = 500, **how: Any) -> Import:
        record = uploaded(content, by=by, **how)
        imports.run(record, actor=by)
        runner = Runner(record.pk)
        while runner.advance(size):
            pass
        record.refresh_from_db()
        return record

    return do
