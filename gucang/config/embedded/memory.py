"""How much memory the embedded database may take, by the memory of the machine."""

from __future__ import annotations

from pathlib import Path

import psutil

_MB = 1 << 20
_LEAST, _MOST = 128 * _MB, 4096 * _MB
_LIMIT = Path("/sys/fs/cgroup/memory.max")


def available(limit: Path = _LIMIT) -> int:
    """Bytes of memory that this machine has, or that the container which the program runs in was given."""
    total: int = psutil.virtual_memory().total
    try:
        return min(total, int(limit.read_text()))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return total


def settings(memory: int | None = None) -> dict[str, str]:
    """PostgreSQL's settings for so many bytes of memory.

    An eighth is kept for pages of the tables, where a dedicated server would be given a quarter: the web processes
    live on the same machine. The planner counts on half, with what the system itself keeps of the files. Nothing is
    taken before it is needed: a small company's database stays small.
    """
    memory = available() if memory is None else memory
    shared = min(max(memory // 8, _LEAST), _MOST)
    return {
        "shared_buffers": f"{shared // _MB}MB",
        "effective_cache_size": f"{max(memory // 2, 2 * _LEAST) // _MB}MB",
    }
