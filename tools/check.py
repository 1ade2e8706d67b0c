"""Everything CI runs, in order, each step named and timed; stops at the first that fails and says how to repeat it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ".venv/bin"
PYTEST = f"{BIN}/python -m pytest"
# Each process has a database of its own; a file stays together, for its fixtures are shared.
SPREAD = f"-n {min(os.cpu_count() or 1, 4)} --dist loadfile"


@dataclass(frozen=True)
class Step:
    """One command with the groups (`make lint` and so on) it belongs to; `make test` runs all."""

    name: str
    command: str
    groups: tuple[str, ...] = ()


STEPS = (
    Step("style", f"{BIN}/ruff check", ("lint", "fast")),
    Step("format", f"{BIN}/ruff format --check --quiet", ("lint",)),
    Step("design tokens", f"{BIN}/python tools/check_tokens.py", ("lint", "fast")),
    Step("types", f"{BIN}/mypy", ("types",)),
    Step("import contracts", f"{BIN}/lint-imports --no-logo", ("lint",)),
    Step("assets are built", "sh tools/assets.sh --check"),
    Step("migrations are made", f"{BIN}/python -m gucang.config.cli manage makemigrations --check --dry-run"),
    Step("translations are complete", f"{BIN}/python tools/translations.py check", ("lint",)),
    Step("unit tests", f'{PYTEST} gucang -m "not browser and not slow" {SPREAD}', ("fast",)),
    Step("slow unit tests", f'{PYTEST} gucang -m "slow and not browser" {SPREAD}'),
    Step("contracts and journeys", f'{PYTEST} tests -m "not browser" {SPREAD}'),
    Step("browser tests", f"{PYTEST} tests gucang -m browser {SPREAD}"),
)


def main(group: str | None) -> int:
    """Run the steps of `group` (None: all of them); returns the exit code."""
    os.chdir(ROOT)
    began = time.monotonic()
    # Steps that start a database use the one of the tests, never that of the person at the keyboard.
    environment = {**os.environ, "GUCANG_DATA": str(ROOT / "var" / "test-pg"), "GUCANG_PG_FSYNC": "off"}
    for step in STEPS:
        if group is not None and group not in step.groups:
            continue
        print(f"▸ {step.name}", flush=True)
        if step.name == "browser tests":
            found = subprocess.run(
                [sys.executable, "tools/chromium.py"], stdout=subprocess.PIPE, text=True, check=False
            )
            if found.returncode:
                return found.returncode
            environment["GUCANG_CHROMIUM"] = found.stdout.strip()
        start = time.monotonic()
        code = subprocess.run(shlex.split(step.command), env=environment, check=False).returncode
        print(f"  {time.monotonic() - start:.1f} s", flush=True)
        if code:
            print(f"\n✗ {step.name} failed. To run it alone:\n  {step.command}", file=sys.stderr)
            return 1
    print(f"\n✓ Everything passed in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
