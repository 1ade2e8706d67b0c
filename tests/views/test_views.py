"""Saved views: a list kept under a name, for oneself or shared, and never a way to see more."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.models import Role
from gucang.activity.actions import tasks
from gucang.kernel import clock
from gucang.kernel.errors import Invalid, NotVisible
from gucang.kernel.models import Event
from gucang.parties.actions import customers
from gucang.views.actions import create, delete, edit
from gucang.views.models import SavedView
from tests.screens.conftest import inside

__all__ = ["inside"]
LIST = "/acme/customers/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def tabs(client: Client, url: str = LIST) -> list[str]:
    """The words of the list's tabs."""
    nav = re.search(r'<nav class="tabs".*?</nav>', text_of(client.get(url)), re.S)
    assert nav
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<a .*?</a>", nav[0], re.S)]


@pytest.fixture
def view(inside: Any, alice: Any) -> SavedView:
    """Alice's: her customers in Suzhou by name, two columns."""
    with inside():
        return create(  # type: ignore[no-any-return]
            actor=alice,
            values={
                "name": "苏州的",
                "record_type": "customer",
                "query": "?city=苏州&sort=name&columns=name&columns=city&after=abc&view=v9&peek=3",
            },
        ).record


def test_a_view_keeps_filters_order_and_columns_but_not_where_one_was(view: SavedView, inside: Any) -> None:
    assert sorted(view.params.lists()) == [("city", ["苏州"]), ("columns", ["name", "city"]), ("sort", ["name"])]
    with inside():
        assert Event.objects.filter(name="saved_view.create").count() == 1


def test_opening_it_shows_what_was_saved(view: SavedView, login: Any, alice: Any, inside: Any) -> None:
    with inside():
        customers.create(actor=alice, values={"name": "恒力精密", "city": "苏州"})
        customers.create(actor=alice, values={"name": "东海化工", "city": "上海"})
    client = login(Client(), alice)
    page = text_of(client.get(f"{LIST}?view=v{view.pk}"))
    assert "恒力精密" in page
    assert "东海化工" not in page
    assert page.count('scope="col"') == 3  # the tick, name and city
    assert f'href="{LIST}?view=v{view.pk}" aria-current="page"' in page
    assert not [name for name in client.cookies if name.startswith("list-")]


def test_a_filter_of_a_view_can_be_taken_away_even_the_last(login: Any, alice: Any, inside: Any) -> None:
    with inside():
        one = create(actor=alice, values={"name": "苏州的", "record_type": "customer", "query": "city=苏州"}).record
    client = login(Client(), alice)
    page = text_of(client.get(f"{LIST}?view=v{one.pk}"))
    remove = re.search(r'class="x" href="([^"]+)"', page)
    assert remove
    assert remove[1] == "?view=all"
    assert 'class="chip on"' not in text_of(client.get(f"{LIST}?view=all"))


def test_what_changed_can_be_kept_in_it_or_as_another(view: SavedView, login: Any, alice: Any, inside: Any) -> None:
    client = login(Client(), alice)
    opened = text_of(client.get(f"{LIST}?view=v{view.pk}"))
    assert f"/acme/views/{view.pk}/renew" not in opened
    changed = f"{LIST}?view=v{view.pk}&city=苏州&sort=-name&columns=name&columns=city"
    assert f"/acme/views/{view.pk}/renew" in text_of(client.get(changed))
    answer = client.post(f"/acme/views/{view.pk}/renew", {"query": "city=苏州&sort=-name", "seen": view.version})
    assert answer["Location"] == f"{LIST}?view=v{view.pk}"
    with inside():
        assert SavedView.objects.get().query == "city=%E8%8B%8F%E5%B7%9E&sort=-name"
    stale = client.post(f"/acme/views/{view.pk}/renew", {"query": "city=上海", "seen": view.version})
    assert stale.status_code == 409


