"""Companies to measure with: N customers, 2 N contacts, N deals, 10 N events over 24 months and 200 members.

One customer has 0.68 % of all events. The people are made by actions; the mass is loaded in sets (`load`) and then
checked against the rules it went past (`proof`).
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connection, transaction
from django.utils import timezone, translation

from gucang.demo.benchmark import own_fields, people, proof
from gucang.demo.benchmark.load import LARGE, TABLES, Loader, Server
from gucang.demo.benchmark.rows import CONTACTS, Lines, Maker, Plan, Setting
from gucang.demo.names import NameGenerator
from gucang.kernel import clock, events, reactions, records
from gucang.kernel.errors import Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.kernel.text import NumberPattern
from gucang.selling.models import LossReason, Stage

Say = Callable[[str], None]
Superuser = Callable[[], psycopg.Connection[tuple[object, ...]]]
DAYS = 730
CHUNK = 2_000
# Of ten events a customer, so many are follow-ups; the hottest customer has a share of all events.
EVENTS_PER_CUSTOMER, HOT_SHARE = 10, 0.0068
OTHER_EVENTS = 6.65


def make(slug: str, size: int, *, seed: int, say: Say, superuser: Superuser, own: int = 0) -> None:
    """Make the company `slug` with `size` customers, or fill one that was broken off.

    With `own`, its customers get that many own fields (at most `shapes.MOST`), also those of a company that is there
    already. `superuser` connects to the program's own database as its superuser, who may COPY past row security. Raises
    Refused when there is nothing to do, and what `superuser` raises where the server is not the program's own.
    """
    company = Company.objects.filter(slug=slug).first()
    watch = _Watch(say)
    if company is None or not people.has_customers(company):
        company = _company(company, slug, size, seed=seed, superuser=superuser, watch=watch)
    elif not own:
        raise Refused(f"The company “{slug}” is there already; nothing was changed.")
    if own:
        _own_fields(company, own, superuser=superuser, watch=watch)
    _check(company, watch)
    watch.say(f"{slug} is ready.")


def _company(
    company: Company | None, slug: str, size: int, *, seed: int, superuser: Superuser, watch: _Watch
) -> Company:
    until = clock.now().replace(microsecond=0)
    began = until - timedelta(days=DAYS)
    events.ensure_months(began.date(), ahead=26)
    with translation.override("zh-hans"):
        with reactions.quietly(), clock.at(began), transaction.atomic():
            company = company or people.found(slug, seed)
        _fill(company, size, seed=seed, began=began, until=until, superuser=superuser, watch=watch)
    return company


def _own_fields(company: Company, count: int, *, superuser: Superuser, watch: _Watch) -> None:
    with translation.override("zh-hans"):
        with company_scope(company):
            size = people.count_customers()
            specs = own_fields.make(count)
            whom, actor = own_fields.whom(timezone.localdate(clock.now())), own_fields.administrator()
        if not specs:
            raise Refused(f"The company “{company.slug}” has these own fields already; nothing was changed.")
        connection = superuser()
        connection.autocommit = False
        # Out of the company's scope: its transaction would wait for this one, and this one for it.
        with connection:
            server = Server(connection)
            server.prepare()
            if size >= LARGE:
                server.drop_indexes(own_fields.WRITTEN)
            own_fields.fill(server, company.pk, specs, actor=actor, whom=whom, say=watch.say)
            for name in server.rebuild():
                watch.say(f"index {name}")
    _gather_statistics(superuser, own_fields.WRITTEN, afresh=own_fields.WRITTEN[:1] if size >= LARGE else ())
    watch.say("statistics")


class _Watch:
    def __init__(self, say: Say) -> None:
        self._say, self._began = say, time.monotonic()

    def say(self, line: str) -> None:
        self._say(f"{time.monotonic() - self._began:6.1f} s  {line}")


def _fill(
    company: Company, size: int, *, seed: int, began: datetime, until: datetime,
    superuser: Superuser, watch: _Watch,
) -> None:  # fmt: skip
    with company_scope(company):
        setting = _setting(company, seed, until)
    maker = Maker(setting)
    server = superuser()
    server.autocommit = False
    with server:
        loader = Loader(server, maker, large=size >= LARGE)
        loader.begin()
        done = 0
        plans = _plans(loader, size, seed, began, until)
        for lines in _made(setting, plans, parallel=size >= LARGE):
            loader.write(lines)
            done += len(lines.customer)
            if done % 50_000 == 0 or done == size:
                watch.say(f"{done:,} customers with contacts, deals and follow-ups")
        count = loader.staged()
        first = loader.ids("kernel_event", count)
        loader.events(company.pk, first)
        watch.say(f"{count:,} events in the order of time")
        loader.finish(company.pk)
        for name in loader.rebuild():
            watch.say(f"index {name}")
        _counters(loader, company.pk, size, began, until)
    _gather_statistics(superuser, (*TABLES, "selling_stagetotal"))
    watch.say("statistics")


def _gather_statistics(superuser: Superuser, tables: Sequence[str], *, afresh: Collection[str] = ()) -> None:
    """Look at what is in the tables; write those of `afresh` anew, because half of their rows are former ones."""
    server = superuser()
    server.autocommit = True
    for table in tables:
        server.execute(f"VACUUM ({'FULL, ' if table in afresh else ''}ANALYZE) {table}")
    server.close()


def _setting(company: Company, seed: int, until: datetime) -> Setting:
    stages = list(Stage.objects.filter(pipeline__deleted_at=None).order_by("position", "id"))
    return Setting(
        company.pk, seed, people.sellers(), stages[0].pipeline_id,
        tuple(stage.pk for stage in stages if stage.kind == "open"),
        next(stage.pk for stage in stages if stage.kind == "won"),
        next(stage.pk for stage in stages if stage.kind == "lost"),
        tuple(LossReason.objects.values_list("pk", flat=True)), until,
    )  # fmt: skip


def moments(size: int, began: datetime, until: datetime) -> Iterator[datetime]:
    """When the customers came, in order: evenly until ten days ago."""
    span = (until - began - timedelta(days=10)).total_seconds()
    for number in range(size):
        yield (began + timedelta(hours=1, seconds=int(span * number / size))).astimezone(UTC)


def _plans(loader: Loader, size: int, seed: int, began: datetime, until: datetime) -> Iterator[list[Plan]]:
    generator = NameGenerator(seed)
    names = generator.companies(size)
    codes: set[str] = set()
    total = round(size * (EVENTS_PER_CUSTOMER - OTHER_EVENTS))
    hot, extra = size // 2, round(size * EVENTS_PER_CUSTOMER * HOT_SHARE)
    customer, deal = loader.ids("parties_customer", size), loader.ids("selling_opportunity", size)
    contact, note = loader.ids("parties_contact", size * CONTACTS), loader.ids("activity_followup", total)
    usual = total - extra
    counters: Counter[tuple[str, str]] = Counter()
    chunk: list[Plan] = []
    for number, (company, at) in enumerate(zip(names, moments(size, began, until), strict=True)):
        notes = usual * (number + 1) // size - usual * number // size + (extra if number == hot else 0)
        code = generator.credit_code(company) if number % 10 < 3 else ""
        code = "" if code in codes else code
        codes.add(code)
        chunk.append(
            Plan(
                customer + number, contact + number * CONTACTS, deal + number, note, notes,
                _number(counters, "customer", at), _number(counters, "opportunity", at + timedelta(days=3)), code, at,
                company,
            )
        )  # fmt: skip
        note += notes
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _number(counters: Counter[tuple[str, str]], record: str, at: datetime) -> str:
    pattern = _pattern(record)
    day = (at + timedelta(hours=8)).date()
    key = (record, pattern.period(day))
    counters[key] += 1
    return pattern.format(counters[key], day)


def _pattern(record: str) -> NumberPattern:
    if record not in _PATTERNS:
        _PATTERNS[record] = NumberPattern(records.get(record).number)
    return _PATTERNS[record]


_PATTERNS: dict[str, NumberPattern] = {}


def _counters(loader: Loader, company_id: int, size: int, began: datetime, until: datetime) -> None:
    """Let the next real number follow the last one that was given here."""
    counters: Counter[tuple[str, str]] = Counter()
    for at in moments(size, began, until):
        counters["customer", _pattern("customer").period((at + timedelta(hours=8)).date())] += 1
        counters["opportunity", _pattern("opportunity").period((at + timedelta(days=3, hours=8)).date())] += 1
    for (record, period), value in counters.items():
        loader.connection.execute(
            "INSERT INTO kernel_numbercounter (company_id, record_type, period, value) VALUES (%s, %s, %s, %s)",
            [company_id, record, period, value],
        )


_maker: Maker | None = None


def _prepare(setting: Setting) -> None:
    global _maker
    _maker = Maker(setting)


def _make(plans: list[Plan]) -> Lines:
    assert _maker is not None
    return _maker.make(plans)


def _made(setting: Setting, plans: Iterator[list[Plan]], *, parallel: bool) -> Iterator[Lines]:
    """The lines of all plans in order, made by two processes for large companies."""
    if not parallel:
        maker = Maker(setting)
        yield from map(maker.make, plans)
        return
    # Forked, so that the processes have the models; they never touch a database connection.
    connection.close()
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork"), _prepare, (setting,)) as pool:
        waiting = []
        for chunk in plans:
            waiting.append(pool.submit(_make, chunk))
            if len(waiting) > 6:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _check(company: Company, watch: _Watch) -> None:
    with company_scope(company):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '300s'")
        found = list(proof.flaws())
    for flaw in found[:20]:
        watch.say(flaw)
    if found:
        raise Refused(f"{len(found)} flaws were found in the company; do not measure with it.")
    watch.say("checked: sums, references, create events, and samples against the models")


__all__ = ["make"]
