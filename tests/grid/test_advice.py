"""New rows that look like what is there: said beside the row, with nothing that the person may not see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.grid import advising, jobs, queries
from gucang.grid.models import GridChange, GridStep
from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import leads
from tests.grid.conftest import Grid


def add(grid: Grid, **values: str) -> int:
    """Add one row; the id of its record."""
    answer = grid.send((), [["new-row-1", values]])
    assert answer["refused"] == []
    return int(answer["made"]["new-row-1"])


def alike(grid: Grid, *ids: int) -> dict[str, list[list[str]]]:
    response = grid.client.get(f"{grid.url}/advise", {"of": ",".join(map(str, ids))})
    assert response.status_code == 200, response.content.decode()
    return dict(response.json()["alike"])


def test_a_new_row_like_a_customer_that_is_there_is_saved_and_said(grid: Grid, firm: Any, inside: Any) -> None:
    pk = add(grid, name="苏州恒力精密有限公司")
    assert alike(grid, pk) == {str(pk): [["名称相近", "恒力精密", "负责人是Alice", f"/acme/customers/{firm.pk}"]]}
    with inside():
        assert Customer.objects.count() == 2


def test_new_leads_are_told_of_customers_and_of_leads_that_the_person_sees(
    grid_of: Callable[..., Grid], alice: Any, bob: Any, firm: Any, inside: Any
) -> None:
    with inside():
        mine = leads.create(actor=alice, values={"name": "宁波远航物流", "phone": "13912345678"}).record
        leads.create(actor=bob, values={"name": "宁波远航物流有限公司", "phone": "13912345678"})
    grid = grid_of(alice, url="/acme/leads/grid", query="?columns=name&columns=phone")
    pk = add(grid, name="苏州恒力精密有限公司")
    assert alike(grid, pk) == {str(pk): [["名称相近", "恒力精密", "负责人是Alice", f"/acme/customers/{firm.pk}"]]}
    again = add(grid, name="完全另一家", phone="13912345678")
    assert alike(grid, again) == {str(again): [["电话相同的线索", "宁波远航物流", "Alice", f"/acme/leads/{mine.pk}"]]}
    assert alike(grid, add(grid, name="宁波远航物流有限公司"))
    assert alike(grid, add(grid, name="无锡双象超纤", phone="13900139000")) == {}


def test_of_a_customer_that_is_not_visible_only_name_and_owner_are_said(
    grid_of: Callable[..., Grid], bob: Any, firm: Any
) -> None:
    grid = grid_of(bob)
    pk = add(grid, name="完全另一家", phone="13800138000")
    assert alike(grid, pk) == {str(pk): [["电话相同", "恒力精密", "负责人是Alice", ""]]}


def test_a_row_that_is_like_nothing_is_not_like_itself(grid: Grid, firm: Any) -> None:
    assert alike(grid, add(grid, name="无锡双象超纤", phone="13900139000")) == {}


def test_two_rows_of_one_paste_are_told_of_each_other(grid: Grid) -> None:
    answer = grid.send((), [["new-row-1", {"name": "宁波远航物流"}], ["new-row-2", {"name": "宁波远航物流"}]])
    first, second = answer["made"].values()
    found = alike(grid, first, second)
    assert found[str(first)][0][3] == f"/acme/customers/{second}"
    assert found[str(second)][0][3] == f"/acme/customers/{first}"


def test_only_ones_own_new_rows_can_be_asked_about(
    grid: Grid, grid_of: Callable[..., Grid], mia: Any, firm: Any, inside: Any
) -> None:
    pk = add(grid, name="恒力精密机械")
    assert str(pk) in alike(grid, pk)
    assert alike(grid, firm.pk) == {}  # there is one like it, but she did not add it here
    assert alike(grid_of(mia), pk) == {}  # the department head sees it, and did not add it


def test_nobody_asks_across_companies(
    grid: Grid, grid_of: Callable[..., Grid], firm: Any, dan: Any, other: Any
) -> None:
    mine = add(grid, name="恒力精密机械")
    theirs = grid_of(dan)
    theirs.url = "/other/customers/grid"
    assert alike(theirs, mine) == {}
    assert alike(theirs, add(theirs, name="恒力精密")) == {}


def setup(grid: Grid) -> dict[str, Any]:
    """What the page tells its script."""
    page = grid.client.get(grid.url + grid.query).content.decode()
    found = re.search(r'id="grid-setup">(.*?)</script>', page, re.S)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


@pytest.mark.parametrize("of", ["", "x", "-1", "1" * 30, "1,2;3", ",,,"])
def test_what_is_no_list_of_ids_finds_nothing(grid: Grid, firm: Any, of: str) -> None:
    assert grid.client.get(f"{grid.url}/advise", {"of": of}).json() == {"alike": {}}
    assert len(advising.read(",".join(["7"] * 400))) == advising.AT_ONCE


def test_a_list_without_advisers_asks_nothing(grid: Grid, firm: Any) -> None:
    grid.url = "/acme/tasks/grid"
    with CaptureQueriesContext(connection) as found:
        assert alike(grid, firm.pk) == {}
    assert not any("grid_gridchange" in one["sql"] for one in found)


# --- what is remembered of the columns -------------------------------------------------------------------------------


def test_columns_are_as_wide_the_next_time(grid: Grid, firm: Any, grid_of: Callable[..., Grid], mia: Any) -> None:
    response = grid.client.post(f"{grid.url}/widths", {"widths": "name:300,city:20,no such:1,phone:9999,level:900"})
    assert response.status_code == 204
    assert setup(grid)["widths"] == {"name": 300, "city": 48, "level": 800}
    grid.client.post(f"{grid.url}/widths", {"widths": "city:120"})
    kept = setup(grid)["widths"]
    assert (kept["name"], kept["city"]) == (300, 120)
    assert 'width="300"' not in grid.client.get(f"/acme/customers/{grid.query}").content.decode()
    assert setup(grid_of(mia))["widths"] == {}
    grid.url = "/acme/contacts/grid"
    assert setup(grid)["widths"] == {}


def test_a_width_is_only_kept_by_a_post_of_who_has_a_grid(grid: Grid, grid_of: Callable[..., Grid], carol: Any) -> None:
    assert grid.client.get(f"{grid.url}/widths").status_code == 409
    assert grid_of(carol).client.post(f"{grid.url}/widths", {"widths": "name:100"}).status_code == 403


# --- what is offered in cells of several words -----------------------------------------------------------------------


def test_tags_offered_are_those_of_visible_customers(
    grid: Grid, grid_of: Callable[..., Grid], firm: Any, bob: Any, inside: Any
) -> None:
    with inside():
        customers.edit(firm, actor=firm.owner, values={"tags": ["老客户", "展会"]})
        customers.create(actor=firm.owner, values={"name": "又一家", "tags": ["展会"]})

    def offered(one: Grid) -> list[str]:
        one.query = "?columns=name&columns=tags"
        column = next(column for column in setup(one)["columns"] if column["name"] == "tags")
        assert column["many"]
        return [text for text, _find in column["choices"]]

    assert offered(grid) == ["展会", "老客户"]
    assert offered(grid_of(bob)) == []


# --- undo does not reach back for ever -------------------------------------------------------------------------------


def test_old_steps_go_every_night_and_the_log_stays(
    grid: Grid, grid_of: Callable[..., Grid], firm: Any, inside: Any, mia: Any, monkeypatch: Any, other: Any, dan: Any
) -> None:
    elsewhere = grid_of(dan)
    elsewhere.url = "/other/customers/grid"
    with clock.at(clock.now() - timedelta(days=jobs.KEPT_DAYS + 1)):
        grid.send([[firm.pk, 1, {"city": "杭州"}]])
        add(elsewhere, name="别家的")
    for n in range(4):
        grid.send([[firm.pk, 2 + n, {"city": f"城{n}"}]])
        grid_of(mia).send([[firm.pk, 2 + n, {"level": "AB"[n % 2]}]])
    monkeypatch.setattr(queries, "KEPT", 2)
    with inside():
        events = Event.objects.count()
        jobs.sweep()
        left = GridStep.objects.order_by("id")
        assert [step.member.name for step in left if step.member_id == mia.pk] == ["Mia", "Mia"]
        assert left.filter(member=firm.owner).count() == 2
        assert not GridStep.objects.filter(made_at__lt=clock.now() - timedelta(days=jobs.KEPT_DAYS)).exists()
        assert set(GridChange.objects.values_list("step_id", flat=True)) == {step.pk for step in left}
        assert Event.objects.count() == events
    with company_scope(other):
        assert GridStep.objects.count() == 1