def test_whoever_may_share_a_view_does_so_while_saving_it(
    login: Any, alice: Any, mia: Any, bob: Any, dan: Any, inside: Any
) -> None:
    manager = login(Client(), mia)
    menu = text_of(manager.get(f"{LIST}?city=苏州"))
    assert 'name="audience"' in menu
    sent = {"name": "苏州的", "query": "city=苏州", "audience": "company"}
    assert manager.post(f"{LIST}save-view", sent).status_code == 302
    assert "苏州的" in text_of(login(Client(), bob).get(LIST))
    asked = manager.post(f"{LIST}save-view", sent | {"name": "一组的", "audience": "department"})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert 'name="department"' in page, "what is missing is asked for on a page"
    assert '<option value="department" selected>' in page
    salesperson = login(Client(), alice)
    assert 'name="audience"' not in text_of(salesperson.get(f"{LIST}?city=苏州"))
    assert 'name="audience"' not in text_of(salesperson.get(f"{LIST}save-view?query=city=苏州"))
    refused = salesperson.post(f"{LIST}save-view", sent | {"name": "偷偷共享"})
    with inside():
        assert not SavedView.objects.filter(name="偷偷共享", audience="company").exists(), refused.status_code
    assert "苏州的" not in text_of(login(Client(), dan).get("/other/customers/"))


def test_it_is_saved_from_the_list_with_and_without_scripts(login: Any, alice: Any, inside: Any) -> None:
    client = login(Client(), alice)
    assert f'action="{LIST}save-view"' in text_of(client.get(f"{LIST}?city=苏州"))
    assert f'action="{LIST}save-view"' not in text_of(client.get(LIST))
    sent = {"name": "苏州的", "query": "city=苏州", "first": "1"}
    made = client.post(f"{LIST}save-view", sent)
    with inside():
        one = SavedView.objects.get()
    assert made["Location"] == f"{LIST}?view=v{one.pk}"
    again = client.post(f"{LIST}save-view", sent)
    assert again.status_code == 422
    assert "换一个名字" in text_of(again)
    assert 'value="苏州的"' in text_of(again)
    assert 'class="chip on"' in text_of(client.get(LIST))  # the list begins with it
    assert 'class="chip on"' not in text_of(client.get(f"{LIST}?view=all"))


def test_nobody_else_has_a_view_that_is_not_shared(
    view: SavedView, login: Any, alice: Any, bob: Any, adam: Any, inside: Any
) -> None:
    assert "苏州的" in tabs(login(Client(), alice))
    for member in (bob, adam):
        client = login(Client(), member)
        assert "苏州的" not in tabs(client)
        assert client.get(f"/acme/views/{view.pk}").status_code == 404
        assert 'class="chip on"' not in text_of(client.get(f"{LIST}?view=v{view.pk}"))
        with inside(), pytest.raises(NotVisible):
            edit(view.pk, actor=member, values={"name": "meins"})


def test_a_view_is_shared_with_a_role_a_department_and_everybody_and_shows_each_only_their_own(
    login: Any, mia: Any, alice: Any, bob: Any, carol: Any, inside: Any
) -> None:
    with inside():
        customers.create(actor=alice, values={"name": "爱丽丝的", "city": "苏州"})
        customers.create(actor=bob, values={"name": "鲍勃的", "city": "苏州"})
        selling = Role.objects.filter(member_roles__member=alice).first()
        shared = {"record_type": "customer", "query": "city=苏州"}
        create(actor=mia, values=shared | {"name": "给角色", "audience": "role", "role": selling.pk})
        everybody = create(actor=mia, values=shared | {"name": "给大家", "audience": "company"}).record
        department = alice.department_id or mia.department_id
        create(actor=mia, values=shared | {"name": "给部门", "audience": "department", "department": department})
        in_role = {one: one.as_actor() for one in (alice, bob, carol)}
    for member, actor in in_role.items():
        seen = tabs(login(Client(), member))
        assert "给大家" in seen
        assert ("给角色" in seen) is any(role.pk == selling.pk for role in actor.roles)
        assert ("给部门" in seen) is (member.department_id == department)
    page = text_of(login(Client(), alice).get(f"{LIST}?view=v{everybody.pk}"))
    assert "爱丽丝的" in page
    assert "鲍勃的" not in page
    assert "/renew" not in text_of(login(Client(), alice).get(f"{LIST}?view=v{everybody.pk}&city=上海"))


