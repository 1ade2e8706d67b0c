"""Rows that go into the bin from the grid, and come back: by whom, which ones, and once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import pytest

from gucang.grid.models import GridStep
from gucang.kernel.models import Event
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.grid.conftest import Grid


def take_out(grid: Grid, *rows: int, step: str = "", part: int = 0) -> Any:
    response = grid.post("remove", {"step": step or str(uuid.uuid4()), "part": part, "rows": rows})
    if response.status_code == 200:
        grid.last = response.json()
    return response


@pytest.fixture
def hers(grid_of: Any, mia: Any) -> Grid:
    """The grid of Alice's manager, who may delete customers of her people."""
    return grid_of(mia)


@pytest.fixture
def firms(inside: Any, alice: Any) -> list[int]:
    """Three customers of Alice's."""
    with inside():
        return [customers.create(actor=alice, values={"name": f"{n}号厂"}).record.pk for n in (1, 2, 3)]


def there(inside: Any, ids: Iterable[int]) -> list[int]:
    with inside():
        return list(Customer.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def test_rows_go_to_the_bin_come_back_and_go_again_as_one_step(hers: Grid, firms: list[int], inside: Any) -> None:
    answer = take_out(hers, *firms[:2]).json()
    assert sorted(answer["gone"]) == firms[:2]
    assert answer["history"]["undo"]["words"] == "删除 2 行"
    assert there(inside, firms) == firms[2:]
    with inside():
        assert Customer.with_bin.filter(pk__in=firms).count() == 3
        assert Event.objects.filter(name="customer.delete").count() == 2
    back = hers.turn("undo").json()
    assert sorted(row[0] for row in back["rows"]) == firms[:2]
    assert there(inside, firms) == firms
    again = hers.turn("redo").json()
    assert sorted(again["gone"]) == firms[:2]
    assert there(inside, firms) == firms[2:]


def test_the_same_part_sent_twice_is_done_once(hers: Grid, firms: list[int], inside: Any) -> None:
    step = str(uuid.uuid4())
    first, second = (take_out(hers, firms[0], step=step).json() for _ in range(2))
    assert first["gone"] == second["gone"] == [firms[0]]
    with inside():
        assert Event.objects.filter(name="customer.delete").count() == 1
        assert GridStep.objects.get(key=step).cells == 1


def test_two_parts_are_one_step(hers: Grid, firms: list[int], inside: Any) -> None:
    step = str(uuid.uuid4())
    take_out(hers, firms[0], step=step)
    answer = take_out(hers, firms[1], step=step, part=1).json()
    assert answer["history"]["undo"]["words"] == "删除 2 行"
    hers.turn("undo")
    assert there(inside, firms) == firms


def test_who_may_not_delete_has_no_button_and_is_refused(grid: Grid, hers: Grid, firms: list[int], inside: Any) -> None:
    assert "data-grid-remove" not in grid.client.get(f"{grid.url}{grid.query}").content.decode()
    assert "data-grid-remove" in hers.client.get(f"{hers.url}{hers.query}").content.decode()
    assert take_out(grid, *firms).status_code == 403
    assert there(inside, firms) == firms


def test_what_a_person_does_not_see_stays_and_nothing_tells_that_it_is_there(
    grid_of: Any, hers: Grid, firms: list[int], adam: Any, inside: Any
) -> None:
    with inside():
        hidden = customers.create(actor=adam, values={"name": "别人的"}).record.pk
    answer = take_out(hers, hidden, firms[0], 2**40).json()
    assert answer["gone"] == [firms[0]]
    said = {row: sentence for row, _name, sentence, _theirs in answer["refused"]}
    assert set(said) == {hidden, 2**40}
    assert said[hidden] == said[2**40], "what is hidden and what there never was are told alike"
    assert answer["rows"] == []
    assert there(inside, [hidden]) == [hidden]


def test_what_somebody_else_deleted_since_is_not_brought_back(
    hers: Grid, firms: list[int], adam: Any, inside: Any
) -> None:
    take_out(hers, *firms[:2])
    with inside():
        customers.restore(firms[0], actor=adam)
        customers.delete(firms[0], actor=adam)
    answer = hers.turn("undo").json()
    assert [row[0] for row in answer["rows"]] == [firms[1]]
    assert answer["refused"][0][0] == firms[0]
    assert there(inside, firms) == firms[1:]


def test_nobody_brings_back_what_another_person_deleted(
    hers: Grid, grid_of: Any, firms: list[int], adam: Any, inside: Any
) -> None:
    take_out(hers, firms[0])
    assert grid_of(adam).turn("undo", hers.last["history"]["undo"]["id"]).status_code == 409
    assert there(inside, firms) == firms[1:]


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{", '{"step": "x"}', '{"step": "12345678", "part": 0, "rows": 7}',
        '{"step": "12345678", "part": 0, "rows": ["1"]}', '{"step": "12345678", "part": -1, "rows": []}',
        json.dumps({"step": "12345678", "part": 0, "rows": list(range(1, 102))}),
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused_in_words(hers: Grid, firms: list[int], body: str, inside: Any) -> None:
    response = hers.post("remove", body)
    assert response.status_code in (400, 422)
    assert response.json()["sentence"]
    assert there(inside, firms) == firms
