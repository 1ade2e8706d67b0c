"""What is measured, in the order of the table in performance.md, each with its goal and its floor."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from bench import lists
from bench.client import Ask
from bench.subjects import Subjects

Make = Callable[[int], Ask]
CITY = quote("苏州")
# Eight texts of a customer; with level and tags a block of ten columns.
GRID = ("short_name", "province", "city", "district", "address", "industry", "website", "note")


@dataclass(frozen=True)
class Operation:
    """`goal` is (median ms at one client, requests a second at eight); `floor` is the bare view's request, if any."""

    name: str
    make: Make
    goal: tuple[float, float] | None = None
    floor: Make | None = None
    writes: bool = False
    kind: Literal["page", "part", "api"] = "api"


def every(on: Subjects) -> list[Operation]:
    """All operations on one company."""
    slug, company = on.company.slug, on.company.pk
    boss, manager, seller = on.people["executive"], on.people["sales_manager"], on.people["salesperson"]
    admin = on.people["administrator"]

    def page(person: object, path: str, *, part: bool = False) -> Make:
        return lambda n: Ask("GET", f"/{slug}{path}", person.cookies(htmx=part))  # type: ignore[attr-defined]

    def api(person: object, path: str) -> Make:
        return lambda n: Ask("GET", f"/{slug}/api/v1{path}", person.headers(n))  # type: ignore[attr-defined]

    def bare(path: str) -> Make:
        return lambda n: Ask("GET", f"/{company}{path}")

    def search_api(person: object, words: list[str]) -> Make:
        return lambda n: Ask(
            "GET", f"/{slug}/api/v1/search?q={quote(words[n % len(words)])}", person.headers(n)  # type: ignore[attr-defined]
        )  # fmt: skip

    def bare_search(words: list[str]) -> Make:
        return lambda n: Ask("GET", f"/{company}/search?q={quote(words[n % len(words)])}")

    # What the palette asks while somebody types a name, its initials and the end of a number.
    typed = zip(on.words, on.initials, on.digits, strict=True)
    presses = [text[: end + 1] for texts in typed for text in texts for end in range(len(text))]

    def typing(person: object) -> Make:
        headers = {"X-Palette": "1"}
        return lambda n: Ask(
            "GET", f"/{slug}/search?q={quote(presses[n % len(presses)])}&here=/{slug}/customers/",
            person.cookies(htmx=True) | headers,  # type: ignore[attr-defined]
        )  # fmt: skip

    def of_typical(person: object, path: str) -> Make:
        return lambda n: Ask(
            "GET", f"/{slug}{path.format(on.typical[n % len(on.typical)])}",
            person.cookies() if "/api/" not in path else person.headers(n),  # type: ignore[attr-defined]
        )  # fmt: skip

    def looking(look: lists.Look) -> Operation:
        person = on.people[look.role]
        make = lambda n: Ask("GET", *lists.ask(look, slug, person, n))  # noqa: E731
        return Operation(look.name, make, look.goal, listed, kind=look.kind)

    def create(n: int) -> Ask:
        # An exact duplicate would be refused, also of an earlier run; no customer of the bench company begins with 193.
        new = uuid.uuid4()
        body = {"name": f"测量{new.hex[:8]}机械有限公司", "phone": f"193{new.int % 10**8:08}", "city": "苏州"}
        headers = {**seller.headers(n), "Idempotency-Key": uuid.uuid4().hex}
        return Ask("POST", f"/{slug}/api/v1/customers", headers, json.dumps(body))

    def paste(n: int) -> Ask:
        """A block of 100 rows and 10 columns, with other words each time."""
        values = {name: f"{n} {name}" for name in GRID} | {"level": "ABCD"[n % 4], "tags": f"批次{n}"}
        edits = [[pk, 1, values] for pk in seller.own_customers[:100]]
        parcel = {"step": str(uuid.uuid4()), "part": 0, "kind": "paste", "edits": edits}
        return Ask("POST", f"/{slug}/customers/grid/save?{in_grid}", seller.posts(), json.dumps(parcel))

    in_grid = "&".join(f"columns={name}" for name in ("name", *GRID, "level", "tags"))

    def move(n: int) -> Ask:
        deal = seller.own_deals[n % len(seller.own_deals)]
        # Each round goes to the next stage, so that no request finds the deal where it wants it.
        stage = on.stages[(n // len(seller.own_deals) + n) % 2]
        return Ask("POST", f"/{slug}/api/v1/opportunities/{deal}/move", seller.headers(n), json.dumps({"stage": stage}))

    by_city = f"?city={CITY}"
    listed, filtered = bare("/list"), bare(f"/list?city={CITY}")
    deep, found = quote(on.deep_plain), bare_search(on.words)
    return [
        Operation("list by city, API · executive", api(boss, f"/customers?city={CITY}&limit=50"), (8, 300), filtered),
        Operation("list by city, API · manager", api(manager, f"/customers?city={CITY}&limit=50"), (8, 300), filtered),
        Operation("own list, API · salesperson", api(seller, "/customers?limit=50"), (8, 300), listed),
        Operation(
            "list by city, whole page · executive", page(boss, f"/customers/{by_city}"), (15, 130), filtered,
            kind="page",
        ),
        Operation("list, whole page · manager", page(manager, "/customers/"), (15, 130), listed, kind="page"),
        Operation("own list, whole page · salesperson", page(seller, "/customers/"), (15, 130), listed, kind="page"),
        Operation(
            "list by city, rows for htmx · executive",
            page(boss, f"/customers/?city={CITY}&fragment=rows", part=True), (10, 200), filtered, kind="part",
        ),
        Operation(
            "deep page, API · executive", api(boss, f"/customers?limit=50&after={on.deep}"), (5, 400),
            bare(f"/list?after={deep}"),
        ),
        Operation(
            "deep page, API · manager", api(manager, f"/customers?limit=50&after={on.deep}"), (5, 400),
            bare(f"/list?after={deep}"),
        ),
        Operation("search 2 characters, API · executive", search_api(boss, on.words), (5, 400), found),
        Operation("search 2 characters, API · salesperson", search_api(seller, on.words), (5, 400), found),
        Operation(
            "search initials, API · executive", search_api(boss, on.initials), (5, 400), bare_search(on.initials)
        ),
        Operation(
            "search phone digits, API · executive", search_api(boss, on.digits), (5, 400), bare_search(on.digits)
        ),
        Operation(
            "search 2 characters, part for htmx · executive",
            lambda n: Ask("GET", f"/{slug}/search?q={quote(on.words[n % len(on.words)])}", boss.cookies(htmx=True)),
            (10, 200), found, kind="part",
        ),
        *[
            Operation(f"palette as one types · {who}", typing(person), (10, 200), bare_search(presses), kind="part")
            for who, person in (("executive", boss), ("salesperson", seller))
        ],
        Operation(
            "customer page · executive", of_typical(boss, "/customers/{}"), (25, 90),
            lambda n: Ask("GET", f"/{company}/record/{on.typical[n % len(on.typical)]}"), kind="page",
        ),
        Operation(
            "customer page, the hottest · executive", page(boss, f"/customers/{on.hottest}"), (32, 70),
            bare(f"/record/{on.hottest}"), kind="page",
        ),
        Operation(
            "customer timeline, API · executive", of_typical(boss, "/api/v1/customers/{}/timeline"), (9, 220),
            lambda n: Ask("GET", f"/{company}/record/{on.typical[n % len(on.typical)]}"),
        ),
        Operation("timeline of the hottest, API · executive", api(boss, f"/customers/{on.hottest}/timeline"), (12, 170),
                  bare(f"/record/{on.hottest}")),
        Operation("create customer, API · salesperson", create, (6, 350),
                  lambda n: Ask("POST", f"/{company}/create", {}, "测量机械"), writes=True),
        *map(looking, lists.looks(on.own_fields)),
        Operation("grid, its page · manager", page(manager, "/customers/grid"), kind="page"),
        Operation("grid, 500 rows · manager", page(manager, "/customers/grid/rows", part=True), kind="part"),
        Operation("grid, paste of 1,000 cells · salesperson", paste, writes=True, kind="part"),
        Operation("move a deal, API · salesperson", move, (6, 300),
                  lambda n: Ask("POST", f"/{company}/move/{n % 50 + 1}", {}, ""), writes=True),
        Operation("board · manager", page(manager, "/opportunities/board"), (25, 70), bare("/board"), kind="page"),
        Operation("board · salesperson", page(seller, "/opportunities/board"), (25, 70), bare("/board"), kind="page"),
        Operation("home · salesperson", page(seller, "/"), (15, 130), bare("/sums"), kind="page"),
        Operation("home · manager", page(manager, "/"), (15, 130), bare("/sums"), kind="page"),
        Operation("home · administrator", page(admin, "/"), (15, 130), bare("/sums"), kind="page"),
    ]  # fmt: skip


__all__ = ["Operation", "every"]
