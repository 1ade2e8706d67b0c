"""The administrator's pages of own types, and the generic pages of their records."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member, Role
from gucang.activity.actions import tasks
from gucang.customtypes import actions
from gucang.customtypes.models import CustomType
from gucang.kernel import records
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.contracts.world import words_of
from tests.customtypes.conftest import add_field

Login = Callable[[Client, Member], Client]
LIST = "/acme/own-equipment/"
NEW = {
    "name_zh": "合同", "name_en": "contract", "plural_en": "contracts", "key": "", "icon": "signature",
    "has_owner": "1", "of_customer": "1", "of_opportunity": "1", "number_rule": "HT{yy}-{seq:03}", "day_zh": "到期",
    "stage-0-place": "2", "stage-0-zh": "已签", "stage-0-tone": "ok", "stage-0-closed": "1",
    "stage-1-place": "1", "stage-1-zh": "起草", "stage-1-en": "Draft",
}  # fmt: skip


def page_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return words_of(answer.content.decode())


def make_machine(acme: Company, by: Member, **values: Any) -> Any:
    with company_scope(acme):
        kind = records.get("own_equipment")
        assert kind.create is not None
        return kind.create(actor=by, values={"name": "一号注塑机", **values}).record


def test_an_administrator_makes_a_type_on_one_page(acme: Company, adam: Member, login: Login) -> None:
    client = login(Client(), adam)
    assert "还没有自建类型" in page_of(client, "/acme/record-types/")
    with company_scope(acme):
        sales = Role.objects.get(key="salesperson")
    answer = client.post("/acme/record-types/new", NEW | {f"role-{sales.pk}": "own"})
    assert answer.status_code == 302
    with company_scope(acme):
        kind = records.get("own_contract")
        assert [choice for choice, _label in kind.specs["stage"].choices] == ["draft", "yiqian"]
        assert kind.concerns == ("customer", "opportunity")
        sales.refresh_from_db()
        assert sales.grants["own_contract.edit"] == "own"
        names = list(
            Event.objects.filter(name__startswith="record_type.").order_by("id").values_list("name", flat=True)
        )
        assert names == ["record_type.create", "record_type.set_stages", "record_type.give"]
    page = page_of(client, answer.url)
    assert "合同" in page
    assert "起草" in page
    assert "合同" in page_of(client, "/acme/record-types/")
    assert "自建" in page_of(client, "/acme/")


def test_icons_are_called_by_what_they_show(
    kept_machines: CustomType, acme: Company, adam: Member, login: Login
) -> None:
    client = login(Client(), adam)
    assert 'aria-label="成套工具"' in client.get("/acme/record-types/new").content.decode()
    with company_scope(acme):
        actions.edit(kept_machines.pk, actor=adam, values={"icon": "device-mobile"})
    page = page_of(client, f"/acme/record-types/{kept_machines.pk}")
    assert "成套工具" in page, "in its history"
    assert "手机" in page
    assert "device-mobile" not in page
    client.cookies["django_language"] = "en"
    assert "Mobile phone" in page_of(client, f"/acme/record-types/{kept_machines.pk}")


def test_what_is_wrong_stays_on_the_form_and_nothing_is_made(acme: Company, adam: Member, login: Login) -> None:
    client = login(Client(), adam)
    answer = client.post("/acme/record-types/new", NEW | {"stage-1-zh": "已签"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "两个阶段" in page
    assert 'value="合同"' in page
    assert client.get("/acme/own-contract/").status_code == 404
    with company_scope(acme):
        assert not CustomType.objects.exists()


def test_a_second_administrator_with_the_same_short_name_is_told(
    kept_machines: CustomType, adam: Member, login: Login
) -> None:
    client = login(Client(), adam)
    answer = client.post("/acme/record-types/new", NEW | {"key": "equipment"})
    assert answer.status_code in (409, 422)
    assert "代号" in words_of(answer.content.decode())


def test_who_may_not_make_types_finds_no_way_to_them(
    kept_machines: CustomType, alice: Member, carol: Member, login: Login
) -> None:
    for path in ("", "new", str(kept_machines.pk), f"{kept_machines.pk}/edit", f"{kept_machines.pk}/give"):
        assert login(Client(), alice).get(f"/acme/record-types/{path}").status_code == 404, path
    reader = login(Client(), carol)
    assert reader.get("/acme/record-types/new").status_code == 403
    assert reader.post(f"/acme/record-types/{kept_machines.pk}/set_stages", {}).status_code == 403


def test_the_list_form_board_and_record_page_are_there(
    kept_machines: CustomType, acme: Company, alice: Member, login: Login
) -> None:
    client = login(Client(), alice)
    assert "设备" in page_of(client, LIST)
    answer = client.post(f"{LIST}new", {"name": "海天注塑机", "day": "2027-05-01"})
    assert answer.status_code == 302
    page = page_of(client, answer.url)
    assert "海天注塑机" in page
    assert "保修到" in page
    assert "使用中" in page
    board = page_of(client, f"{LIST}board")
    assert "维修中" in board
    assert "海天注塑机" in board
    pk = int(answer.url.rpartition("/")[2])
    assert client.post(f"{LIST}{pk}/drop", {"lane": "repair"}).status_code in (200, 204, 302)
    assert "维修中" in page_of(client, f"{LIST}{pk}")
    assert "海天 注塑机" in page_of(client, "/acme/search?q=haitian")  # the part that was found is marked
    assert "海天注塑机" in page_of(client, f"{LIST}?stage=repair")
    assert "海天注塑机" not in page_of(client, f"{LIST}?stage=using")


def test_its_own_fields_stand_in_form_list_and_page(
    kept_machines: CustomType, acme: Company, alice: Member, adam: Member, login: Login
) -> None:
    with company_scope(acme):
        add_field(adam, "serial", "序列号")
    client = login(Client(), alice)
    assert "序列号" in page_of(client, f"{LIST}new")
    answer = client.post(f"{LIST}new", {"name": "注塑机", "extra.serial": "HT-88"})
    assert "HT-88" in page_of(client, answer.url)
    assert "HT-88" in page_of(client, LIST)


def test_its_records_stand_on_the_customers_page(
    kept_machines: CustomType, acme: Company, alice: Member, login: Login
) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "甲公司"}).record
    make_machine(acme, alice, customer=customer.pk)
    page = page_of(login(Client(), alice), f"/acme/customers/{customer.pk}")
    assert page.count("一号注塑机") >= 2  # in the panel, and in the timeline


def test_a_task_about_it_stands_on_its_page(
    kept_machines: CustomType, acme: Company, alice: Member, login: Login
) -> None:
    made = make_machine(acme, alice)
    with company_scope(acme):
        about = {"about_type": "own_equipment", "about_id": made.pk}
        tasks.create(actor=alice, values={"title": "换滤芯", **about})
    client = login(Client(), alice)
    assert "换滤芯" in page_of(client, f"{LIST}{made.pk}")
    assert "一号注塑机" in page_of(client, "/acme/tasks/") or "换滤芯" in page_of(client, "/acme/tasks/")


def test_it_stands_in_the_calendar(kept_machines: CustomType, acme: Company, alice: Member, login: Login) -> None:
    make_machine(acme, alice, day="2026-11-25")
    assert "一号注塑机" in page_of(login(Client(), alice), "/acme/calendar?view=agenda&on=2026-11-24")


def test_a_colleague_without_reach_meets_nothing(
    kept_machines: CustomType, acme: Company, alice: Member, bob: Member, carol: Member, login: Login
) -> None:
    made = make_machine(acme, alice)
    client = login(Client(), bob)
    assert "一号注塑机" not in page_of(client, LIST)
    assert client.get(f"{LIST}{made.pk}").status_code == 404
    assert "一号注塑机" not in page_of(client, "/acme/search?q=注塑机")
    assert login(Client(), carol).get(LIST).status_code == 404


def test_a_retired_type_says_so_and_comes_back(
    kept_machines: CustomType, acme: Company, adam: Member, alice: Member, login: Login
) -> None:
    made = make_machine(acme, alice)
    boss, client = login(Client(), adam), login(Client(), alice)
    url = f"/acme/record-types/{kept_machines.pk}"
    assert boss.post(f"{url}/retire", {"_sure": "1"}).status_code in (302, 204)
    for path in (LIST, f"{LIST}new", f"{LIST}{made.pk}", f"{LIST}board"):
        answer = client.get(path)
        assert answer.status_code == 409, path
        assert "已停用" in words_of(answer.content.decode())
    assert "own-equipment" not in client.get("/acme/").content.decode()
    assert "一号注塑机" not in page_of(client, "/acme/search?q=注塑机")
    assert "已停用" in page_of(boss, "/acme/record-types/")
    assert page_of(boss, url)
    assert boss.post(f"{url}/bring_back", {}).status_code in (302, 204)
    assert "一号注塑机" in page_of(client, LIST)


def test_stages_are_changed_on_the_page(
    kept_machines: CustomType, acme: Company, adam: Member, alice: Member, login: Login
) -> None:
    make_machine(acme, alice)
    client, url = login(Client(), adam), f"/acme/record-types/{kept_machines.pk}"
    rows = {
        "stage-0-place": "2",
        "stage-0-key": "using",
        "stage-0-zh": "运行中",
        "stage-1-place": "1",
        "stage-1-zh": "待装",
    }
    assert client.post(f"{url}/set_stages", rows).status_code == 302
    page = page_of(client, f"{LIST}board")
    assert page.index("待装") < page.index("运行中")
    refused = client.post(f"{url}/set_stages", {"stage-0-zh": "待装"})
    assert refused.status_code == 409
    assert "运行中" in words_of(refused.content.decode())


def test_roles_are_given_levels_on_the_page(
    kept_machines: CustomType, acme: Company, adam: Member, carol: Member, login: Login
) -> None:
    with company_scope(acme):
        reader = Role.objects.get(key="reader")
    client, url = login(Client(), adam), f"/acme/record-types/{kept_machines.pk}"
    assert client.post(f"{url}/give", {f"role-{reader.pk}": "see"}).status_code == 302
    assert login(Client(), carol).get(LIST).status_code == 200
    assert "设备" in page_of(client, f"/acme/roles/{reader.pk}")
    assert client.post(f"{url}/give", {f"role-{reader.pk}": "none"}).status_code == 302
    assert login(Client(), carol).get(LIST).status_code == 404


def test_a_type_made_while_another_process_holds_the_old_set_up_is_seen(
    acme: Company, adam: Member, login: Login
) -> None:
    client = login(Client(), adam)
    page_of(client, "/acme/")  # this process keeps that there is no type
    with company_scope(acme):  # another one makes it
        actions.create(actor=adam, values={"key": "room", "name_zh": "会议室"})
    assert "会议室" in page_of(client, "/acme/")
    assert client.get("/acme/own-room/").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_names_are_in_the_readers_language(
    language: str, kept_machines: CustomType, adam: Member, login: Login
) -> None:
    client = login(Client(), adam)
    client.cookies["django_language"] = language
    page = page_of(client, LIST).casefold()
    assert ("machines" in page) == (language == "en")
    assert ("设备" in page) == (language != "en")


def test_in_another_company_the_address_is_not_there(
    kept_machines: CustomType, acme: Company, alice: Member, dan: Member, login: Login
) -> None:
    made = make_machine(acme, alice)
    client = login(Client(), dan)
    for path in (
        "own-equipment/",
        "own-equipment/new",
        f"own-equipment/{made.pk}",
        "own-equipment/board",
        f"record-types/{kept_machines.pk}",
    ):
        assert client.get(f"/other/{path}").status_code == 404, path


def test_the_picture_of_a_type_is_chosen_from_pictures(
    kept_machines: CustomType, adam: Member, client: Client, login: Any
) -> None:
    page = login(client, adam).get(f"/acme/record-types/{kept_machines.pk}/edit").content.decode()
    assert re.search(r'type="radio" name="icon" value="tools"[^>]* checked', page)
    assert page.count('name="icon"') > 5
    assert '<select id="f-icon"' not in page


def test_a_card_marks_a_day_that_has_passed_while_the_record_is_open(
    acme: Company, kept_machines: CustomType, alice: Member, client: Client, login: Any
) -> None:
    with company_scope(acme):
        kind = records.get("own_equipment")
        assert kind.create is not None
        made = {
            name: kind.create(actor=alice, values={"name": name, "day": day}).record
            for name, day in (("过期的", "2020-01-02"), ("还早的", "2999-01-02"), ("报废的", "2020-01-03"))
        }
        kind.verbs["move"](made["报废的"], actor=alice, stage="scrapped")
    page = login(client, alice).get("/acme/own-equipment/board").content.decode()
    cards = {name: page.split(f'id="card-{one.pk}"')[1].split('id="card-')[0] for name, one in made.items()}
    assert 't-bad">2020' in cards["过期的"]
    assert "t-bad" not in cards["还早的"]
    assert "t-bad" not in cards["报废的"]
