"""From order to money at a size: approve, deliver, pay, reports, what is to be had, and a full inbox of approvals."""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from django.db import connection

from bench import report
from bench.cash_books import PRODUCTS, filled, many, some_lines
from bench.cash_inbox import Inbox, full_inbox
from bench.client import Ask, Failed, Taken, warm
from bench.client import measure as ask_again
from bench.run import PROGRAM
from bench.server import Clock, database_processes, running
from bench.subjects import Person, sign_in
from gucang.billing.models import Receivable
from gucang.config import environment
from gucang.delivering.models import Delivery
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.stock.availability import availability
from gucang.stock.models import Product

ALONE, CROWD, WARM, CLIENTS = 40, 80, 4, 8
KEPT = Path("var/bench/cash.json")


@dataclass
class Line:
    """One deed on one size; times in milliseconds, `goal` is (at one client, requests a second at eight)."""

    name: str
    median: float
    p95: float
    cpu: float
    goal: tuple[float, float] | None = None
    per_second: float | None = None


class Cash:
    """One run at one size."""

    def __init__(self, server: Any, count: int) -> None:
        self.postmaster = int(server.pid())
        self.count, self.company = count, filled(count)
        self.slug = self.company.slug
        self.admin: Person = sign_in("admin", self.slug)
        self.inbox: Inbox = full_inbox(self.company)
        self.lines: list[Line] = []
        # As the database does by itself within minutes of so many new rows.
        with server.connect(environment.parameters("owner")["dbname"]) as owner:
            owner.execute("ANALYZE")

    def run(self) -> None:
        """Measure everything and remember it."""
        load = f"{os.getloadavg()[0]:.1f}"
        with company_scope(self.company):
            sizes = SalesOrder.objects.count(), Receivable.objects.count()
        drafts = self._drafts(WARM + ALONE + CROWD)
        connection.close()
        with running(PROGRAM, f"/{self.slug}/") as web:
            self.web, self.clock = web, Clock(web, self.postmaster)
            self._deeds(drafts)
            self._reads()
            self._decisions()
        self._to_be_had()
        about = {
            "date": date.today().isoformat(), "machine": report.machine(), "load": load, "orders": sizes[0],
            "receivables": sizes[1], "lines": [asdict(line) for line in self.lines],
        }  # fmt: skip
        kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        KEPT.write_text(json.dumps(kept | {str(self.count): about}, ensure_ascii=False, indent=1), "utf-8")

    def _drafts(self, some: int) -> list[int]:
        chance = random.Random(time.time_ns())
        with company_scope(self.company):
            customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:2000])
            products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
            values = [
                {"customer": chance.choice(customers), "lines": some_lines(chance, products, 5)} for _ in range(some)
            ]
            return [order.pk for order in many("sales_order", values)]

    def _deeds(self, drafts: list[int]) -> None:
        self._each("approve an order of 5 lines", drafts, lambda pk: (f"sales-orders/{pk}/approve", {}), (20, 80))
        self._each("write its delivery", drafts, lambda pk: (f"sales-orders/{pk}/deliver", {}))
        with company_scope(self.company):
            sent = list(Delivery.objects.filter(order__in=drafts).values_list("pk", flat=True))
        self._each("confirm the delivery", sent, lambda pk: (f"deliveries/{pk}/confirm", {}), (35, 45))
        with company_scope(self.company):
            rows = Receivable.objects.filter(order__in=drafts).values_list("pk", "customer_id", "open_amount")
            owed = [(pk, {"customer": whose, "amount": str(amount), "pays": pk}) for pk, whose, amount in rows]
        self._each("a payment for its receivable", owed, lambda one: ("payments", one[1]))

    def _reads(self) -> None:
        for name, path in (
            ("ageing report, the page", "ageing"), ("difference list, the page", "promises/differences"),
            ("orders, the list", "sales-orders/"), ("receivables, the list", "receivables/"),
        ):  # fmt: skip
            self._page(name, self.admin, path)

    def _decisions(self) -> None:
        inbox, boss = self.inbox, self.inbox.manager
        self._page(f"inbox of {inbox.waiting:,}, the page", boss, "approvals/waiting")
        self._page("inbox, a page in the middle", boss, f"approvals/waiting?after={inbox.middle}")
        turn = iter(inbox.open)
        self._measure("opening a request", lambda n: Ask("GET", f"/{self.slug}/approvals/{next(turn)}", boss.cookies()))
        asked = list(inbox.open[-(WARM + ALONE + CROWD) :])
        self._each("agree, the order is approved", asked, lambda pk: (f"approvals/{pk}/agree", {}), person=boss)
        rest = iter(inbox.open[: -len(asked)])

        def batch(_n: int) -> Ask:
            body = urlencode([("picked", next(rest)) for _ in range(50)])
            headers = boss.posts() | {"Content-Type": "application/x-www-form-urlencoded"}
            return Ask("POST", f"/{self.slug}/approvals/agree", headers, body)

        self._measure("agree to 50 at once", batch, warming=1, most=5, crowd=0)

    def _each(
        self,
        name: str,
        records: list[Any],
        to: Callable[[Any], tuple[str, dict[str, Any]]],
        goal: tuple[float, float] | None = None,
        person: Person | None = None,
    ) -> None:
        """Post to the API about one record after the other."""
        turn = iter(records)

        def make(n: int) -> Ask:
            path, body = to(next(turn))
            headers = (person or self.admin).headers(n) | {"Idempotency-Key": uuid.uuid4().hex}
            return Ask("POST", f"/{self.slug}/api/v1/{path}", headers, json.dumps(body))

        self._measure(name, make, goal)

    def _page(self, name: str, person: Person, path: str) -> None:
        self._measure(name, lambda n: Ask("GET", f"/{self.slug}/{path}", person.cookies()))

    def _measure(
        self,
        name: str,
        make: Callable[[int], Ask],
        goal: tuple[float, float] | None = None,
        *,
        warming: int = WARM,
        most: int = ALONE,
        crowd: int = CROWD,
    ) -> None:
        try:
            warm(self.web.port, make, range(warming))
            before = self.clock.ms()
            alone = ask_again(self.web.port, make, clients=1, most=most, seconds=60)
            cpu = (self.clock.ms() - before) / len(alone.times)
            all_at_once: Taken | None = None
            if crowd:
                all_at_once = ask_again(self.web.port, make, clients=CLIENTS, most=crowd, seconds=60)
        except Failed as problem:
            print(f"FAILED {name}: {problem}", flush=True)
            return
        self._keep(Line(name, alone.median, alone.p95, cpu, goal, all_at_once.per_second if all_at_once else None))

    def _to_be_had(self) -> None:
        """A function that other pages use; timed in this process, of whose CPU time the database's is part."""
        mine = psutil.Process()
        times, used = [], 0.0
        for turn in range(WARM + ALONE):
            before, begun = self._cpu(mine), time.perf_counter()
            with company_scope(self.company):
                availability(Product.objects.all()[:PRODUCTS])
            if turn >= WARM:
                times.append((time.perf_counter() - begun) * 1000)
                used += self._cpu(mine) - before
        taken = Taken(times, sum(times) / 1000, 0)
        self._keep(Line("availability of 500 products (function)", taken.median, taken.p95, used / ALONE))

    def _cpu(self, mine: psutil.Process) -> float:
        """Milliseconds of this process and the database."""
        found = [mine, *database_processes(self.postmaster)]
        return sum(1000 * (one.cpu_times().user + one.cpu_times().system) for one in found)

    def _keep(self, line: Line) -> None:
        self.lines.append(line)
        print(f"{line.name}: {line.median:.1f} ms (p95 {line.p95:.1f}), CPU {line.cpu:.1f} ms", flush=True)