def test_who_may_not_share_is_not_asked_with_whom_and_cannot(
    view: SavedView, login: Any, alice: Any, mia: Any, inside: Any
) -> None:
    browser, address = login(Client(), alice), f"/acme/views/{view.pk}/edit"
    assert 'name="audience"' not in text_of(browser.get(address))
    sent = {"name": "苏州的", "audience": "company", "record_type": "customer", "query": "", "seen": view.version}
    browser.post(address, sent)
    with inside():
        assert SavedView.objects.get().audience == "me"
        with pytest.raises(Invalid, match="请主管分享"):
            edit(view.pk, actor=alice, values={"audience": "company"})
        made = {"name": "米娅的", "record_type": "customer", "query": "city=苏州"}
        own = create(actor=mia, values=made).record
    assert 'name="audience"' in text_of(login(Client(), mia).get(f"/acme/views/{own.pk}/edit"))


def test_a_tab_of_the_program_is_narrowed_and_saved(login: Any, alice: Any, inside: Any) -> None:
    with inside():
        for title, done in (("寄样本", False), ("打电话", False), ("寄样本完", True)):
            task = tasks.create(actor=alice, values={"title": title, "due_on": clock.today()}).record
            if done:
                tasks.complete(task, actor=alice)
    client = login(Client(), alice)
    listed = text_of(client.get("/acme/tasks/?view=open&q=寄"))
    query = re.search(r'name="query" value="([^"]+)"', listed)
    assert query
    sent = {"name": "寄的", "query": html.unescape(query[1])}
    made = client.post("/acme/tasks/save-view", sent)
    page = text_of(client.get(made["Location"]))
    assert "寄样本" in page
    assert "寄样本完" not in page
    assert "打电话" not in page
    gone = client.get("/acme/tasks/?tab=nonsense")
    assert gone.status_code == 200
    assert "nonsense" in text_of(gone)


def test_a_shared_view_is_marked_for_its_sharer_and_for_the_others(
    login: Any, mia: Any, alice: Any, inside: Any
) -> None:
    with inside():
        made = {"name": "全公司的", "record_type": "customer", "query": "city=苏州", "audience": "company"}
        create(actor=mia, values=made)
    assert "你共享给" in text_of(login(Client(), mia).get(LIST))
    assert "Mia" in text_of(login(Client(), alice).get(LIST))
    assert "你共享给" not in text_of(login(Client(), alice).get(LIST))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"record_type": "nothing"}, "record_type"),
        ({"audience": "role"}, "role"),
        ({"audience": "department"}, "department"),
        ({"query": "x=" + "a" * 2100}, "query"),
    ],
)
def test_a_view_that_shows_nothing_is_refused(inside: Any, mia: Any, wrong: dict[str, str], field: str) -> None:
    with inside(), pytest.raises(Invalid) as refused:
        create(actor=mia, values={"name": "x", "record_type": "customer", "query": "city=苏州"} | wrong)
    assert field in refused.value.fields


def test_a_stranger_has_none_of_it(view: SavedView, login: Any, dan: Any) -> None:
    client = login(Client(), dan)
    assert "苏州的" not in tabs(client, "/other/customers/")
    assert client.get(f"/other/views/{view.pk}").status_code == 404
    assert client.post(f"/other/views/{view.pk}/renew", {"query": "city=x"}).status_code == 404


def test_a_list_asks_nothing_more_for_its_views(view: SavedView, login: Any, alice: Any, inside: Any) -> None:
    client = login(Client(), alice)
    client.get(f"{LIST}?view=all")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{LIST}?view=all")
    with inside():
        for n in range(12):
            create(actor=alice, values={"name": f"第 {n} 个", "record_type": "customer", "query": f"city={n}"})
    client.get(f"{LIST}?view=all")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{LIST}?view=all")
    assert len(many) == len(few)


def test_a_deleted_view_is_gone_from_the_tabs_and_comes_back_from_the_bin(
    view: SavedView, login: Any, alice: Any, inside: Any
) -> None:
    client = login(Client(), alice)
    with inside():
        delete(view.pk, actor=alice)
    assert "苏州的" not in tabs(client)
    assert client.get(f"{LIST}?view=v{view.pk}").status_code == 200
    assert "苏州的" in text_of(client.get("/acme/bin/"))
