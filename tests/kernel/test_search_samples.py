"""The search function's four ways to its first hits: each within one company, and to the owners within reach only.

The entries are written here as they are, for a hundred thousand records would take too long: what is tested is the
function in the database that everybody's search goes through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from gucang.kernel import records, search
from gucang.kernel.scope import company_scope

GRAM = "机械"
FREQUENT = 620  # entries in the sample: more than any of the ways stops at
SOME = 60  # so few that what few people own is found by both indexes
OWN, ALSO = 7, 64 * 3
MANY = list(range(1, 30))


def enter_entries(
    company: Any,
    key: str,
    owner: str = str(OWN),
    first: int = 64,
    step: int = 64,
    title: str = "'苏州' || n || '机械'",
    entries: int = FREQUENT,
) -> None:
    """As many customers' entries of `company` with the gram `key`, which may be one of Acme's: then only the
    function's own check stands between the two. `owner` and `title` are SQL over the number `n`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_searchentry (company_id, record_type, object_id, owner_id, title, detail, text, grams)"
            f" SELECT %s, 'customer', %s + n * %s, {owner}, {title}, '', {title}, %s"
            " FROM generate_series(0, %s) n",
            [company.pk, first, step, [key], entries - 1],
        )


@pytest.fixture
def two_companies(acme: Any, other: Any) -> Any:
    """Acme, and another company whose entries have the grams of Acme's, as no entry should."""
    with company_scope(other):
        enter_entries(other, search.key_of(acme.pk, "customer", GRAM), title="'机械别家' || n")
    return acme


def asked(
    company: Any, owners: list[int] | None, also: Sequence[int] = (), begins: str = "机械"
) -> list[tuple[int, str]]:
    """The hits as (owner, title), in the order of the answer. The company's scope must be entered."""
    key = search.key_of(company.pk, "customer", GRAM)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT owner_id FROM kernel_searchentry e WHERE e.object_id = s.object_id"
            " AND e.record_type = 'customer' AND e.company_id = %s), s.title"
            " FROM gucang_search('customer', %s, %s, %s, 40, %s) s",
            [company.pk, [key], owners, list(also), begins],
        )
        return cursor.fetchall()  # type: ignore[no-any-return]


@pytest.mark.parametrize("owners", [None, [OWN], MANY], ids=["everybody's", "one owner's", "many owners'"])
def test_no_way_leads_into_another_company(two_companies: Any, owners: list[int] | None) -> None:
    key = search.key_of(two_companies.pk, "customer", GRAM)
    with company_scope(two_companies):
        assert asked(two_companies, owners, [ALSO]) == []
        enter_entries(two_companies, key, owner=str(OWN))
        found = asked(two_companies, owners)
        assert len(found) >= 40
        assert not [title for _owner, title in found if "别家" in title]


@pytest.mark.parametrize("begins", ["机械", "苏州", ""])
@pytest.mark.parametrize("owners", [[OWN], MANY], ids=["one owner's", "many owners'"])
@pytest.mark.parametrize("entries", [FREQUENT, SOME])
def test_grams_show_nothing_beyond_the_owners_within_reach(
    two_companies: Any, owners: list[int], begins: str, entries: int
) -> None:
    key = search.key_of(two_companies.pk, "customer", GRAM)
    with company_scope(two_companies):
        # Every second entry is somebody's who is out of reach.
        enter_entries(two_companies, key, owner=f"CASE WHEN mod(n, 2) = 0 THEN {OWN} ELSE 99 END", entries=entries)
        found = asked(two_companies, owners, begins=begins)
        assert {owner for owner, _title in found} == {OWN}
        assert len(found) >= 12


def test_a_shared_record_is_found_among_frequent_ones_of_others(two_companies: Any) -> None:
    key = search.key_of(two_companies.pk, "customer", GRAM)
    with company_scope(two_companies):
        enter_entries(two_companies, key, owner="99")
        assert asked(two_companies, [OWN]) == []
        assert [owner for owner, _title in asked(two_companies, [OWN], [ALSO])] == [99]


@pytest.mark.parametrize("entries", [FREQUENT, SOME])
def test_what_nobody_owns_is_found_beside_ones_own(two_companies: Any, entries: int) -> None:
    key = search.key_of(two_companies.pk, "customer", GRAM)
    with company_scope(two_companies):
        enter_entries(two_companies, key, owner="CASE WHEN n = 3 THEN NULL ELSE 99 END", entries=entries)
        enter_entries(two_companies, key, owner=str(OWN), first=1, step=640_001, entries=5)
        assert sorted(owner or 0 for owner, _title in asked(two_companies, [OWN], begins="")) == [0, *[OWN] * 5]


def test_what_the_title_begins_with_comes_first_however_frequent_the_rest(two_companies: Any) -> None:
    key = search.key_of(two_companies.pk, "customer", GRAM)
    with company_scope(two_companies):
        enter_entries(two_companies, key, owner=str(OWN))
        enter_entries(
            two_companies,
            key,
            owner=str(OWN),
            first=1,
            step=641,
            title="CASE n WHEN 9 THEN '机械' ELSE '机械' || n END",
        )
        titles = [title for _owner, title in asked(two_companies, None)]
        assert titles[0] == "机械"
        assert all(title.startswith("机械") for title in titles)


def test_rare_grams_are_all_found_in_or_out_of_the_sample(acme: Any, adam: Any) -> None:
    with company_scope(acme):
        made = [
            records.get("department").create(actor=adam, values={"name": f"罕见的部门{n}"}).record for n in range(5)
        ]
        hits = search.search(adam.as_actor(), "罕见", types=[records.get("department")])["department"]
        assert {hit.object_id for hit in hits} == {one.pk for one in made}