def measure(server: Any, count: int, out: Path) -> None:
    """Fill a company with `count` orders where it is missing, measure, and write the page beside `out`."""
    Cash(server, count).run()
    write(out)


def write(out: Path) -> None:
    """Write the page from all sizes that were measured."""
    kept = json.loads(KEPT.read_text("utf-8"))
    parts = [HEAD, *(_section(kept[size]) for size in sorted(kept, key=int))]
    out.with_suffix(".cash.md").write_text("\n".join(parts), "utf-8")


HEAD = """## From order to money

`python -m bench --cash 10000`, then 100000: the program's own server with 2 workers, over HTTP, by the API where
something is done; CPU is of the web processes and of the database together, for each request at one client. Orders of
five lines of 500 products in one warehouse; the inbox is a manager's for whom 10,000 requests wait and who has decided
10,000 others. The first 10,000 orders with their receivables are written by actions; what is beyond them, and the
requests of the inbox, are copied by the database and have no events. ✗: beyond the goal.
"""


def _section(found: dict[str, Any]) -> str:
    head = (
        f"\n### {found['orders']:,} orders, {found['receivables']:,} receivables\n\n"
        f"{found['date']} · {found['machine']}"
        f" · load of other work at the start: {found['load']}\n\n"
        "| deed | median · p95, ms | goal | 8 clients: req/s | goal | CPU ms |\n|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(_row(Line(**line)) for line in found["lines"]) + "\n"


def _row(line: Line) -> str:
    goal = line.goal or (None, None)
    slow = " ✗" if goal[0] is not None and line.median > goal[0] else ""
    few = " ✗" if goal[1] is not None and (line.per_second or 0) < goal[1] else ""
    rate = f"{line.per_second:.1f}{few}" if line.per_second else "–"
    return (
        f"| {line.name} | {line.median:.1f} · {line.p95:.1f}{slow} | {goal[0] or '–'} | {rate} | {goal[1] or '–'} |"
        f" {line.cpu:.1f} |"
    )


__all__ = ["Cash", "Company", "measure", "write"]
