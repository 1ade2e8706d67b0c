"""To look as somebody else: what both may see and no more, to be read and nothing else, noted and stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts import looking
from gucang.accounts.actions import members, roles
from gucang.accounts.models import Department, Member, Role
from gucang.kernel import records
from gucang.kernel.actors import Actor, looking_as
from gucang.kernel.errors import Forbidden
from gucang.kernel.models import Event
from gucang.kernel.permissions import access, event_access, may_filter_by
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.views import actions as views


@pytest.fixture
def as_adam(client: Client, adam: Member, login: Callable[[Client, Member], Client]) -> Client:
    """The administrator's browser."""
    return login(client, adam)


def begin(browser: Client, **who: Any) -> str:
    """Begin to look, and return the address of the look."""
    answer = browser.post("/acme/look", who)
    assert answer.status_code == 302, answer.content.decode()
    match = re.match(r"(/acme/look/\w+)/", answer["Location"])
    assert match
    return match[1]


def text(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


@pytest.fixture
def deals(new_deal: Callable[..., Opportunity], alice: Member, bob: Member) -> dict[str, Opportunity]:
    return {
        "hers": new_deal("爱丽丝的单", by=alice),
        "private": new_deal("爱丽丝的密单", by=alice, private=True),
        "his": new_deal("鲍勃的单", by=bob),
    }


def test_the_list_is_that_of_the_person(as_adam: Client, alice: Member, deals: dict[str, Opportunity]) -> None:
    base = begin(as_adam, member=alice.pk)
    page = text(as_adam, f"{base}/opportunities/?view=all")
    assert "爱丽丝的单" in page
    assert "鲍勃的单" not in page
    assert f'href="{base}/opportunities/{deals["hers"].pk}"' in page


def test_what_the_one_who_looks_may_not_see_stays_hidden(
    as_adam: Client, client: Client, alice: Member, deals: dict[str, Opportunity], inside: Any, login: Any
) -> None:
    with inside():
        assert Opportunity.objects.filter(pk=deals["private"].pk).exists()
    base = begin(as_adam, member=alice.pk)
    for path in ("?view=all", "?mine=1", "?view=all&q=密单"):
        assert "爱丽丝的密单" not in text(as_adam, f"{base}/opportunities/{path}").replace('value="密单"', "")
    text(as_adam, f"{base}/opportunities/{deals['private'].pk}", 404)
    text(as_adam, f"{base}/opportunities/{deals['private'].pk}/timeline", 404)
    # Its customer is open to both, but the page neither lists the deal nor leads to it.
    link = f"/opportunities/{deals['private'].pk}"
    assert link not in text(as_adam, f"{base}/customers/{deals['private'].customer_id}")
    assert link in text(login(Client(), alice), f"/acme/customers/{deals['private'].customer_id}")
    assert "爱丽丝的密单" in text(login(Client(), alice), "/acme/opportunities/?view=all")


def test_the_fields_are_shown_as_both_may_see_them(
    client: Client, adam: Member, alice: Member, mia: Member, inside: Any, login: Any
) -> None:
    with inside():
        hers = customers.create(actor=alice, values={"name": "她的客户", "phone": "13800138000"}).record
        looks = roles.create(actor=adam, name="带教").record
        looks = roles.set_rights(
            looks, actor=adam, grants="member.look_as tree\nmember.view company\ncustomer.view tree",
            field_rules="customer.phone masked",
        ).record  # fmt: skip
        members.set_roles(mia, actor=adam, roles=[looks])
    login(client, mia)
    page = text(client, f"{begin(client, member=alice.pk)}/customers/{hers.pk}")
    assert "138****8000" in page  # Alice reads it in full, Mia does not
    assert "13800138000" not in page
    assert "138 0013 8000" in text(login(Client(), alice), f"/acme/customers/{hers.pk}")
    login(client, adam)
    assert "138 0013 8000" in text(client, f"{begin(client, member=alice.pk)}/customers/{hers.pk}")


def test_a_field_is_hidden_by_the_rule_of_either(scope: Any, adam: Member, alice: Member, carol: Member) -> None:
    customer = customers.create(actor=alice, values={"name": "她的客户", "phone": "13800138000"}).record
    kind = records.get("customer")
    full, masked = alice.as_actor(), carol.as_actor()
    for one, other in ((full, masked), (masked, full)):
        seen = looking_as(one, other)
        assert access(seen, kind, "phone", customer) == "masked"
        assert event_access(seen, kind, "phone", None) == "masked"
        assert not may_filter_by(seen, kind, "phone")
    both = looking_as(adam.as_actor(), adam.as_actor())
    assert access(both, kind, "phone", customer) == "write"


def test_what_is_seen_is_what_both_see_for_every_type(scope: Any, acme_team: Any) -> None:
    people: dict[str, Actor] = {name: member.as_actor() for name, member in acme_team.people.items()}
    for kind in records.every():
        for one in people.values():
            for other in people.values():
                seen = set(kind.query(looking_as(one, other)).values_list("pk", flat=True))
                both = [set(kind.query(eye).values_list("pk", flat=True)) for eye in (one, other)]
                assert seen == both[0] & both[1], (kind.name, one.name, other.name)


def test_nothing_can_be_done_by_who_looks(scope: Any, adam: Member, alice: Member) -> None:
    customer = customers.create(actor=alice, values={"name": "她的客户"}).record
    seen = looking_as(alice.as_actor(), adam.as_actor())
    before = Event.objects.count()
    for kind in records.every():
        for action in kind.verbs.values():
            assert not seen.may(action.name)
    with pytest.raises(Forbidden, match="Alice"):
        customers.edit(customer, actor=seen, values={"name": "x"})
    with pytest.raises(Forbidden, match="Alice"):
        customers.create(actor=seen, values={"name": "x"})
    assert "什么也改不了" in str(customers.edit.why_not(seen, customer))
    assert Event.objects.count() == before


def test_every_way_to_write_is_refused_with_a_sentence(
    as_adam: Client, alice: Member, deals: dict[str, Opportunity], inside: Any
) -> None:
    base = begin(as_adam, member=alice.pk)
    with inside():
        before = Event.objects.count()
    pk = deals["hers"].pk
    for path in (
        "opportunities/", "opportunities/new", "opportunities/bulk", f"opportunities/{pk}", f"opportunities/{pk}/edit",
        f"opportunities/{pk}/cell/name", f"opportunities/{pk}/win", f"opportunities/{pk}/undo/1", "follow-ups/new",
        "settings", "me/tokens/new", "roles/1/set_rights",
    ):  # fmt: skip
        answer = as_adam.post(f"{base}/{path}", {"name": "x"})
        assert answer.status_code == 403, path
        assert "你只是在以Alice的身份看，什么也改不了" in answer.content.decode(), path
    for path in ("", "opportunities/new", f"opportunities/{pk}/edit", "me", "notifications", "opportunities/board"):
        answer = as_adam.get(f"{base}/{path}")
        assert answer.status_code in (302, 409), (path, answer.status_code)
    with inside():
        assert Event.objects.count() == before


def test_the_page_offers_nothing_to_do_but_says_what_the_person_could(
    as_adam: Client, alice: Member, deals: dict[str, Opportunity]
) -> None:
    base = begin(as_adam, member=alice.pk)
    listed = text(as_adam, f"{base}/opportunities/?view=all")
    page = text(as_adam, f"{base}/opportunities/{deals['hers'].pk}")
    for one in (listed, page):
        assert "你在以Alice的身份看" in one
        assert 'action="/acme/look/stop"' in one
        assert "data-edit=" not in one
        posts = re.findall(r'<form[^>]+method="post"[^>]*>', one)
        assert not [form for form in posts if base in form and 'id="bulk"' not in form], posts
    assert "Alice在这里能做：编辑、" in page
    assert f'href="{base}/opportunities/"' in page
    assert 'href="/acme/me"' in page  # the frame stays one's own
    for one in (listed, page):
        assert 'id="quick-create"' not in one
        assert "/new" not in one
        assert "编辑这一行" not in one
        assert "编辑这条记录" not in one
        assert 'aria-keyshortcuts="e"' not in one


def test_places_that_the_person_does_not_have_are_left_out(as_adam: Client, alice: Member) -> None:
    own = text(as_adam, "/acme/customers/")
    seen = text(as_adam, f"{begin(as_adam, member=alice.pk)}/customers/")
    for place in ("/acme/settings", "/acme/imports/", "/acme/automations/"):
        assert f'href="{place}"' in own
        assert f'href="{place}"' not in seen


def test_who_looks_and_as_whom_is_noted_where_the_person_sees_it(
    as_adam: Client, adam: Member, alice: Member, inside: Any, login: Any
) -> None:
    begin(as_adam, member=alice.pk)
    with inside():
        event = Event.objects.get(name="member.look_as")
        assert (event.actor_id, event.subject_id) == (adam.pk, alice.pk)
    hers = login(Client(), alice)
    assert "以此人的身份看看" in text(hers, f"/acme/members/{alice.pk}")
    assert "Adam" in text(hers, "/acme/me").partition("谁以我的身份看过")[2]


def test_a_look_is_begun_by_a_deed_and_not_by_an_address(as_adam: Client, alice: Member, inside: Any) -> None:
    asked = f"/acme/look/m{alice.pk}/customers/?q=a"
    answer = as_adam.get(asked)
    assert answer.status_code == 302
    page = text(as_adam, answer["Location"])
    assert "以Alice的身份看" in page
    with inside():
        assert not Event.objects.filter(name="member.look_as").exists()
    begun = as_adam.post("/acme/look", {"who": f"m{alice.pk}", "next": asked})
    assert begun["Location"] == asked
    outside = as_adam.post("/acme/look", {"who": f"m{alice.pk}", "next": "//evil.test/"})
    assert outside["Location"].startswith(f"/acme/look/m{alice.pk}/")


def test_a_look_ends_by_its_button_by_the_clock_and_with_the_right(
    as_adam: Client, adam: Member, alice: Member, bob: Member, inside: Any, monkeypatch: Any
) -> None:
    base = begin(as_adam, member=alice.pk)
    text(as_adam, f"{base}/customers/")
    assert as_adam.post("/acme/look/stop")["Location"] == f"/acme/members/{alice.pk}"
    assert as_adam.get(f"{base}/customers/").status_code == 302
    begin(as_adam, member=alice.pk)
    session = as_adam.session
    session["looking"] = session["looking"] | {"until": session["looking"]["until"] - looking.SECONDS - 1}
    session.save()
    assert as_adam.get(f"{base}/customers/").status_code == 302
    # One look at a time: the next person takes the place of the one before.
    begin(as_adam, member=alice.pk)
    begin(as_adam, member=bob.pk)
    assert as_adam.get(f"{base}/customers/").status_code == 302
    with inside():
        members.set_roles(bob, actor=adam, roles=[Role.objects.get(key="administrator")])
        members.set_roles(adam, actor=adam, roles=[Role.objects.get(key="reader")])
    assert as_adam.get(f"/acme/look/m{bob.pk}/customers/").status_code == 404


def test_only_who_may_looks_and_only_as_far_as_the_right_goes(
    client: Client, adam: Member, alice: Member, carol: Member, mia: Member, dan: Member, inside: Any, login: Any
) -> None:
    login(client, mia)
    for path in ("/acme/look", f"/acme/look/m{alice.pk}/customers/"):
        assert client.get(path).status_code == 404
    assert client.post("/acme/look", {"member": alice.pk}).status_code == 404
    with inside():
        role = roles.create(actor=adam, name="带教").record
        role = roles.set_rights(role, actor=adam, grants="member.look_as tree\nmember.view company").record
        members.set_roles(mia, actor=adam, roles=[Role.objects.get(key="sales_manager"), role])
    begin(client, member=alice.pk)
    assert client.post("/acme/look", {"member": carol.pk}).status_code == 403
    assert client.post("/acme/look", {"role": "1"}).status_code == 404


def test_a_name_that_means_nobody_is_a_sentence_on_the_form(as_adam: Client, alice: Member, dan: Member) -> None:
    for nobody in (str(dan.pk), "0; drop", "", "没有这个人"):  # the first is of another company
        answer = as_adam.post("/acme/look", {"member": nobody})
        assert answer.status_code == 422, nobody
        page = answer.content.decode()
        assert 'class="err"' in page
        assert "Dan" not in page
    answer = as_adam.post("/acme/look", {"role": str(dan.pk * 1000)})
    assert (answer.status_code, 'class="err"' in answer.content.decode()) == (422, True)
    begin(as_adam, member="", member_text="Alice")


def test_a_member_is_found_by_pinyin_and_initials(as_adam: Client, inside: Any, adam: Member) -> None:
    with inside():
        members.create(actor=adam, values={"name": "李向东", "email": "lxd@acme.test"})
    assert 'data-find="lixiangdong lxd">李向东' in text(as_adam, "/acme/look")


def test_as_a_role_one_sees_what_somebody_new_there_would(
    as_adam: Client, alice: Member, inside: Any, deals: dict[str, Opportunity]
) -> None:
    with inside():
        manager = Role.objects.get(key="sales_manager")
        sales, office = (Department.objects.get(name=name) for name in ("销售部", "总经办"))
        assert Customer.objects.exists()
    base = begin(as_adam, role=manager.pk, department=sales.pk)
    page = text(as_adam, f"{base}/opportunities/?view=all")
    assert "爱丽丝的单" in page
    assert "爱丽丝的密单" not in page
    assert "销售经理 · 销售部" in page
    elsewhere = begin(as_adam, role=manager.pk, department=office.pk)
    assert "爱丽丝的单" not in text(as_adam, f"{elsewhere}/opportunities/?view=all")
    nowhere = begin(as_adam, role=manager.pk)
    assert "爱丽丝的单" not in text(as_adam, f"{nowhere}/opportunities/?view=all")
    with inside():
        assert Event.objects.filter(name="role.look_as", subject_id=manager.pk).count() == 3


def test_what_is_chosen_while_looking_is_not_ones_own_choice(as_adam: Client, alice: Member) -> None:
    base = begin(as_adam, member=alice.pk)
    answer = as_adam.get(f"{base}/customers/?columns=name")
    assert answer.status_code == 200
    assert not [name for name in answer.cookies if name.startswith("list-")]
    own = as_adam.get("/acme/customers/?columns=name").cookies
    assert [name for name in own if name.startswith("list-customer-")]


def test_a_look_asks_no_more_for_thirty_rows_than_for_one(
    as_adam: Client, alice: Member, new_deal: Callable[..., Opportunity], django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    base = begin(as_adam, member=alice.pk)
    new_deal("第一单", by=alice)
    as_adam.get(f"{base}/opportunities/?view=all")
    with CaptureQueriesContext(connection) as one:
        text(as_adam, f"{base}/opportunities/?view=all")
    for number in range(30):
        new_deal(f"第 {number} 单", by=alice)
    with CaptureQueriesContext(connection) as many:
        text(as_adam, f"{base}/opportunities/?view=all")
    assert len(many) <= len(one)
    assert len(one) <= 30


def test_a_private_deal_is_shown_to_who_works_on_it_even_while_looking(
    client: Client, adam: Member, alice: Member, mia: Member, deals: dict[str, Opportunity], inside: Any, login: Any
) -> None:
    with inside():
        opportunities.share(deals["private"], actor=alice, member=adam)
    login(client, adam)
    page = text(client, f"{begin(client, member=alice.pk)}/opportunities/?view=all")
    assert "爱丽丝的密单" in page  # both may see it


def test_a_view_that_somebody_keeps_for_oneself_stays_ones_own(
    as_adam: Client, alice: Member, mia: Member, inside: Any, login: Any
) -> None:
    kept = {"record_type": "customer", "query": "city=苏州"}
    with inside():
        views.create(actor=alice, values=kept | {"name": "想跳槽时带走的"})
        views.create(actor=mia, values=kept | {"name": "大家的苏州", "audience": "company"})
    hers = text(login(Client(), alice), "/acme/customers/?view=all")
    assert "想跳槽时带走的" in hers
    assert "大家的苏州" in hers
    seen = text(as_adam, f"{begin(as_adam, member=alice.pk)}/customers/?view=all")
    assert "想跳槽时带走的" not in seen
    assert "大家的苏州" in seen


def test_the_lists_of_the_menu_go_on_being_seen_with_these_eyes(as_adam: Client, alice: Member) -> None:
    base = begin(as_adam, member=alice.pk)
    rail = re.search(r'<nav class="rail".*?</nav>', text(as_adam, f"{base}/opportunities/"), re.S)
    assert rail is not None
    assert f'href="{base}/customers/"' in rail[0]
    assert 'href="/acme/customers/"' not in rail[0]
    assert 'href="/acme/calendar"' in rail[0]  # nothing to look at there
    assert re.search(rf'href="{base}/opportunities/" aria-current="page"', rail[0])


def test_leaving_for_a_page_of_ones_own_is_said_with_a_way_back(as_adam: Client, alice: Member, bob: Member) -> None:
    base = begin(as_adam, member=alice.pk)
    back = f"{base}/customers/?city=%E8%8B%8F%E5%B7%9E"
    page = as_adam.get("/acme/", headers={"referer": f"http://testserver{back}"}).content.decode()
    assert "这一页是你自己的" in page
    assert f'href="{back}"' in page
    assert "Alice" in page
    assert f'href="{base}/"' in text(as_adam, "/acme/")  # another tab, while the look goes on
    as_adam.post("/acme/look/stop")
    after = as_adam.get("/acme/", headers={"referer": f"http://testserver{back}"}).content.decode()
    assert "这一页是你自己的" not in after


def test_an_address_opened_directly_leaves_the_look_visibly(
    as_adam: Client, alice: Member, deals: dict[str, Opportunity]
) -> None:  # fmt: skip
    path = f"/opportunities/{deals['hers'].pk}"
    assert "这一页是你自己的" not in text(as_adam, f"/acme{path}")
    base = begin(as_adam, member=alice.pk)
    page = text(as_adam, f"/acme{path}")
    assert "这一页是你自己的" in page
    assert f'href="{base}{path}"' in page
    as_adam.post("/acme/look/stop")
    assert "这一页是你自己的" not in text(as_adam, f"/acme{path}")


@pytest.mark.parametrize(
    "referer",
    ["/acme/look/", "/acme/look/x/customers/", "/acme/look/m999999999/customers/", "/other/look/m1/customers/"],
)
def test_an_address_that_is_no_look_of_ones_own_is_no_way_back(as_adam: Client, alice: Member, referer: str) -> None:
    base = begin(as_adam, member=alice.pk)
    answer = as_adam.get("/acme/", headers={"referer": f"http://testserver{referer}"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'href="{referer}"' not in page
    assert f'href="{base}/"' in page
