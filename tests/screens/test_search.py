"""The search page and the palette's answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.parties.actions import contacts, customers, pool

PAGE = "/acme/search"


def found(client: Client, text: str, **headers: str) -> str:
    response = client.get(PAGE, {"q": text}, headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.fixture
def new_customer(inside: Any, alice: Any) -> Callable[..., Any]:
    def make(name: str, by: Any = None) -> Any:
        with inside():
            return customers.create(actor=by or alice, values={"name": name}).record

    return make


def test_initials_find_a_customer_and_its_name_is_marked(
    as_alice: Client, new_customer: Callable[..., Any]
) -> None:  # fmt: skip
    customer = new_customer("上海谷仓食品机械有限公司")
    page = found(as_alice, "shgc")
    assert f'href="/acme/customers/{customer.pk}"' in page
    assert "<mark>上海谷仓</mark>食品机械有限公司" in page


def test_what_others_own_is_not_found(as_alice: Client, new_customer: Callable[..., Any], bob: Any) -> None:
    mine, hidden = new_customer("宁波东海注塑机"), new_customer("宁波东方电缆", by=bob)
    page = found(as_alice, "宁波")
    assert f"/acme/customers/{mine.pk}" in page
    assert f"/acme/customers/{hidden.pk}" not in page


def test_more_hits_than_fit_lead_to_the_list(as_alice: Client, new_customer: Callable[..., Any]) -> None:
    for n in range(9):
        new_customer(f"苏州第{n}机械厂")
    page = found(as_alice, "苏州")
    assert page.count("data-result") == 8
    assert 'href="/acme/customers/?q=%E8%8B%8F%E5%B7%9E"' in page


def test_places_and_things_to_make_are_found_by_pinyin(as_alice: Client) -> None:
    page = found(as_alice, "kehu")
    assert 'href="/acme/customers/"' in page.split("found-group", 1)[1]
    assert 'data-result href="/acme/customers/new"' in page


def test_what_a_role_may_not_make_is_not_offered(client: Client, carol: Any, login: Any) -> None:
    page = found(login(client, carol), "kehu")
    assert 'data-result href="/acme/customers/"' in page
    assert "/acme/customers/new" not in page


def test_the_palette_gets_groups_and_links_without_the_frame(
    as_alice: Client, new_customer: Callable[..., Any]
) -> None:  # fmt: skip
    customer = new_customer("南通海门重工")
    part = found(as_alice, "ntjk", X_Palette="1")
    assert "data-result" not in part
    part = found(as_alice, "nthm", X_Palette="1", HX_Request="true")
    assert "<html" not in part
    assert "data-group" in part
    assert f'data-result href="/acme/customers/{customer.pk}"' in part


def results(page: str) -> list[str]:
    return re.findall(r'data-result href="([^"]+)"', page)


@pytest.mark.parametrize(
    "typed", ["新建客户", "xinjiankehu", "xjkh", "新建 kehu", "new customer", "xinjian 客户", "ＸＪＫＨ", "New Cust"]
)
def test_what_can_be_made_is_found_by_every_name(as_alice: Client, typed: str) -> None:
    for headers in ({}, {"X_Palette": "1"}):
        assert results(found(as_alice, typed, **headers))[0] == "/acme/customers/new"


@pytest.mark.parametrize("typed", ["回收站", "hsz", "huishouzhan", "bin"])
def test_a_place_is_found_by_every_name_in_either_language(as_alice: Client, alice: Any, typed: str) -> None:
    assert "/acme/bin/" in results(found(as_alice, typed, X_Palette="1"))
    alice.user.language = "en"
    alice.user.save(update_fields=["language"])
    as_alice.cookies["django_language"] = "en"
    assert "/acme/bin/" in results(found(as_alice, typed, X_Palette="1"))


def test_pages_and_what_can_be_made_stand_before_records(
    as_alice: Client, new_customer: Callable[..., Any]
) -> None:  # fmt: skip
    customer = new_customer("客户第一名")
    given = results(found(as_alice, "客户", X_Palette="1"))
    assert given[0] == "/acme/customers/"
    assert given.index("/acme/customers/new") < given.index(f"/acme/customers/{customer.pk}")


def test_what_only_contains_the_words_stands_behind_records(
    as_alice: Client, new_customer: Callable[..., Any]
) -> None:  # fmt: skip
    customer = new_customer("收站台设备厂")
    given = results(found(as_alice, "收站", X_Palette="1"))
    assert given.index(f"/acme/customers/{customer.pk}") < given.index("/acme/bin/")


def test_asking_for_something_new_finds_nothing_that_sounds_alike(
    as_alice: Client, new_customer: Callable[..., Any]
) -> None:  # fmt: skip
    new_customer("欣健机械")
    page = found(as_alice, "新建")
    assert "/acme/customers/new" in results(page)
    assert ALIKE not in page


def test_settings_are_found_by_who_may_change_them_only(as_alice: Client, adam: Any, login: Any) -> None:
    given = results(found(login(Client(), adam), "juese wuci", X_Palette="1"))
    assert given == []
    assert "/acme/roles/" in results(found(login(Client(), adam), "juese", X_Palette="1"))
    for typed in ("juese", "角色", "roles"):
        assert "/acme/roles/" not in results(found(as_alice, typed, X_Palette="1"))


def test_nothing_new_is_offered_on_a_page_that_is_seen_as_somebody_else(as_alice: Client) -> None:
    assert "/acme/customers/new" in results(found_here(as_alice, "新建", "/acme/customers/"))
    assert "/acme/customers/new" not in results(found_here(as_alice, "新建", "/acme/look/m1/customers/"))


@pytest.mark.parametrize("typed", ["深色", "shense", "ss", "dark", "外观 深", "theme"])
def test_without_scripts_the_looks_lead_to_where_they_are_chosen(as_alice: Client, typed: str) -> None:
    page = found(as_alice, typed)
    assert "/acme/me" in results(page)
    assert "深色" in re.sub(r"</?mark>", "", page).split("found-group", 1)[1]


def test_pages_and_commands_ask_the_database_nothing(as_alice: Client) -> None:
    found(as_alice, "xjkh", X_Palette="1")
    with CaptureQueriesContext(connection) as caught:
        found(as_alice, "qqqqzz", X_Palette="1")
    nothing = len(caught)
    with CaptureQueriesContext(connection) as caught:
        found(as_alice, "xjkh", X_Palette="1")
    assert len(caught) <= nothing


def test_several_words_narrow_in_characters_and_pinyin(as_alice: Client, alice: Any, inside: Any) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": "上海谷仓机械"}).record
        made = {
            name: contacts.create(actor=alice, values={"customer": customer, "name": name}).record.pk
            for name in ("张伟", "王芳")
        }
    for typed in ("谷仓 zhang", "zhang 谷仓", "gucang 张", "gc zw", "谷仓 zw"):
        given = results(found(as_alice, typed, X_Palette="1"))
        assert f"/acme/contacts/{made['张伟']}" in given, typed
        assert f"/acme/contacts/{made['王芳']}" not in given, typed


ALIKE = "<h2 data-group>读音相近</h2>"


def test_what_only_sounds_alike_comes_second_and_marked(as_alice: Client, new_customer: Callable[..., Any]) -> None:
    meant, exact = new_customer("上海谷仓"), new_customer("谷苍贸易")
    page = found(as_alice, "谷苍")
    first, second = page.split(ALIKE)
    assert f'/acme/customers/{exact.pk}"' in first
    assert f'/acme/customers/{meant.pk}"' not in first
    assert f'/acme/customers/{meant.pk}"' in second
    assert "上海<mark>谷仓</mark>" in second
    assert f'/acme/customers/{exact.pk}"' not in second


def test_what_sounds_alike_is_found_within_reach_only(
    as_alice: Client, new_customer: Callable[..., Any], bob: Any
) -> None:
    hidden = new_customer("宁波古仓", by=bob)
    for typed in ("谷苍", "陵波", "lingbo"):
        page = found(as_alice, typed)
        assert f"/acme/customers/{hidden.pk}" not in page
        assert "古仓" not in page
        assert ALIKE not in page


def test_enough_exact_hits_are_not_followed_by_others(as_alice: Client, new_customer: Callable[..., Any]) -> None:
    for n in range(5):
        new_customer(f"谷苍{n}号")
    new_customer("上海谷仓")
    assert ALIKE not in found(as_alice, "谷苍")


def test_a_masked_phone_is_not_found_by_its_digits(
    as_alice: Client, client: Client, login: Any, new_customer: Callable[..., Any], inside: Any, alice: Any, carol: Any
) -> None:
    customer = new_customer("保密客户")
    with inside():
        person = contacts.create(
            actor=alice, values={"customer": customer, "name": "孙丽", "mobile": "13912345678"}
        ).record
    reader = login(Client(), carol)
    for digits in ("2345678", "139", "5678"):
        assert f"/acme/contacts/{person.pk}" in found(as_alice, digits)
        assert f"/acme/contacts/{person.pk}" not in found(reader, digits)
    assert f"/acme/contacts/{person.pk}" in found(reader, "孙丽")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shan"), ("单雄信", "sxx"), ("曾国藩", "zeng"), ("曾国藩", "zgf"), ("仇英", "qiu"), ("仇英", "qy"),
        ("解缙", "xie"), ("查良镛", "zha"), ("尉迟恭", "yuchi"),  ("区寄", "ou"), ("朴树", "piao"),
        ("乐毅", "yue"), ("重庆长安", "changan"), ("重庆长安", "cqca"), ("厦门银行", "xiamenyinhang"),
    ],
)  # fmt: skip
def test_names_are_found_as_they_are_read(
    as_alice: Client, new_customer: Callable[..., Any], name: str, typed: str
) -> None:
    customer = new_customer(name)
    page = found(as_alice, typed)
    assert f'/acme/customers/{customer.pk}"' in page
    assert f"<mark>{name[0]}" in page or "<mark>长安</mark>" in page


def people(page: str) -> str:
    return page.partition("<h2 data-group>同事</h2>")[2].partition("</section>")[0]


def test_people_are_found_by_name_and_by_department(as_alice: Client, bob: Any, mia: Any, carol: Any) -> None:
    assert f'href="/acme/members/{bob.pk}"' in people(found(as_alice, "bob"))
    group = people(found(as_alice, "一组"))
    assert f'href="/acme/members/{bob.pk}"' in group
    assert "销售一组" in group
    assert f'href="/acme/members/{mia.pk}"' not in group


def test_a_list_can_be_narrowed_to_the_person_found(as_alice: Client, bob: Any) -> None:
    part = found_here(as_alice, "bob", "/acme/customers/?city=%E8%8B%8F%E5%B7%9E&mine=1")
    assert f'href="/acme/customers/?city=%E8%8B%8F%E5%B7%9E&amp;owner={bob.pk}"' in part
    for here in ("/acme/members/", "/acme/contacts/", "/other/customers/", "//evil", "/acme/customers/1", ""):
        assert "owner=" not in found_here(as_alice, "bob", here)


def found_here(client: Client, text: str, here: str) -> str:
    return str(client.get(PAGE, {"q": text, "here": here}, headers={"X-Palette": "1"}).content.decode())


def test_people_of_another_company_are_not_found(as_alice: Client, dan: Any) -> None:
    page = found(as_alice, "dan")
    assert "Dan" not in people(page)
    assert f'/members/{dan.pk}"' not in page


def test_without_words_the_page_shows_what_the_person_changed_last(
    as_alice: Client, new_customer: Callable[..., Any], bob: Any, inside: Any, mia: Any
) -> None:
    old, new = new_customer("先建的客户"), new_customer("后建的客户")
    gone, others = new_customer("删掉的客户"), new_customer("鲍勃的客户", by=bob)
    with inside():
        customers.delete(gone, actor=mia)
    page = found(as_alice, "")
    assert page.index(f"/acme/customers/{new.pk}") < page.index(f"/acme/customers/{old.pk}")
    assert f"/acme/customers/{gone.pk}" not in page
    assert f"/acme/customers/{others.pk}" not in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "%", "_", "'; DROP TABLE x;--", "\\", "💥", "a" * 99, "🏢 上海", "‮倒", "   "]
)
def test_odd_words_are_answered_calmly(as_alice: Client, text: str) -> None:
    page = found(as_alice, text)
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", ["长" * 101, "x\x00y"])
def test_words_that_cannot_be_searched_are_answered_with_a_sentence(as_alice: Client, text: str) -> None:
    page = found(as_alice, text)
    assert 'aria-invalid="true"' in page or "没有找到" in page


def test_nothing_found_says_what_to_try(as_alice: Client) -> None:
    assert "没有找到“无此公司名”" in found(as_alice, "无此公司名")


def test_a_stranger_is_sent_to_sign_in(client: Client, acme: Any) -> None:
    response = client.get(PAGE, {"q": "x"})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_number_that_was_found_is_shown_with_its_digits_marked(
    as_alice: Client, alice: Any, bob: Any, inside: Any
) -> None:
    with inside():
        customers.create(actor=alice, values={"name": "恒力精密", "phone": "13805762214"})
        his = customers.create(actor=bob, values={"name": "鲍勃的客户", "phone": "13905762214"}).record
        pool.release(his, actor=bob, reason="跟不动了")
    for query in ("0576", "05762214", "138 0576"):
        page = as_alice.get("/acme/search", {"q": query}).content.decode()
        marked = re.sub(r"</?mark>", "", page)
        assert "138 0576 2214" in marked, query
        assert "<mark>" in page
        assert "139 0576" not in marked, "of a customer in the pool the number is masked"
    assert "138 0576" not in as_alice.get("/acme/search", {"q": "恒力"}).content.decode()
