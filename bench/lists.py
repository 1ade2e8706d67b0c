"""What lists are asked beyond one filter: own fields, and/or groups, totals, grouping. One table of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode


class Look(NamedTuple):
    """One look at the list of customers: who looks, at what, and how."""

    name: str
    role: str
    query: str
    kind: Literal["api", "page", "part"] = "api"
    goal: tuple[float, float] | None = (8, 300)


def _query(*pairs: tuple[str, str], **more: str) -> str:
    return urlencode([*pairs, *more.items()], quote_via=quote)


THREE_CHOICES = _query(("extra.scale", "medium"), ("extra.sector", "auto,3c"), ("extra.terms", "days30"))
OF_ALL_KINDS = _query(
    ("extra.scale", "medium,large"), ("extra.contract", "next90d"), ("extra.purchase__gte", "1000000")
)
FEW = _query(("extra.scale", "large"), ("extra.sector", "semi"), ("extra.terms", "days90"))
NARROW = _query(
    ("extra.purchase__gte", "500000"), ("extra.purchase__lte", "501000"), ("extra.founded__gte", "2000-01-01")
)
NONE_EMPTY = _query(("extra.sector", "none"), ("extra.scale", "none"))
EITHER = _query(("or", "extra.scale=large"), ("or", "extra.sector=semi&extra.tender=1"))
BUILT_IN = _query(("level", "A,B"), ("or", f"city={quote('苏州')}"), ("or", "status=buyer&updated_at=last30d"))
PAGE = (15, 130)

# Only these need the company's own fields.
OWN = (
    Look("3 own fields, choices, API · executive", "executive", THREE_CHOICES),
    Look("3 own fields, choices, API · manager", "sales_manager", THREE_CHOICES),
    Look("3 own fields, choices, API · salesperson", "salesperson", THREE_CHOICES),
    Look("3 own fields, choices, whole page · executive", "executive", THREE_CHOICES, "page", PAGE),
    Look("3 own fields, choices, totals for htmx · executive", "executive", f"{THREE_CHOICES}&fragment=totals", "part",
         None),
    Look("3 own fields, choice, date, money, API · executive", "executive", OF_ALL_KINDS),
    Look("3 own fields, choice, date, money, whole page · executive", "executive", OF_ALL_KINDS, "page", PAGE),
    Look("3 own fields that few fit, API · executive", "executive", FEW),
    Look("own fields, narrow and wide range, API · executive", "executive", NARROW),
    Look("own fields, two are empty, API · executive", "executive", NONE_EMPTY),
    Look("own fields, either of two groups, API · executive", "executive", EITHER),
    Look("sorted by an own field, API · executive", "executive", "sort=-extra.purchase"),
    Look("sorted by one, filtered by another, API · executive", "executive", "sort=-extra.purchase&extra.scale=large"),
)  # fmt: skip
PLAIN = (
    Look("filter with groups, API · executive", "executive", BUILT_IN),
    Look("totals of the whole list for htmx · executive", "executive", "fragment=totals", "part", None),
    Look("totals of a city for htmx · executive", "executive", f"city={quote('苏州')}&fragment=totals", "part", None),
    Look("grouped by level, whole page · executive", "executive", "group=level", "page", None),
    Look("grouped by level, whole page · manager", "sales_manager", "group=level", "page", None),
)


def looks(own_fields: bool) -> Iterator[Look]:
    """All looks that a company can be asked for."""
    yield from PLAIN
    if own_fields:
        yield from OWN


def ask(look: Look, slug: str, person: Any, number: int) -> tuple[str, dict[str, str]]:
    """Path and headers of one look."""
    if look.kind == "api":
        return f"/{slug}/api/v1/customers?limit=50&{look.query}", person.headers(number)
    return f"/{slug}/customers/?{look.query}", person.cookies(htmx=look.kind == "part")
