"""The language of filters: what the database finds is what the words say, for groups of any make; and nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gucang.accounts.models import Member
from gucang.customfields import actions as custom_fields
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.scope import writing
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.surface import filters

CITIES, LEVELS, TAGS, DAYS = ("", "苏州", "上海"), ("", "A", "B"), ((), ("老客户",), ("展会", "老客户")), (None, -3, 2)
SIZES = (None, "大", "小")


@pytest.fixture
def known(scope: Any, alice: Member, bob: Member) -> list[Customer]:
    """A customer of Alice's for every mixture of values, and one of Bob's, which she does not see."""
    field = {"record_type": "customer", "key": "size", "label_zh": "规模", "kind": "choice", "options": "大\n小"}
    custom_fields.create(actor=system(), values=field)
    for n, (city, level, tags, days, size) in enumerate(product(CITIES, LEVELS, TAGS, DAYS, SIZES)):
        if n % 5:  # a fifth of them is as good as all
            continue
        day = None if days is None else clock.today() + timedelta(days=days)
        values = {"name": f"客户{n}", "city": city, "level": level, "tags": list(tags), "extra.size": size}
        made = customers.create(actor=alice, values=values).record
        with writing("parties"):
            Customer.objects.filter(pk=made.pk).update(next_step_on=day)
    customers.create(actor=bob, values={"name": "鲍勃的", "city": "苏州", "level": "A", "tags": ["老客户"]})
    return list(records.get("customer").query(alice.as_actor()))


def of_words(name: str, words: list[str], stored: Callable[[Customer], Any]) -> st.SearchStrategy[Any]:
    """Some of `words`, "none" among them, as a condition (parameter, value, its meaning)."""

    def made(some: list[str], negated: bool) -> Any:
        def holds(one: Customer) -> bool:
            value = stored(one)
            mine = set(value) if isinstance(value, list) else {value} - {None, ""}
            return (bool(mine & set(some)) or ("none" in some and not mine)) is not negated

        return (f"{name}__not" if negated else name, ",".join(some), holds)

    some = st.lists(st.sampled_from([*words, "none"]), min_size=1, max_size=3, unique=True)
    return st.builds(made, some, st.booleans())


def contains(text: str) -> Any:
    return ("city__has", text, lambda one: text in one.city)


def after(days: int) -> Any:
    day = clock.today() + timedelta(days=days)
    return ("next_step_on__gte", day.isoformat(), lambda one: one.next_step_on is not None and one.next_step_on >= day)


def days_on(days: int) -> Any:
    first, last = clock.today(), clock.today() + timedelta(days=days)
    return (
        "next_step_on", f"next{days}d", lambda one: one.next_step_on is not None and first <= one.next_step_on <= last
    )  # fmt: skip


CONDITIONS = st.one_of(
    of_words("level", ["A", "B"], lambda one: one.level),
    of_words("tags", ["老客户", "展会"], lambda one: one.tags),
    of_words("extra.size", ["大", "小"], lambda one: one.extra.get("size")),
    st.sampled_from(["苏", "海", "%"]).map(contains),
    st.sampled_from([-5, 0, 3]).map(after),
    st.sampled_from([0, 2, 30]).map(days_on),
)
GROUPS = st.lists(CONDITIONS, max_size=3, unique_by=lambda one: one[0])


@given(must=GROUPS, ways=st.lists(GROUPS.filter(bool), max_size=3))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_finds_what_the_groups_say(
    known: list[Customer], alice: Member, must: list[Any], ways: list[list[Any]]
) -> None:
    params = [(name, value) for name, value, _holds in must]
    params += [(filters.OR, urlencode([(name, value) for name, value, _holds in way])) for way in ways]
    found = filters.parse(records.get("customer"), alice.as_actor(), QueryDict(urlencode(params)))
    assert not found.problems
    wanted = {
        one.pk
        for one in known
        if all(holds(one) for _n, _v, holds in must)
        and (not ways or any(all(holds(one) for _n, _v, holds in way) for way in ways))
    }
    assert set(found.query.values_list("pk", flat=True)) == wanted, params
    # What holds can be written down and read again.
    again = filters.parse(records.get("customer"), alice.as_actor(), QueryDict(urlencode(found.params)))
    assert set(again.query.values_list("pk", flat=True)) == wanted


def found_by(member: Member, query: str, record_type: str = "customer") -> tuple[set[str], dict[str, str]]:
    """The names that a filter finds for somebody, and what it left out."""
    found = filters.parse(records.get(record_type), member.as_actor(), QueryDict(query))
    return set(found.query.values_list("name", flat=True)), found.problems


def test_of_a_group_one_bad_condition_leaves_out_the_whole(scope: Any, alice: Member) -> None:
    customers.create(actor=alice, values={"name": "甲", "city": "苏州", "level": "A"})
    customers.create(actor=alice, values={"name": "乙", "city": "上海", "level": "A"})
    names, problems = found_by(alice, urlencode([("or", "city=苏州"), ("or", "level=A&nonsense=1")]))
    assert names == {"甲"}  # what is left of the second group would find both
    assert "nonsense" in " ".join(problems.values())


@pytest.mark.parametrize(
    "query",
    [
        urlencode([("or", "city=苏州")] * 9),
        urlencode({"or": "&".join(["city=苏州"] * 11)}),
        urlencode({"or": "city=" + "x" * 3000}),
        urlencode({"or": urlencode({"or": "city=苏州"})}),
        urlencode({"or": "sort=name"}),
        urlencode({"or": "view=v1"}),
        urlencode({"or": "city=\0"}),
        urlencode({"or": "level__not=Z"}),
        urlencode({"or": "amount__has=1"}),
        "or=%F0%28%8C%28%3D%FF&level__gte=A&city__not=\0",
        urlencode({"tags": ","}),
        urlencode({"next_step_on": "2026-99", "level__not__not": "A"}),
    ],
)
def test_what_is_too_much_or_means_nothing_is_left_out_in_words(scope: Any, alice: Member, query: str) -> None:
    customers.create(actor=alice, values={"name": "甲"})
    names, problems = found_by(alice, query)
    assert names == {"甲"}
    assert problems
    assert all(problems.values())


def test_more_than_fits_is_told_by_a_page_and_refused_by_the_api(
    acme: Any, alice: Member, client: Any, login: Any
) -> None:
    browser = login(client, alice)
    query = urlencode([("or", "city=苏州")] * 9)
    page = browser.get(f"/acme/customers/?{query}")
    assert page.status_code == 200
    assert "最多 8 组" in page.content.decode()
    assert browser.get(f"/acme/api/v1/customers?{query}").status_code == 422


def test_mine_and_my_departments_are_those_of_the_tree_below_me(
    scope: Any, mia: Member, alice: Member, carol: Member
) -> None:
    for person, name in ((mia, "米娅的"), (alice, "爱丽丝的"), (carol, "卡罗的")):
        made = customers.create(actor=alice, values={"name": name}).record
        with writing("parties"):
            Customer.objects.filter(pk=made.pk).update(owner=person)
    reader = carol.as_actor()
    assert found_by(carol, "")[0] == {"米娅的", "爱丽丝的", "卡罗的"}
    assert found_by(carol, "mine=team")[0] == {"卡罗的"}
    assert found_by(mia, "mine=team")[0] == {"米娅的", "爱丽丝的"}
    assert found_by(mia, "mine=1")[0] == {"米娅的"}
    assert found_by(alice, "mine=team")[0] == {"爱丽丝的"}  # the department above is not hers to see
    either = urlencode([("or", "mine=1"), ("or", "city=苏州")])
    assert found_by(carol, either)[0] == {"卡罗的"}
    found = filters.parse(records.get("customer"), reader, QueryDict("mine=team"))
    assert [words for _one, words in filters.describe(found.applied, reader)] == [""]


def test_a_hidden_field_is_no_condition_of_a_group_either(scope: Any, alice: Member, field_hidden: Any) -> None:
    customers.create(actor=alice, values={"name": "甲", "city": "苏州"})
    customers.create(actor=alice, values={"name": "乙", "city": "上海"})
    field_hidden("salesperson", "customer.city")
    names, problems = found_by(Member.objects.get(pk=alice.pk), urlencode([("or", "city=苏州")]))
    assert names == {"甲", "乙"}
    assert problems


def test_a_month_is_a_day_word(scope: Any, alice: Member) -> None:
    made = customers.create(actor=alice, values={"name": "甲"}).record
    with writing("parties"):
        Customer.objects.filter(pk=made.pk).update(next_step_on=date(2026, 11, 30))
    assert found_by(alice, "next_step_on=2026-11")[0] == {"甲"}
    assert found_by(alice, "next_step_on=2026-12")[0] == set()
    assert found_by(alice, "next_step_on__not=2026-12")[0] == {"甲"}
