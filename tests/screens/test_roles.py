"""A role's page: the matrix, what it means, copies, comparison; and what bulk work may not do either."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import members, roles
from gucang.accounts.models import Member, Role


@pytest.fixture
def as_adam(client: Client, adam: Member, login: Callable[[Client, Member], Client]) -> Client:
    """The administrator's browser."""
    return login(client, adam)


@pytest.fixture
def role(inside: Any) -> Callable[[str], Role]:
    """`role("salesperson")`: as it is now."""

    def find(key: str) -> Role:
        with inside():
            return Role.objects.get(key=key)

    return find


def text(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return html.unescape(answer.content.decode())


def test_the_page_says_what_the_role_means_beside_its_matrix(as_adam: Client, role: Any) -> None:
    page = text(as_adam, f"/acme/roles/{role('salesperson').pk}")
    assert "能看到自己的客户；也能看到共享给自己的；能看到公海并从中认领；能新建；能改；" in page
    assert "别人客户的电话、备用电话、邮箱只显示一部分。" in page
    assert 'name="grant:customer.edit"' in page
    assert 'name="inside:customer.phone"' in page


def test_a_new_roles_page_shows_its_rights_at_once(as_adam: Client) -> None:
    answer = as_adam.post("/acme/roles/new", {"name": "门店", "description": "", "like": "", "home": "sales"})
    assert answer.status_code == 302
    page = text(as_adam, answer["Location"].partition("#")[0])
    assert "看不到客户。" in page
    assert 'name="grant:customer.view"' in page


def test_a_new_role_begins_like_another_with_a_sentence_of_its_own(as_adam: Client, role: Any, inside: Any) -> None:
    sales = role("salesperson")
    assert f'value="{sales.pk}" selected' in text(as_adam, f"/acme/roles/{sales.pk}/copy")
    sent = {"name": "渠道业务员", "description": "只做渠道。", "like": sales.pk, "_key": "a-key-of-the-form"}
    first = as_adam.post("/acme/roles/new", sent)
    again = as_adam.post("/acme/roles/new", sent)
    assert first["Location"] == again["Location"]  # a second click finds what the first one made
    with inside():
        made = Role.objects.get(name="渠道业务员")
        assert (made.grants, made.description, made.home) == (sales.grants, "只做渠道。", sales.home)
    twice = as_adam.post("/acme/roles/new", sent | {"_key": "another-key"})
    assert twice.status_code in (409, 422)
    assert "渠道业务员" in twice.content.decode()


def test_what_it_would_mean_is_said_before_it_is_saved(as_adam: Client, role: Any) -> None:
    sales = role("salesperson")
    answer = as_adam.post(f"/acme/roles/{sales.pk}/means", {"grant:customer.delete": "own"})
    said = html.unescape(answer.content.decode())
    assert "能改、删" in said
    assert "还没保存" in said
    assert role("salesperson").grants == sales.grants


def test_a_rule_that_is_no_rule_is_refused_in_words(as_adam: Client, role: Any) -> None:
    wrong = {"inside:customer.phone": "nonsense"}
    answer = as_adam.post(f"/acme/roles/{role('reader').pk}/set_rights", wrong)
    assert answer.status_code == 422
    assert "请从列表里选择" in html.unescape(answer.content.decode())


def test_who_may_only_see_roles_reads_words_and_no_controls(
    client: Client, carol: Member, role: Any, login: Any
) -> None:
    page = text(login(client, carol), f"/acme/roles/{role('salesperson').pk}")
    assert 'name="grant:' not in page
    assert "能看到自己的客户" in page
    assert '<span class="reach-word">自己的</span>' in page


def test_two_roles_are_compared_under_an_address_of_their_own(as_adam: Client, role: Any) -> None:
    sales, manager = role("salesperson"), role("sales_manager")
    address = f"/acme/roles/compare?a={sales.pk}&b={manager.pk}"
    page = text(as_adam, address)
    assert "客户的“查看、编辑、转交、改开发进度、加协作人、去掉协作人、退回公海”：" in page
    assert "：业务员是“自己的”，销售经理是“本部门及下级”。" in page
    assert "部门</th>" not in page  # the same for both
    assert f"?a={sales.pk}&b={manager.pk}&all=1" in page
    assert "部门</th>" in text(as_adam, f"{address}&all=1")
    assert "没有不同" in text(as_adam, f"/acme/roles/compare?a={sales.pk}&b={sales.pk}")
    assert "选两个角色" in text(as_adam, "/acme/roles/compare?a=x&b=99999999")


def test_the_comparison_is_for_who_sees_roles(
    client: Client, alice: Member, dan: Member, role: Any, login: Any, inside: Any
) -> None:
    sales, manager = role("salesperson"), role("sales_manager")
    address = f"roles/compare?a={sales.pk}&b={manager.pk}"
    assert login(client, alice).get(f"/acme/{address}").status_code == 404
    stranger = login(Client(), dan)
    assert stranger.get(f"/acme/{address}").status_code == 404
    assert "选两个角色" in text(stranger, f"/other/{address}")  # ids of another company are nobody's


def test_bulk_work_gives_no_more_than_one_by_one(
    client: Client, adam: Member, mia: Member, alice: Member, bob: Member, role: Any, inside: Any, login: Any
) -> None:
    with inside():
        keeps = roles.create(actor=adam, name="人事").record
        grants = "member.view company\nmember.set_roles company\nrole.view company\nrole.set_rights company"
        keeps = roles.set_rights(keeps, actor=adam, grants=grants).record
        members.set_roles(mia, actor=adam, roles=[Role.objects.get(key="sales_manager"), keeps])
    login(client, mia)
    before = role("salesperson").grants
    sent = {"picked": [alice.pk, bob.pk], "do": "set_roles", "_run": "1", "roles": [role("administrator").pk]}
    answer = client.post("/acme/members/bulk", sent, follow=True)
    assert "给不了" in answer.content.decode()
    picked = [role("salesperson").pk, role("service").pk]
    sent = {"picked": picked, "do": "set_rights", "_run": "1", "grants": "company.edit company"}
    answer = client.post("/acme/roles/bulk", sent, follow=True)
    assert "给不了" in answer.content.decode()
    assert role("salesperson").grants == before
    with inside():
        assert not alice.as_actor().may("company.edit")


def test_history_is_told_in_words_on_the_page(as_adam: Client, adam: Member, role: Any, inside: Any) -> None:
    with inside():
        reader = Role.objects.get(key="reader")
        roles.set_rights(reader, actor=adam, grants="customer.view own\ncustomer.create own")
    page = re.sub(r"<[^>]+>", "", text(as_adam, f"/acme/roles/{reader.pk}").partition('id="history"')[2])
    assert "Adam" in page
    assert "客户：查看：全公司 → 自己的" in page
    assert "客户：新建：无 → 有" in page
