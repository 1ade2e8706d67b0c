"""How much memory the embedded database is given."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from gucang.config.embedded import memory

GB = 1 << 30


@pytest.mark.parametrize(
    ("machine", "shared", "kept"),
    [
        (GB // 2, "128MB", "256MB"),
        (2 * GB, "256MB", "1024MB"),
        (24 * GB, "3072MB", "12288MB"),
        (256 * GB, "4096MB", "131072MB"),
    ],
)
def test_the_database_is_given_an_eighth_within_bounds(machine: int, shared: str, kept: str) -> None:
    assert memory.settings(machine) == {"shared_buffers": shared, "effective_cache_size": kept}


def test_a_container_counts_what_it_was_given(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    machine = psutil.virtual_memory().total
    limit.write_text(f"{machine // 2}\n")
    assert memory.available(limit) == machine // 2
    for text in ("max\n", f"{machine * 4}\n"):
        limit.write_text(text)
        assert memory.available(limit) == machine
    assert memory.available(tmp_path / "nothing") == machine
