"""4,654 listed companies come straight into the pool, each answered for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gucang.exchange.models import ImportLine
from gucang.kernel import records, search
from gucang.kernel.models import Event
from gucang.parties.models import Customer

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def folder(shared_data: Path) -> Path:
    return shared_data / "cn_companies"


@pytest.fixture(scope="session")
def companies(folder: Path) -> Rows:
    return [json.loads(line) for line in (folder / "company.json").read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def industries(folder: Path) -> dict[str, str]:
    lines = (folder / "company_industry.json").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return {row["company_code"][:6]: row["industry_name"] for row in rows}


def test_every_company_lies_in_the_pool_as_the_file_says(
    bring_in: Any, folder: Path, companies: Rows, industries: dict[str, str], adam: Any
) -> None:
    record = bring_in(folder, by=adam, map="cn_companies")
    assert (record.state, record.created, record.refused) == ("done", 4654, 0)
    found = {customer.name: customer for customer in Customer.objects.all()}
    assert found.keys() == {row["fullname"] for row in companies}
    assert all(customer.owner_id is None and customer.pooled_at for customer in found.values())
    codes = Counter(row["code"][:6] for row in companies)
    doubtful = 0
    for row in companies:
        customer = found[row["fullname"]]
        code = row["code"][:6]
        if codes[code] > 1 and row["name"] not in row["fullname"]:
            doubtful += 1
            assert (customer.short_name, customer.extra.get("stock_code")) == ("", None)
            continue
        assert (customer.short_name, customer.extra["stock_code"]) == (row["name"], code)
        assert customer.industry == industries.get(code, "")
    lines = ImportLine.objects.filter(import_record=record)
    assert lines.filter(kind="repaired").count() == 2 * doubtful + 1  # the one exchange that is a date
    assert doubtful > 10
    # Four of the 4,654 stand twice in the file: as 股份有限公司 and 有限公司, or before and after 集团.
    alike = lines.filter(kind="duplicate").order_by("line").values_list("line", "sentence")
    assert [(line, int("".join(filter(str.isdigit, sentence)))) for line, sentence in alike] == [
        (896, 817),
        (903, 828),
        (2004, 2000),
        (2733, 780),
    ]
    assert lines.count() == 2 * doubtful + 1 + 4
    assert Event.objects.filter(name="customer.create").count() == 4654


def test_short_and_legal_names_are_both_found(bring_in: Any, folder: Path, adam: Any) -> None:
    bring_in(folder, by=adam, map="cn_companies")
    customer = records.get("customer")
    for text in ("华瓷股份", "湖南华联瓷业", "hnhlcy"):
        hits = search.search(adam.as_actor(), text, types=[customer])
        assert "湖南华联瓷业股份有限公司" in [hit.title for hit in hits.get("customer", [])], text


def test_the_same_folder_again_makes_nothing(bring_in: Any, folder: Path, adam: Any) -> None:
    bring_in(folder, by=adam, map="cn_companies")
    again = bring_in(folder, by=adam, map="cn_companies")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4654)
    assert Customer.objects.count() == 4654
