"""What the grid saves, refuses and shows; and that it is no way around anybody's rights."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.customfields import actions as custom_fields
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Contact, Customer
from gucang.selling.actions import opportunities
from gucang.views import actions as views
from tests.grid.conftest import Grid

LONG = "长" * 30_000


def sentence(answer: dict[str, Any], place: int = 0) -> str:
    return str(answer["refused"][place][2])


def test_a_cell_is_saved_with_one_event_and_comes_back_as_it_is_written(grid: Grid, firm: Any, inside: Any) -> None:
    answer = grid.send([[firm.pk, 1, {"city": "  杭州 ", "level": "A"}]])
    assert answer["refused"] == []
    assert answer["rows"] == [[firm.pk, 2, ["恒力精密", "杭州", "A", "138 0013 8000"], {}, ""]]
    with inside():
        events = Event.objects.filter(subject_id=firm.pk, name="customer.edit")
        assert [event.changes for event in events] == [{"city": ["苏州", "杭州"], "level": ["", "A"]}]


def test_a_refused_cell_does_not_stop_the_others_of_its_row(grid: Grid, firm: Any) -> None:
    answer = grid.send([[firm.pk, 1, {"city": "杭州", "level": "Z", "phone": "12"}]])
    assert {name for _row, name, _say, _theirs in answer["refused"]} == {"level", "phone"}
    assert answer["rows"][0][2] == ["恒力精密", "杭州", "", "138 0013 8000"]


def test_what_the_record_itself_refuses_does_not_stop_the_other_cells(grid: Grid, firm: Any, inside: Any) -> None:
    with inside():
        customers.create(actor=firm.owner, values={"name": "另一家", "credit_code": "91350100M000100Y43"})
    grid.query = "?columns=name&columns=city&columns=credit_code"
    answer = grid.send([[firm.pk, 1, {"city": "杭州", "credit_code": "91350100M000100Y43"}]])
    assert [one[1] for one in answer["refused"]] == ["credit_code"]
    assert answer["rows"][0][2][1] == "杭州"


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("2026年11月3日", "2026-11-03"),
        ("２０２６－１１－０３", "2026-11-03"),
        ("2026/11/3", "2026-11-03"),
    ],
)
def test_chinese_dates_and_full_width_digits_are_understood(
    grid: Grid, firm: Any, inside: Any, typed: str, stands: str
) -> None:
    with inside():
        deal = opportunities.create(actor=firm.owner, values={"name": "单子", "customer": firm.pk}).record
    grid.url, grid.query = "/acme/opportunities/grid", "?columns=name&columns=closes_on&columns=amount"
    answer = grid.send([[deal.pk, 1, {"closes_on": typed, "amount": "￥１，２００．５"}]])
    assert answer["refused"] == []
    assert answer["rows"][0][2][1:3] == [stands, "1200.50"]


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("closes_on", "2026-02-30", "2026-02-30"),
        ("closes_on", "=TODAY()", "公式"),
        ("amount", "=A1*2", "公式"),
        ("amount", "#####", "####"),
        ("amount", "很多", "很多"),
        ("name", LONG, "64 KB"),
        ("customer", "没有这家", "没有这家"),
        ("nonsense", "1", "nonsense"),
        ("stage", "1", "stage"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(
    grid: Grid, firm: Any, inside: Any, name: str, typed: str, word: str
) -> None:
    with inside():
        deal = opportunities.create(actor=firm.owner, values={"name": "单子", "customer": firm.pk}).record
    grid.url, grid.query = "/acme/opportunities/grid", "?columns=name&columns=closes_on&columns=amount"
    answer = grid.send([[deal.pk, 1, {name: typed}]])
    assert [one[0] for one in answer["refused"]] == [deal.pk]
    assert word in sentence(answer)
    assert answer["rows"][0][1] == 1


def test_a_formula_in_a_text_cell_is_text(grid: Grid, firm: Any) -> None:
    answer = grid.send([[firm.pk, 1, {"city": "'=SUM(A1)"}]])
    assert answer["rows"][0][2][1] == "=SUM(A1)"


def test_a_name_means_the_record_it_means_in_an_import(grid: Grid, firm: Any, inside: Any) -> None:
    with inside():
        for _ in range(2):
            customers.create(actor=firm.owner, values={"name": "双子星"})
        contact = contacts.create(actor=firm.owner, values={"name": "李工", "customer": firm.pk}).record
        other = customers.create(actor=firm.owner, values={"name": "东海化工"}).record
    grid.url, grid.query = "/acme/contacts/grid", "?columns=name&columns=customer"
    answer = grid.send([[contact.pk, 1, {"customer": "双子星"}]])
    assert "双子星" in sentence(answer)
    assert "编号" in sentence(answer)
    answer = grid.send([[contact.pk, 1, {"customer": "东海化工"}]])
    assert answer["rows"][0][2] == ["李工", "东海化工"]
    answer = grid.send([[contact.pk, 2, {"customer": {"id": firm.pk}}]])
    assert answer["rows"][0][2] == ["李工", "恒力精密"]
    with inside():
        assert Contact.objects.get(pk=contact.pk).customer_id == firm.pk != other.pk


def test_new_rows_become_records_or_say_what_is_missing(grid: Grid, alice: Any, inside: Any) -> None:
    news = [
        ["row-00000001", {"name": "新厂一", "city": "无锡"}],
        ["row-00000002", {"city": "常州"}],
        ["row-00000003", {"name": "新厂三", "level": "Z"}],
    ]
    answer = grid.send(news=news, kind="paste")
    assert list(answer["made"]) == ["row-00000001"]
    assert {(row, name) for row, name, _say, _theirs in answer["refused"]} == {
        ("row-00000002", "name"), ("row-00000003", "level"),
    }  # fmt: skip
    with inside():
        assert [(one.name, one.owner_id) for one in Customer.objects.all()] == [("新厂一", alice.pk)]
        assert Event.objects.filter(name="customer.create").count() == 1


def test_a_part_sent_twice_is_done_once_and_answers_the_same(grid: Grid, firm: Any, inside: Any) -> None:
    parcel = {"step": "5" * 36, "part": 0, "kind": "paste", "news": [["row-00000001", {"name": "只有一家"}]],
              "edits": [[firm.pk, 1, {"city": "杭州"}]]}  # fmt: skip
    first, second = grid.post("save", parcel).json(), grid.post("save", parcel).json()
    assert first == second
    with inside():
        assert Customer.objects.filter(name="只有一家").count() == 1
        assert Event.objects.filter(name__startswith="customer.").count() == 3
    changed = json.loads(json.dumps(parcel)) | {"news": []}
    assert grid.post("save", changed).status_code == 422


def test_a_colleagues_change_meanwhile_is_shown_beside_ones_own(grid: Grid, firm: Any, mia: Any, inside: Any) -> None:
    with inside():
        customers.edit(firm.pk, actor=mia, values={"city": "南京", "level": "B"})
    answer = grid.send([[firm.pk, 1, {"city": "杭州", "level": "B", "phone": "13900139000"}]])
    assert [(name, theirs) for _row, name, _say, theirs in answer["refused"]] == [("city", "南京")]
    assert "Mia" in sentence(answer)
    assert answer["rows"][0][2] == ["恒力精密", "南京", "B", "139 0013 9000"]
    answer = grid.send([[firm.pk, answer["rows"][0][1], {"city": "杭州"}]])
    assert answer["refused"] == []


def test_ones_own_change_meanwhile_is_not_in_the_way(grid: Grid, firm: Any, alice: Any, inside: Any) -> None:
    with inside():
        customers.edit(firm.pk, actor=alice, values={"city": "南京"})
    assert grid.send([[firm.pk, 1, {"city": "杭州"}]])["refused"] == []


# --- rights ---


def test_who_may_not_edit_has_no_grid(grid_of: Any, carol: Any, firm: Any) -> None:
    reader = grid_of(carol)
    assert reader.client.get("/acme/customers/").status_code == 200
    assert "grid" not in reader.client.get("/acme/customers/").content.decode()
    assert reader.client.get(reader.url).status_code == 403
    assert reader.post("save", {}).status_code == 403
    assert reader.client.get(f"{reader.url}/rows").status_code == 403


def test_a_masked_cell_is_locked_and_a_hidden_column_is_not_there(
    grid_of: Any, bob: Any, firm: Any, inside: Any
) -> None:
    from gucang.accounts.actions import roles
    from gucang.accounts.models import Role

    with inside():
        rights = {"customer.view": "company", "customer.edit": "company"}
        masked = {"customer.phone": {"inside": "masked"}, "customer.city": {"inside": "hidden"}}
        _rights(Role.objects.get(key="salesperson"), rights, masked, system(), roles)
    grid = grid_of(bob)
    page = grid.client.get(f"{grid.url}{grid.query}").content.decode()
    text = json.dumps(grid.rows(), ensure_ascii=False)
    for travelled in (page, text):
        assert "0013" not in travelled
        assert "苏州" not in travelled
    row = grid.row(firm.pk)
    assert row[2][-1] == "138****8000"
    assert row[3] == {"2": "masked"}
    answer = grid.send([[firm.pk, 1, {"phone": "13900139000", "city": "杭州"}]])
    assert {one[1] for one in answer["refused"]} == {"phone", "city"}
    assert "0013" not in json.dumps(answer, ensure_ascii=False)
    with inside():
        assert Customer.objects.get(pk=firm.pk).phone == "+8613800138000"


def _rights(role: Any, rights: Any, fields: Any, actor: Any, roles: Any) -> None:
    """Give a role other rights, straight: the page that does so is tested elsewhere."""
    with writing("accounts"):
        role.grants = {**role.grants, **rights}
        role.field_rules = {**role.field_rules, **fields}
        role.save()


def test_a_row_that_is_not_visible_is_neither_read_nor_written(grid_of: Any, bob: Any, firm: Any, inside: Any) -> None:
    grid = grid_of(bob)
    assert grid.rows() == []
    answer = grid.send([[firm.pk, 1, {"city": "杭州"}]])
    assert answer["rows"] == []
    assert [one[0] for one in answer["refused"]] == [firm.pk]
    with inside():
        assert Customer.objects.get(pk=firm.pk).city == "苏州"


def test_another_companys_rows_are_not_there(grid_of: Any, dan: Any, alice: Any, firm: Any, other: Any) -> None:
    with company_scope(other):
        theirs = customers.create(actor=dan, values={"name": "别家的客户"}).record
    ours = grid_of(alice)
    assert [one[0] for one in ours.send([[theirs.pk, 1, {"city": "杭州"}]])["refused"]] == [theirs.pk]
    stranger = grid_of(dan)
    assert stranger.post("save", {}).status_code == 404
    own = grid_of(dan, url="/other/customers/grid")
    assert own.send([[firm.pk, 1, {"city": "杭州"}]])["rows"] == []
    own.url, own.query = "/other/contacts/grid", "?columns=name&columns=customer"
    answer = own.send(news=[["row-00000001", {"name": "甲", "customer": {"id": firm.pk}}]])
    assert answer["made"] == {}
    with company_scope(other):
        assert Customer.objects.get(pk=theirs.pk).city == ""


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"step": 1}', '{"step": "short", "part": 0, "kind": "type"}',
     '{"step": "12345678", "part": 0, "kind": "nonsense"}', '{"step": "12345678", "part": -1, "kind": "type"}',
     '{"step": "12345678", "part": 0, "kind": "type", "edits": [[1, 1, {"a": {"id": "x"}}]]}',
     '{"step": "12345678", "part": 0, "kind": "type", "edits": [[1, 1, {}], [1, 1, {}]]}'],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(grid: Grid, body: str) -> None:
    assert grid.post("save", body).status_code == 422
    assert grid.post("undo", body).status_code == 422


def test_more_than_fits_is_refused_as_a_whole(grid: Grid, firm: Any) -> None:
    many = [[f"row-{n:08}", {"name": f"n{n}"}] for n in range(501)]
    response = grid.post("save", {"step": "12345678", "part": 0, "kind": "paste", "news": many})
    assert response.status_code == 422
    assert "500" in response.json()["sentence"]
    response = grid.post("save", json.dumps({"step": "1" * 3_000_000}))
    assert response.status_code == 413
    assert "2 MB" in response.json()["sentence"]


def test_a_get_changes_nothing_and_a_post_needs_the_token(grid: Grid, alice: Any, login: Any) -> None:
    from django.test import Client

    assert grid.client.get(f"{grid.url}/save").status_code == 409
    strict = login(Client(enforce_csrf_checks=True), alice)
    assert strict.post(f"{grid.url}/save", "{}", content_type="application/json").status_code == 403


# --- what is shown ---


def test_the_grid_has_the_filters_order_and_columns_of_the_list(grid: Grid, firm: Any, inside: Any) -> None:
    with inside():
        for name in ("乙公司", "甲公司"):
            customers.create(actor=firm.owner, values={"name": name, "city": "上海"})
    query = "?city=上海&sort=name&columns=name&columns=city"
    assert [row[2] for row in grid.rows(query)] == [["甲公司", "上海"], ["乙公司", "上海"]]
    listed = grid.client.get(f"/acme/customers/{query}").content.decode()
    assert "/acme/customers/grid?city=%E4%B8%8A%E6%B5%B7" in listed


def test_own_fields_are_columns_like_any_other(grid: Grid, firm: Any, inside: Any) -> None:
    own_field(inside, key="staff", label_zh="员工数", kind="integer")
    grid.query = "?columns=name&columns=extra.staff"
    answer = grid.send([[firm.pk, 1, {"extra.staff": "１２０"}]])
    assert answer["rows"][0][2] == ["恒力精密", "120"]
    answer = grid.send([[firm.pk, 2, {"extra.staff": "多"}]])
    assert [one[1] for one in answer["refused"]] == ["extra.staff"]


@pytest.mark.parametrize(
    ("made", "typed", "stands"),
    [
        ({"kind": "choices", "options": "甲\n乙\n丙"}, "丙、甲", "甲、丙"),
        ({"kind": "choice", "options": "大\n小"}, "小", "小"),
        ({"kind": "date"}, "2026年11月3日", "2026-11-03"),
        ({"kind": "money"}, "￥１．５万", "15000"),
        ({"kind": "boolean"}, "是", "是"),
        ({"kind": "member"}, "Bob", "Bob"),
        ({"kind": "reference", "target": "customer"}, "恒力精密", "恒力精密"),
    ],
    ids=lambda one: one["kind"] if isinstance(one, dict) else "",
)
def test_every_kind_of_own_field_is_written_and_taken_back(
    grid: Grid, firm: Any, bob: Any, inside: Any, made: dict[str, Any], typed: str, stands: str
) -> None:
    own_field(inside, key="mine", label_zh="自有", **made)
    grid.query = "?columns=name&columns=extra.mine"
    empty = grid.row(firm.pk)[2][1]
    answer = grid.send([[firm.pk, 1, {"extra.mine": typed}]])
    assert answer["refused"] == []
    assert answer["rows"][0][2][1] == stands
    assert grid.turn("undo").json()["refused"] == []
    assert grid.row(firm.pk)[2][1] in (empty, "否")
    assert grid.turn("redo").json()["refused"] == []
    assert grid.row(firm.pk)[2][1] == stands


def test_a_formula_is_shown_and_never_written(grid: Grid, firm: Any, inside: Any) -> None:
    own_field(inside, key="letters", label_zh="字数", kind="formula", formula="LEN([name])")
    grid.query = "?columns=name&columns=extra.letters"
    answer = grid.send([[firm.pk, 1, {"extra.letters": "9"}]])
    assert [one[1] for one in answer["refused"]] == ["extra.letters"]
    assert answer["rows"][0][2][1] == "4"


def own_field(inside: Any, **values: Any) -> None:
    with inside():
        custom_fields.create(actor=system(), values={"record_type": "customer", **values})


def test_rows_come_in_chunks_by_place(grid: Grid, alice: Any, inside: Any, monkeypatch: Any) -> None:
    from gucang.grid import screens

    monkeypatch.setattr(screens, "CHUNK", 2)
    with inside():
        for n in range(5):
            customers.create(actor=alice, values={"name": f"第{n}家"})
    seen, after = [], ""
    for _ in range(3):
        answer = grid.client.get(f"{grid.url}/rows{grid.query}&after={after}").json()
        seen += [row[2][0] for row in answer["rows"]]
        after = answer["next"]
    assert seen == [f"第{n}家" for n in (4, 3, 2, 1, 0)]
    assert after == ""


def test_more_cells_cost_no_more_statements(grid: Grid, firm: Any, inside: Any) -> None:
    def asked(values: dict[str, str], version: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            grid.send([[firm.pk, version, values]])
        return len(found)

    one = asked({"city": "杭州"}, 1)
    many = asked({"city": "无锡", "level": "A", "phone": "13900139000", "name": "恒力精密机械"}, 2)
    assert many <= one


def test_more_new_rows_with_names_cost_no_more_statements(grid: Grid, firm: Any, inside: Any) -> None:
    with inside():
        for n in range(20):
            customers.create(actor=firm.owner, values={"name": f"厂{n}"})
    grid.url, grid.query = "/acme/contacts/grid", "?columns=name&columns=customer"

    def asked(rows: range) -> int:
        with CaptureQueriesContext(connection) as found:
            answer = grid.send(news=[[f"row-{n:08}", {"name": f"人{n}", "customer": f"厂{n}"}] for n in rows])
        assert len(answer["made"]) == len(rows)
        return len(found)

    first, later = asked(range(2)), asked(range(2, 20))
    assert later <= first


def test_a_record_that_a_form_alone_cannot_make_has_no_new_rows(grid: Grid, alice: Any, inside: Any) -> None:
    with inside():
        view = views.create(actor=alice, values={"name": "我的", "record_type": "customer", "query": ""}).record
    grid.url, grid.query = "/acme/views/grid", "?columns=name"
    assert grid.send([[view.pk, 1, {"name": "我的客户"}]])["refused"] == []
    row = ["row-00000001", {"name": "x"}]
    response = grid.post("save", {"step": "12345678", "part": 0, "kind": "type", "news": [row]})
    assert response.status_code == 403
