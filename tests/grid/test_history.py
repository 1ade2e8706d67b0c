"""Undo and redo of whole steps, kept on the server; and what others did in between stays."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.activity.actions import follow_ups
from gucang.grid import queries
from gucang.grid.models import GridChange, GridStep
from gucang.kernel.models import Event
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Contact, Customer
from tests.grid.conftest import Grid


def values(pk: int, inside: Any) -> tuple[str, str]:
    with inside():
        found = Customer.objects.get(pk=pk)
        return found.city, found.level


def test_a_step_of_many_cells_is_taken_back_and_done_again_as_one(
    grid: Grid, firm: Any, alice: Any, inside: Any
) -> None:
    with inside():
        second = customers.create(actor=alice, values={"name": "第二家", "city": "上海"}).record
    answer = grid.send([[firm.pk, 1, {"city": "杭州", "level": "A"}], [second.pk, 1, {"level": "B"}]], kind="paste")
    assert answer["history"]["undo"]["words"] == "粘贴 3 格"
    assert answer["history"]["redo"] is None
    back = grid.turn("undo").json()
    assert [values(firm.pk, inside), values(second.pk, inside)] == [("苏州", ""), ("上海", "")]
    assert {row[0] for row in back["rows"]} == {firm.pk, second.pk}
    assert back["refused"] == []
    grid.turn("redo")
    assert [values(firm.pk, inside), values(second.pk, inside)] == [("杭州", "A"), ("上海", "B")]
    with inside():
        assert Event.objects.filter(name="customer.edit", subject_id=firm.pk).count() == 3


def test_the_steps_are_there_after_the_page_is_loaded_again(grid: Grid, firm: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州"}]])
    page = grid.client.get(f"{grid.url}{grid.query}").content.decode()
    assert "填写 1 格" in page.encode().decode("unicode_escape", "ignore") or "填写 1 格" in page


def test_what_a_colleague_changed_since_stays_and_is_named(grid: Grid, firm: Any, mia: Any, inside: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州", "level": "A"}]])
    with inside():
        customers.edit(firm.pk, actor=mia, values={"city": "南京"})
    answer = grid.turn("undo").json()
    assert [(row, name) for row, name, _say, _theirs in answer["refused"]] == [(firm.pk, "city")]
    assert values(firm.pk, inside) == ("南京", "")
    assert grid.turn("redo").json()["refused"][0][1] == "city"
    assert values(firm.pk, inside) == ("南京", "A")


def test_two_clicks_on_undo_take_back_one_step(grid: Grid, firm: Any, inside: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州"}]])
    grid.send([[firm.pk, 2, {"city": "无锡"}]])
    step = grid.last["history"]["undo"]["id"]
    assert grid.turn("undo", step).status_code == 200
    second = grid.turn("undo", step)
    assert second.status_code == 409
    assert "窗口" in second.json()["sentence"]
    assert values(firm.pk, inside)[0] == "杭州"


def test_an_undo_sent_twice_because_the_line_broke_is_done_once(grid: Grid, firm: Any, inside: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州"}]])
    grid.send([[firm.pk, 2, {"city": "无锡"}]])
    body = {"step": grid.last["history"]["undo"]["id"], "key": str(uuid.uuid4())}
    assert grid.post("undo", body).json() == grid.post("undo", body).json()
    assert values(firm.pk, inside)[0] == "杭州"


def test_rows_that_were_added_go_to_the_bin_and_come_back(grid: Grid, inside: Any) -> None:
    answer = grid.send(news=[["row-00000001", {"name": "新厂"}], ["row-00000002", {"name": "新厂二"}]], kind="paste")
    ids = sorted(answer["made"].values())
    back = grid.turn("undo").json()
    assert sorted(back["gone"]) == ids
    with inside():
        assert not Customer.objects.filter(pk__in=ids).exists()
        assert Customer.with_bin.filter(pk__in=ids).count() == 2
        assert Event.objects.filter(name="customer.delete", actor_kind="member").count() == 2
    again = grid.turn("redo").json()
    assert sorted(row[0] for row in again["rows"]) == ids
    with inside():
        assert Customer.objects.filter(pk__in=ids).count() == 2


def test_a_new_record_on_which_a_colleague_worked_stays(grid: Grid, mia: Any, inside: Any) -> None:
    pk = grid.send(news=[["row-00000001", {"name": "新厂"}]])["made"]["row-00000001"]
    with inside():
        about = {"about_type": "customer", "about_id": pk}
        follow_ups.create(actor=mia, values={"kind": "call", "text": "打过电话", **about})
    answer = grid.turn("undo").json()
    assert answer["gone"] == []
    assert "新厂" in answer["refused"][0][2]
    with inside():
        assert Customer.objects.filter(pk=pk).exists()


def test_taking_back_ones_own_new_row_gives_no_right_to_delete(grid: Grid, firm: Any) -> None:
    grid.send(news=[["row-00000001", {"name": "新厂"}]])
    grid.turn("undo")
    assert grid.client.post(f"/acme/customers/{firm.pk}/delete").status_code == 403


def test_a_new_step_forgets_what_waited_to_be_done_again(grid: Grid, firm: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州"}]])
    grid.turn("undo")
    assert grid.last["history"]["redo"] is not None
    answer = grid.send([[firm.pk, 3, {"city": "无锡"}]])
    assert answer["history"]["redo"] is None


def test_nobody_undoes_the_step_of_somebody_else(grid: Grid, grid_of: Any, mia: Any, firm: Any, inside: Any) -> None:
    grid.send([[firm.pk, 1, {"city": "杭州"}]])
    other = grid_of(mia)
    assert other.turn("undo", grid.last["history"]["undo"]["id"]).status_code == 409
    assert "杭州" in values(firm.pk, inside)


def test_references_are_put_back(grid: Grid, firm: Any, alice: Any, inside: Any) -> None:
    with inside():
        other = customers.create(actor=alice, values={"name": "东海化工"}).record
        people = [contacts.create(actor=alice, values={"name": f"人{n}", "customer": firm.pk}).record for n in range(8)]
    grid.url, grid.query = "/acme/contacts/grid", "?columns=name&columns=customer"
    grid.send([[one.pk, 1, {"customer": "东海化工"}] for one in people], kind="fill")
    grid.turn("undo")
    with inside():
        assert Contact.objects.filter(customer=firm).count() == 8
        assert not Contact.objects.filter(customer=other).exists()


def test_a_cell_that_was_refused_is_no_part_of_the_step(grid: Grid, firm: Any, inside: Any) -> None:
    answer = grid.send([[firm.pk, 1, {"city": "杭州", "level": "Z"}]])
    assert answer["history"]["undo"]["words"] == "填写 1 格"
    assert grid.send([[firm.pk, 2, {"level": "Z"}]])["history"]["undo"] == answer["history"]["undo"]


def test_a_long_step_is_taken_back_in_parts(grid: Grid, alice: Any, inside: Any, monkeypatch: Any) -> None:
    from gucang.grid import history

    with inside():
        firms = [customers.create(actor=alice, values={"name": f"厂{n}", "city": "苏州"}).record for n in range(5)]
    step = str(uuid.uuid4())
    grid.send([[one.pk, 1, {"city": "杭州"}] for one in firms[:3]], step=step, part=0)
    answer = grid.send([[one.pk, 1, {"city": "杭州"}] for one in firms[3:]], step=step, part=1)
    assert answer["history"]["undo"]["words"] == "填写 5 格"
    monkeypatch.setattr(history, "AT_ONCE", 2)
    rounds = 0
    while True:
        rounds += 1
        if not grid.turn("undo").json()["more"]:
            break
    assert rounds == 3
    with inside():
        assert Customer.objects.filter(city="苏州").count() == 5


def test_only_so_many_steps_are_kept(grid: Grid, firm: Any, inside: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries, "KEPT", 3)
    for n in range(5):
        grid.send([[firm.pk, n + 1, {"city": f"城{n}"}]])
    with inside():
        assert GridStep.objects.count() == 3
        assert GridChange.objects.count() == 3


def test_undo_asks_the_same_for_two_cells_and_for_many(grid: Grid, firm: Any) -> None:
    def asked(cells: dict[str, str], version: int) -> int:
        grid.send([[firm.pk, version, cells]])
        with CaptureQueriesContext(connection) as found:
            grid.turn("undo")
        return len(found)

    assert asked({"city": "无锡", "level": "A", "phone": "13900139000", "name": "甲"}, 3) <= asked({"city": "甲"}, 5)
