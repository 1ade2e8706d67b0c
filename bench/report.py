"""The table in docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

KEPT = Path("var/bench/results.json")


@dataclass
class Line:
    """One operation on one size."""

    size: str
    name: str
    goal_ms: float | None
    goal_rate: float | None
    median: float
    p95: float
    median_many: float
    p95_many: float
    per_second: float
    queries: int
    cpu_ms: float
    kilobytes: float
    floor_ms: float | None
    floor_cpu: float | None

    @property
    def ratio(self) -> float | None:
        return self.cpu_ms / self.floor_cpu if self.floor_cpu else None


@dataclass
class Memory:
    """Proportional set sizes in MB: when started, and after so many requests."""

    size: str
    idle: float
    after: float
    requests: int
    database: float


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB memory, Python {platform.python_version()}"


def keep(lines: list[Line], memory: Memory, about: dict[str, str]) -> None:
    """Remember the results of one size beside those of others."""
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept[memory.size] = {
        "date": date.today().isoformat(), "lines": [asdict(line) for line in lines], "memory": asdict(memory), **about,
    }  # fmt: skip
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")


def write(out: Path) -> None:
    """Write the page from all sizes that were measured."""
    kept = json.loads(KEPT.read_text("utf-8"))
    parts = [HEAD]
    for size in sorted(kept, key=lambda name: {"10k": 1, "100k": 2, "1m": 3}.get(name, 9)):
        parts.append(_section(size, kept[size]))
    parts.append(_growth(kept))
    for more in (".grid.md", ".cash.md", ".conformance.md", ".cases.md", ".notes.md"):
        if (path := out.with_suffix(more)).exists():
            parts.append(path.read_text("utf-8"))
    out.write_text("\n".join(part for part in parts if part), "utf-8")


HEAD = """# Benchmarks

`make bench` (`python -m bench --size 10k --clients 1,8`) starts the program's own server (Granian, 2 workers with 1
thread each) on this machine, with the plain database role and row security, signs in as people with sessions and
tokens, and asks. The floor is a bare Django view over the same tables in the same run: no sign-in, no rights, no log.
Times are in milliseconds at 1 client; "8:" is at 8 clients. CPU is of the web processes and of the database together,
per request. Other work on the machine moves times much and CPU less, so the ratio of CPU to the floor is what to watch.
Queries count every statement, BEGIN and COMMIT too. A goal that is missed is marked with ✗.
"""


def _section(size: str, found: dict[str, object]) -> str:
    memory = found["memory"]
    lines = [Line(**line) for line in found["lines"]]  # type: ignore[attr-defined,arg-type]
    head = (
        f"\n## {size} customers\n\n{found['date']} · {found['machine']} · {found['database']}"
        f" · load of other work at the start: {found['load']}\n\n"
        "| operation | median · p95 | goal | 8: median · p95 | 8: req/s | goal | queries | CPU ms | floor ms · CPU"
        " | ratio | KB |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = "\n".join(_row(line) for line in lines)
    said = (
        f"\n\nMemory (PSS) of the web processes: {memory['idle']:.0f} MB after the first page,"  # type: ignore[index]
        f" {memory['after']:.0f} MB after"  # type: ignore[index]
        f" {memory['requests']:,} requests; of the database: {memory['database']:.0f} MB.\n"  # type: ignore[index]
    )
    return head + rows + said


def _row(line: Line) -> str:
    slow = " ✗" if line.goal_ms is not None and line.median > line.goal_ms else ""
    few = " ✗" if line.goal_rate is not None and line.per_second < line.goal_rate else ""
    floor = f"{line.floor_ms:.1f} · {line.floor_cpu:.1f}" if line.floor_ms and line.floor_cpu else "–"
    ratio = f"{line.ratio:.1f}" if line.ratio else "–"
    return (
        f"| {line.name} | {line.median:.1f} · {line.p95:.1f}{slow} | {line.goal_ms or '–'} |"
        f" {line.median_many:.0f} · {line.p95_many:.0f} | {line.per_second:.0f}{few} | {line.goal_rate or '–'} |"
        f" {line.queries} | {line.cpu_ms:.1f} | {floor} | {ratio} | {line.kilobytes:.0f} |"
    )


def _growth(kept: dict[str, object]) -> str:
    """CPU per request at each size, beside each other: cost must grow with the page, not with the table."""
    sizes = [size for size in ("10k", "100k", "1m") if size in kept]
    if len(sizes) < 2:
        return ""
    by_name: dict[str, dict[str, float]] = {}
    for size in sizes:
        for line in kept[size]["lines"]:  # type: ignore[index]
            by_name.setdefault(line["name"], {})[size] = line["cpu_ms"]
    head = f"\n## Growth: CPU ms per request\n\n| operation | {' | '.join(sizes)} |\n|---|{'---|' * len(sizes)}\n"
    rows = [
        f"| {name} | {' | '.join(f'{values[size]:.1f}' if size in values else '–' for size in sizes)} |"
        for name, values in by_name.items()
    ]
    return head + "\n".join(rows) + "\n"


__all__ = ["Line", "Memory", "keep", "machine", "write"]
