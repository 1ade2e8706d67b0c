"""Chinese listed companies: short name, legal name, stock code, exchange, and where given the industry.

They come into the pool, owned by nobody, for whoever claims them. Where one stock code stands beside several legal
names, only the company whose legal name holds the short name keeps both; of the others they are left out.
"""

from __future__ import annotations

import re
from collections import Counter

from django.utils.translation import gettext_lazy as _

from gucang.exchange.engine import Draft, Plan, Step, Work
from gucang.exchange.engine.plan import pool
from gucang.exchange.maps import setup
from gucang.exchange.maps.base import ReadyMap, register
from gucang.exchange.models import Import
from gucang.exchange.readers import RawRow, read_table
from gucang.exchange.repairs import Repair

NAME = "cn_companies"
COMPANIES, INDUSTRIES = "company.json", "company_industry.json"
EXCHANGES = {"SZ": "深圳证券交易所", "SH": "上海证券交易所", "BJ": "北京证券交易所"}
_CODE = re.compile(r"(\d{6})(?:\.([A-Z]{2}))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _fields(work: Work) -> None:
    setup.field(work, "customer", "stock_code", "股票代码", "Stock code")
    setup.field(work, "customer", "exchange", "交易所", "Exchange", "choice", list(EXCHANGES.values()))
    setup.field(work, "customer", "listed_on", "上市日期", "Listed on", "date")


def _company(work: Work, row: RawRow) -> Draft:
    cells = work.cells(COMPANIES, row)
    code, exchange = _code(cells["code"])
    legal, short = cells["fullname"].strip(), cells["name"].strip()
    draft = Draft(row.line, {}, key=legal)
    if work.remember("codes", lambda: _codes(work))[code] > 1 and short not in legal:
        draft.repairs += [Repair("extra.stock_code", code, ""), Repair("short_name", short, "")]
        code = short = ""
    place = cells["location"].strip()
    if place not in EXCHANGES.values() and exchange:
        draft.repairs.append(Repair("extra.exchange", place, EXCHANGES[exchange]))
        place = EXCHANGES[exchange]
    industries = work.remember("industries", lambda: _industries(work))
    draft.values = {
        "name": legal,
        "short_name": short,
        "industry": industries.get(code, "") if code else "",
        "extra.stock_code": code,
        "extra.exchange": place,
        "extra.listed_on": cells["time"] if _DAY.fullmatch(cells["time"]) else "",
    }
    pool(draft)
    return draft


def _code(cell: str) -> tuple[str, str]:
    """The six digits of a stock code, and the exchange that its ending names ("" for none)."""
    found = _CODE.fullmatch(cell.strip().upper())
    return (found[1], found[2] if found[2] in EXCHANGES else "") if found else (cell.strip(), "")


def _codes(work: Work) -> Counter[str]:
    """How many companies carry each stock code."""
    return Counter(_code(work.cells(COMPANIES, row)["code"])[0] for row in read_table(work.path(COMPANIES)))


def _industries(work: Work) -> dict[str, str]:
    """The industry of each stock code; empty where that file is not there."""
    if all(table["name"] != INDUSTRIES for table in work.record.tables):
        return {}
    found = {}
    for row in read_table(work.path(INDUSTRIES)):
        cells = work.cells(INDUSTRIES, row)
        found[_code(cells["company_code"])[0]] = cells["industry_name"]
    return found


def plan(record: Import) -> Plan:
    """One step; the industries are looked up beside it."""
    return Plan(NAME, (Step(COMPANIES, "customer", _company, prepare=_fields),))


READY = register(
    ReadyMap(
        NAME,
        _("Listed companies in China (company.json, company_industry.json)"),
        {COMPANIES: ("name", "fullname", "code", "location", "time")},
        ("customer",),
        plan,
    )
)
