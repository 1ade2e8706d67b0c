"""The Maven sales pipeline, dirt included: what is in the company is what is in the files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum

from gucang.accounts.models import Member
from gucang.exchange.models import ImportLine
from gucang.kernel.models import Event
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def archive(shared_data: Path) -> Path:
    return shared_data / "maven_crm_sales" / "CRM_Sales_Opportunities.zip"


@pytest.fixture(scope="session")
def files(archive: Path) -> dict[str, Rows]:
    """The files as Python's own csv module reads them."""
    with zipfile.ZipFile(archive) as packed:
        return {
            Path(name).name: list(csv.DictReader(io.TextIOWrapper(packed.open(name), "utf-8-sig")))
            for name in packed.namelist()
            if name.endswith(".csv")
        }


def test_everything_comes_in_and_agrees_with_the_files(bring_in: Any, archive: Path, files: Any, adam: Any) -> None:
    record = bring_in(archive, by=adam, map="maven_crm")
    assert (record.state, record.reason) == ("done", "")
    deals, accounts = files["sales_pipeline.csv"], files["accounts.csv"]
    whole = [row for row in deals if row["account"]]
    assert (len(deals), len(deals) - len(whole)) == (8800, 1425)

    # every row is answered for
    table = record.by_table["sales_pipeline.csv"]
    assert (table["rows"], table["created"], table["refused"]) == (8800, len(whole), 1425)
    refused = ImportLine.objects.filter(import_record=record, kind="refused")
    assert sorted(refused.values_list("raw__0", flat=True)) == sorted(
        row["opportunity_id"] for row in deals if not row["account"]
    )
    assert all(line.sentence for line in refused)

    # totals by stage and by agent
    for column, path, rows in (
        ("deal_stage", "stage__name", whole),
        ("sales_agent", "owner__name", whole),
        ("account", "customer__name", whole),
    ):
        count: Counter[str] = Counter(row[column] for row in rows)
        value: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            value[row[column]] += Decimal(row["close_value"] or 0)
        found = Opportunity.objects.values(path).annotate(n=Count("id"), total=Sum("amount")).order_by()
        assert {one[path]: one["n"] for one in found} == count
        assert {one[path]: one["total"] for one in found} == value

    # history stands at its dates
    by_number = {row["opportunity_id"]: row for row in whole}
    for deal in Opportunity.objects.all():
        row = by_number[deal.number]
        assert str(deal.closed_on or "") == row["close_date"]
        if row["engage_date"]:
            assert deal.created_at.astimezone().date().isoformat() == row["engage_date"]
    began = {row["opportunity_id"]: row["engage_date"] for row in whole if row["engage_date"]}
    told = Event.objects.filter(name="opportunity.create")
    assert told.count() == len(whole)
    assert told.filter(occurred_at__year=2016).count() == sum(day.startswith("2016") for day in began.values())

    # people and customers
    teams = files["sales_teams.csv"]
    people = {member.name: member for member in Member.objects.select_related("manager", "department")}
    for row in teams:
        agent = people[row["sales_agent"]]
        assert (agent.manager.name, agent.department.name) == (row["manager"], row["regional_office"])
    customers = {customer.name: customer for customer in Customer.objects.select_related("parent")}
    assert customers.keys() == {row["account"] for row in accounts}
    for row in accounts:
        customer = customers[row["account"]]
        assert (customer.parent.name if customer.parent else "") == row["subsidiary_of"]
        assert customer.industry == row["sector"].replace("technolgy", "technology")
        assert Decimal(customer.extra["revenue"]) == Decimal(row["revenue"])


def test_each_repair_is_told_with_both_values(bring_in: Any, archive: Path, files: Any, adam: Any) -> None:
    record = bring_in(archive, by=adam, map="maven_crm")
    repairs = Counter(
        ImportLine.objects.filter(import_record=record, kind="repaired").values_list("table", "old", "new")
    )
    gtx = sum(row["product"] == "GTXPro" and bool(row["account"]) for row in files["sales_pipeline.csv"])
    assert repairs == {
        ("sales_pipeline.csv", "GTXPro", "GTX Pro"): gtx,
        ("accounts.csv", "technolgy", "technology"): 12,
        ("accounts.csv", "Philipines", "Philippines"): 1,
    }
    products = Counter(Opportunity.objects.values_list("extra__product", flat=True))
    assert products["GTX Pro"] == gtx
    assert "GTXPro" not in products


def test_a_second_import_of_the_same_file_makes_nothing(bring_in: Any, archive: Path, adam: Any) -> None:
    first = bring_in(archive, by=adam, map="maven_crm")
    deal = Opportunity.objects.get(number="1C1I7A6R")
    before = Event.objects.exclude(subject_type="import").count()
    second = bring_in(archive, by=adam, map="maven_crm")
    assert (second.created, second.updated) == (0, 0)
    assert second.unchanged == first.created
    assert second.refused == first.refused
    assert Event.objects.exclude(subject_type="import").count() == before
    assert Opportunity.objects.get(pk=deal.pk).version == deal.version
