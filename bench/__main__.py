"""`python -m bench --size 10k --clients 1,8 --out docs/benchmarks.md`; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
os.environ.setdefault("GUCANG_DATA", str(ROOT / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")
os.chdir(ROOT)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description="Measure speed and memory.")
    parser.add_argument("--size", default="10k", choices=["10k", "100k", "1m"], help="which benchmark company")
    parser.add_argument("--clients", default="1,8", help="one client, then so many at once")
    parser.add_argument("--most", type=int, default=300, help="at most so many requests a measurement")
    parser.add_argument("--seconds", type=float, default=8.0, help="at most so long a measurement")
    parser.add_argument("--only", default="", help="only operations whose name contains this; the page is not written")
    parser.add_argument("--sql", action="store_true", help="print the statements of each operation instead")
    parser.add_argument("--bulk", action="store_true", help="measure an edit of 10,000 records as a job instead")
    parser.add_argument("--grid", action="store_true", help="measure the grid in a browser instead")
    parser.add_argument("--cash", type=int, default=0, help="measure from order to money with so many orders instead")
    parser.add_argument("--worktime", action="store_true", help="measure a million questions to a working calendar")
    parser.add_argument("--conformance", action="store_true", help="measure reading and aligning the reference logs")
    parser.add_argument("--cases", default="", help="measure the nightly run over so many cases, as 10000,100000")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the reference logs")
    parser.add_argument("--pm4py", default="", help="a Python that has pm4py, to measure how long that takes to read")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    given = parser.parse_args()
    if given.conformance:
        from bench.conformance import measure as measure_conformance

        measure_conformance(given.data, given.pm4py, given.out)
        return 0
    if given.worktime:
        import django

        django.setup()
        from bench.worktime import measure as measure_worktime

        measure_worktime()
        return 0
    from gucang.config.embedded import Server

    with Server().in_use() as server:
        # In a process of its own, for migrations sign in as the owner of the tables and measurements must not.
        subprocess.run([sys.executable, "-m", "gucang.config.cli", "migrate", "--verbosity", "0"], check=True)
        import django

        django.setup()
        if given.cash:
            from bench.cash import measure as measure_cash

            measure_cash(server, given.cash, given.out)
            return 0
        if given.cases:
            from bench.cases import measure as measure_cases

            measure_cases([int(size) for size in given.cases.split(",")], None if given.only else given.out)
            return 0
        from bench.run import Bench, show_sql

        if given.sql:
            show_sql(given.size, given.only)
            return 0
        if given.bulk:
            from bench.bulk import measure

            measure(given.size)
            return 0
        if given.grid:
            from bench.grid import measure as measure_grid

            measure_grid(given.size, None if given.only else given.out)
            return 0
        few, _comma, many = given.clients.partition(",")
        bench = Bench(server, given.size, int(few), int(many or few), given.most, given.seconds, given.only)
        bench.run(None if given.only else given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
