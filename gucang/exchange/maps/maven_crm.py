"""Maven Analytics' "CRM Sales Opportunities": accounts, agents and a sales pipeline of a hardware firm.

Agents become members with their manager, the regional office their department. Accounts become customers, each of the
agent with most of its deals. Products become the choices of a field of the deal. A deal keeps its number, the day it
began, its stage, its agent and the day it closed. A deal without account is refused: a deal needs its customer.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.exchange.engine import Draft, Plan, Step, Work
from gucang.exchange.maps import setup
from gucang.exchange.maps.base import ReadyMap, register
from gucang.exchange.models import Import
from gucang.exchange.readers import RawRow, read_table
from gucang.exchange.repairs import Repair, among

NAME = "maven_crm"
ACCOUNTS, PRODUCTS, DEALS, TEAMS = "accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"
SECTORS = (
    "employment", "entertainment", "finance", "marketing", "medical", "retail", "services", "software", "technology",
    "telecommunications",
)  # fmt: skip
COUNTRIES = (
    "Belgium", "Brazil", "China", "Germany", "Italy", "Japan", "Jordan", "Kenya", "Korea", "Norway", "Panama",
    "Philippines", "Poland", "Romania", "United States",
)  # fmt: skip
PIPELINE = "Maven CRM"
STAGES = {
    "Prospecting": (1, "open", 10), "Engaging": (2, "open", 40), "Won": (3, "won", 100), "Lost": (4, "lost", 0),
}  # fmt: skip


def closed(draft: Draft, field: str, cell: str, choices: tuple[str, ...]) -> str:
    """A cell that must be one of a closed list: as it is, or repaired into what it nearly is, or refused."""
    if not cell or cell in choices:
        return cell
    near = among(cell, choices)
    if near is None:
        draft.refused_field = field
        draft.refusal = _t("“%(text)s” is not one of: %(options)s.") % {"text": cell, "options": "、".join(choices)}
        return ""
    draft.repairs.append(Repair(field, cell, near))
    return near


# --- people ---


def _agent(work: Work, row: RawRow) -> Draft:
    cells = work.cells(TEAMS, row)
    office = setup.named(work, "department", cells["regional_office"])
    manager = setup.named(work, "member", cells["manager"], department=office, position="Sales manager")
    values = {
        "name": cells["sales_agent"], "position": "Sales agent", "department": office, "manager": manager,
    }  # fmt: skip
    return Draft(row.line, values)


# --- customers ---


def _account_fields(work: Work) -> None:
    setup.field(work, "customer", "founded", "成立年份", "Year established", "integer")
    setup.field(work, "customer", "revenue", "年收入（百万美元）", "Revenue, million USD", "decimal")
    setup.field(work, "customer", "employees", "员工人数", "Employees", "integer")
    setup.field(work, "customer", "country", "国家", "Country")


def _account(work: Work, row: RawRow) -> Draft:
    cells = work.cells(ACCOUNTS, row)
    draft = Draft(row.line, {})
    draft.values = {
        "name": cells["account"],
        "industry": closed(draft, "industry", cells["sector"], SECTORS),
        "extra.country": closed(draft, "extra.country", cells["office_location"], COUNTRIES),
        "extra.founded": cells["year_established"],
        "extra.revenue": cells["revenue"],
        "extra.employees": cells["employees"],
        "owner": work.remember("owners", lambda: _owners(work)).get(cells["account"], ""),
    }
    return draft


def _owners(work: Work) -> dict[str, str]:
    """The agent with most deals at each account; among equals the first by name."""
    deals: dict[str, Counter[str]] = {}
    for row in read_table(work.path(DEALS)):
        cells = work.cells(DEALS, row)
        deals.setdefault(cells["account"], Counter())[cells["sales_agent"]] += 1
    return {account: min(agents, key=lambda a: (-agents[a], a)) for account, agents in deals.items()}


def _parent(work: Work, row: RawRow) -> Draft | None:
    cells = work.cells(ACCOUNTS, row)
    if not cells["subsidiary_of"]:
        return None
    return Draft(row.line, {"name": cells["account"], "parent": cells["subsidiary_of"]})


# --- products and deals ---


def _products(work: Work) -> tuple[str, ...]:
    found: tuple[str, ...] = work.remember(
        "products", lambda: tuple(work.cells(PRODUCTS, row)["product"] for row in read_table(work.path(PRODUCTS)))
    )
    return found


def _product_field(work: Work) -> None:
    setup.field(work, "opportunity", "product", "产品", "Product", "choice", _products(work))


def _no_record(work: Work, row: RawRow) -> None:
    """A product is a choice of a field; there is no record of it."""


def _pipeline(work: Work) -> None:
    for name in STAGES:
        _stage(work, name)


def _stage(work: Work, name: str) -> Any:
    pipeline = setup.named(work, "pipeline", PIPELINE, position=9)
    position, kind, probability = STAGES[name]
    return setup.named(work, "stage", name, pipeline=pipeline, position=position, kind=kind, probability=probability)


def _deal(work: Work, row: RawRow) -> Draft:
    cells = work.cells(DEALS, row)
    draft = Draft(row.line, {}, key=cells["opportunity_id"])
    product = closed(draft, "extra.product", cells["product"], _products(work))
    stage = cells["deal_stage"]
    if stage not in STAGES:
        draft.refused_field = "stage"
        draft.refusal = _t("“%(text)s” is not one of: %(options)s.") % {"text": stage, "options": "、".join(STAGES)}
        return draft
    if not cells["account"]:
        draft.refused_field = "customer"
        draft.refusal = _t(
            "The deal names no account, and a deal needs its customer. Add the account and import again."
        )
        return draft
    began, ended = parse_date(cells["engage_date"] or ""), parse_date(cells["close_date"] or "")
    draft.at = _morning(began)
    draft.values = {
        "number": cells["opportunity_id"],
        "name": f"{product} · {cells['account']}",
        "customer": cells["account"],
        "amount": cells["close_value"],
        "extra.product": product,
        "owner": cells["sales_agent"],
        "stage": _stage(work, stage),
        "stage_since": _morning(ended or began),
        "closed_on": ended,
    }
    return draft


def _morning(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time(9))) if day else None


def plan(record: Import) -> Plan:
    """People first, then customers, then who belongs to whom, then deals."""
    return Plan(
        NAME,
        (
            Step(TEAMS, "member", _agent, match="name"),
            Step(ACCOUNTS, "customer", _account, prepare=_account_fields, match="name"),
            Step(ACCOUNTS, "customer", _parent, match="name", only_edits=True),
            Step(PRODUCTS, "opportunity", _no_record, prepare=_product_field),
            Step(DEALS, "opportunity", _deal, prepare=_pipeline),
        ),
    )


READY = register(
    ReadyMap(
        NAME,
        _("Maven CRM: accounts, agents, pipeline (zip)"),
        {
            ACCOUNTS: (
                "account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of",
            ),
            PRODUCTS: ("product",),
            DEALS: (
                "opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date",
                "close_value",
            ),
            TEAMS: ("sales_agent", "manager", "regional_office"),
        },
        ("customer", "opportunity"),
        plan,
    )
)  # fmt: skip
