"""Nobody gives a right, a reach or a look at a field that they do not have themselves, whichever way they try."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gucang.accounts import rules
from gucang.accounts.actions import members, roles
from gucang.accounts.actors import actor_for
from gucang.accounts.matrix import matrix, posted_grants
from gucang.accounts.models import Member, Role, Token
from gucang.accounts.rights import write_grants
from gucang.kernel import actions
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.scope import company_scope

KEEPS_ROLES = "role.view company\nrole.edit company\nrole.create company\nrole.set_rights company\nrole.copy company\n"


@pytest.fixture
def keeper(scope: Any, adam: Member, mia: Member) -> Member:
    """Mia, a sales manager who also keeps the roles, though she is no administrator."""
    role = roles.create(actor=adam, name="人事").record
    grants = KEEPS_ROLES + "member.view company\nmember.set_roles company"
    role = roles.set_rights(role, actor=adam, grants=grants).record
    members.set_roles(mia, actor=adam, roles=[Role.objects.get(key="sales_manager"), role])
    return mia


@pytest.fixture
def shop(scope: Any, adam: Member) -> Role:
    """A role with little in it."""
    made: Role = roles.create(actor=adam, name="门店").record
    return made


def test_what_the_giver_has_can_be_given_and_taken(act: Any, keeper: Member, shop: Role) -> None:
    role = act(roles.set_rights, shop, by=keeper, grants="opportunity.view tree\nmember.view company")
    assert role.record.grants["opportunity.view"] == "tree"
    again = roles.set_rights(role.record, actor=keeper, grants="opportunity.view own").record
    assert again.grants == {"opportunity.view": "own"}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("company.edit company", "公司：编辑"),
        ("customer.view company", "客户：查看（全公司）"),
        ("customer.* company", "客户：全部（全公司）"),
        ("* company", "全部权限（*）"),
    ],
)
def test_a_right_or_a_reach_that_the_giver_lacks_is_refused_by_name(
    keeper: Member, shop: Role, line: str, named: str
) -> None:
    with pytest.raises(Forbidden) as refused:
        roles.set_rights(shop, actor=keeper, grants=f"member.view company\n{line}")
    assert f"“{named}”" in str(refused.value)
    shop.refresh_from_db()
    assert line.split()[0] not in shop.grants


def test_a_right_that_the_giver_lacks_cannot_be_taken_away_either(adam: Member, keeper: Member, shop: Role) -> None:
    roles.set_rights(shop, actor=adam, grants="company.edit company\nmember.view company")
    with pytest.raises(Forbidden, match="公司：编辑"):
        roles.set_rights(shop, actor=keeper, grants="member.view company")


def test_a_field_is_opened_no_farther_than_it_is_open_to_the_giver(act: Any, keeper: Member, shop: Role) -> None:
    # Mia reads the phones of her tree alone; a role of hers that sees customers has to say so too.
    phones = "customer.phone write tree masked\ncustomer.phone2 write tree masked\ncustomer.email write tree masked"
    with pytest.raises(Forbidden, match="客户：邮箱"):
        roles.set_rights(shop, actor=keeper, grants="customer.view tree")
    with pytest.raises(Forbidden, match="客户：电话"):
        wider = phones.replace("customer.phone write tree masked", "customer.phone write tree read")
        roles.set_rights(shop, actor=keeper, grants="customer.view tree", field_rules=wider)
    act(roles.set_rights, shop, by=keeper, grants="customer.view tree", field_rules=phones)
    narrower = phones.replace("customer.phone write tree", "customer.phone read own")
    act(roles.set_rights, shop, by=keeper, field_rules=narrower)
    with pytest.raises(Forbidden, match="客户：电话"):
        roles.set_rights(shop, actor=keeper, field_rules=phones.partition("\n")[2])


def test_what_was_more_generous_before_may_stay(adam: Member, keeper: Member, shop: Role) -> None:
    roles.set_rights(shop, actor=adam, grants="customer.view own\nmember.view company")
    assert roles.set_rights(shop, actor=keeper, grants="customer.view own").record.grants == {"customer.view": "own"}


def test_a_member_is_not_given_a_role_that_opens_more_than_the_giver_sees(
    adam: Member, keeper: Member, bob: Member, shop: Role
) -> None:
    shop = roles.set_rights(shop, actor=adam, grants="customer.view own").record
    held = Role.objects.get(key="salesperson")
    with pytest.raises(Forbidden, match="客户：邮箱"):
        members.set_roles(bob, actor=keeper, roles=[held, shop])
    assert rules.excess_of(keeper.as_actor(), [shop]) == shop


def test_copying_gives_no_more_than_setting_would(act: Any, adam: Member, keeper: Member, shop: Role) -> None:
    roles.set_rights(shop, actor=adam, grants="company.edit company")
    with pytest.raises(Forbidden, match="公司：编辑"):
        roles.copy(shop, actor=keeper, name="门店二")
    assert not Role.objects.filter(name="门店二").exists()
    act(roles.copy, shop, by=adam, name="门店二")


def test_a_copy_has_the_rights_of_the_other_and_a_sentence_of_its_own(scope: Any, act: Any, adam: Member) -> None:
    sales = Role.objects.get(key="salesperson")
    copied = act(roles.copy, sales, by=adam, name="渠道业务员", description="只做渠道客户。").record.copied
    assert (copied.grants, copied.field_rules) == (sales.grants, sales.field_rules)
    assert (copied.name, copied.description, copied.key) == ("渠道业务员", "只做渠道客户。", "")
    assert roles.copy(sales, actor=adam, name="电话业务员").record.copied.description == "和“业务员”一样。"


def test_what_is_left_out_stays_as_it_is(adam: Member, shop: Role) -> None:
    roles.set_rights(shop, actor=adam, grants="customer.view own", field_rules="customer.phone masked")
    roles.set_rights(shop, actor=adam, field_rules="customer.phone hidden")
    shop.refresh_from_db()
    assert shop.grants == {"customer.view": "own"}
    assert shop.field_rules == {"customer.phone": {"inside": "hidden"}}


def test_what_is_not_understood_is_said_with_what_was_meant(adam: Member, shop: Role) -> None:
    for grants, said in [
        ("customer.veiw own", "customer.view"),
        ("customer.view far", "own、department、tree、company"),
        ("customer.view", "没有写清范围"),
    ]:
        with pytest.raises(Invalid, match=said):
            roles.set_rights(shop, actor=adam, grants=grants)
    for rule in ("customer.phone some", "customer.phone write far masked", "customer.nothing read", "nothing.x read"):
        with pytest.raises(Invalid, match="看不懂"):
            roles.set_rights(shop, actor=adam, field_rules=rule)


@pytest.mark.parametrize(
    ("given", "held", "more"),
    [
        (FieldRule(), FieldRule(), False),
        (FieldRule(), FieldRule(Access.MASKED), True),
        (FieldRule(Access.WRITE, Reach.OWN, Access.MASKED), FieldRule(Access.WRITE, Reach.TREE, Access.MASKED), False),
        (FieldRule(Access.WRITE, Reach.TREE, Access.MASKED), FieldRule(Access.WRITE, Reach.OWN, Access.MASKED), True),
        (FieldRule(Access.READ), FieldRule(Access.WRITE, Reach.OWN, Access.MASKED), True),
        (FieldRule(Access.HIDDEN), FieldRule(Access.MASKED), False),
        # Odd but possible: less inside than beyond.
        (FieldRule(Access.HIDDEN, Reach.OWN, Access.READ), FieldRule(Access.WRITE, Reach.OWN, Access.MASKED), True),
    ],
)
def test_rules_are_compared_at_every_distance(given: FieldRule, held: FieldRule, more: bool) -> None:
    assert rules.more_generous(given, held) is more


def test_a_second_role_lifts_no_mask_from_what_it_does_not_show(adam: Member, alice: Member, shop: Role) -> None:
    sales = Role.objects.get(key="salesperson")
    roles.set_rights(shop, actor=adam, grants="pipeline.view company")
    members.set_roles(alice, actor=adam, roles=[sales, shop])
    assert alice.as_actor().field_rules["customer.phone"].beyond is Access.MASKED
    # One that shows customers, without a word about their phones, does.
    roles.set_rights(shop, actor=adam, grants="customer.view own")
    assert "customer.phone" not in alice.as_actor().field_rules


def test_the_matrix_locks_what_the_one_who_looks_cannot_give(keeper: Member, shop: Role) -> None:
    shown = matrix(shop.grants, shop.field_rules, keeper.as_actor())
    customers = next(group for group in shown.daily if group.name == "customer")
    view = customers.usual[0]
    assert view is not None
    assert not view.why
    assert {one.value: one.off for one in view.choices} == {
        "": False, "own": False, "department": False, "tree": False, "company": True,
    }  # fmt: skip
    erase = next(cell for cell in customers.more if cell.name == "customer.erase")
    assert "给不了，也收不回" in erase.why


def test_every_permission_stands_in_the_matrix_once(scope: Any, adam: Member) -> None:
    from gucang.kernel import permissions

    shown = matrix({}, {}, adam.as_actor())
    cells = [cell for group in (*shown.daily, *shown.special) for cell in (*group.usual, *group.more) if cell]
    assert sorted(cell.name for cell in cells) == list(permissions.known())
    assert not any(cell.why for cell in cells)


def test_a_matrix_sent_back_as_it_is_changes_nothing(scope: Any, adam: Member) -> None:
    for role in Role.objects.exclude(key="administrator"):
        shown = matrix(role.grants, role.field_rules, adam.as_actor())
        cells = [cell for group in (*shown.daily, *shown.special) for cell in (*group.usual, *group.more) if cell]
        sent = {f"grant:{cell.name}": cell.reach for cell in cells}
        assert all(cell.reach in {one.value for one in cell.choices} for cell in cells)
        assert posted_grants(sent, role.grants) == role.grants


def test_a_right_is_taken_out_of_everything_about_a_record(scope: Any) -> None:
    everything = {"customer.*": "own", "customer.claim": "company", "task.view": "own"}
    assert posted_grants({"grant:customer.edit": "own", "grant:customer.claim": "company"}, everything) == everything
    left = posted_grants({"grant:customer.delete": ""}, everything)
    assert "customer.*" not in left
    assert "customer.delete" not in left
    assert (left["customer.edit"], left["customer.claim"], left["task.view"]) == ("own", "company", "own")
    assert posted_grants({}, {"*": "company"}) == {"*": "company"}


# Through the doors


def test_the_page_shows_the_refusal_and_keeps_what_was_sent(
    client: Client, acme: Any, adam: Member, mia: Member, login: Any
) -> None:
    with company_scope(acme):
        role = roles.create(actor=adam, name="人事").record
        roles.set_rights(role, actor=adam, grants=KEEPS_ROLES + "member.view company")
        members.set_roles(mia, actor=adam, roles=[role])
        before = Role.objects.get(key="reader")
    login(client, mia)
    page = client.get(f"/acme/roles/{before.pk}/set_rights").content.decode()
    assert 'id="g-customer.edit" aria-label="客户 · 编辑" disabled' in page
    sent = {"version": before.version, "grant:customer.edit": "company", "grant:member.view": "own"}
    answer = client.post(f"/acme/roles/{before.pk}/set_rights", sent)
    assert answer.status_code == 403
    assert "给不了“客户：编辑（全公司）”" in answer.content.decode()
    with company_scope(acme):
        assert Role.objects.get(key="reader").grants == before.grants


@pytest.fixture
def token_of(acme: Any) -> Any:
    """`token_of(mia, scopes)`: a client of the API that acts for her."""
    from gucang.kernel import clock

    def make(member: Member, scopes: list[str]) -> Client:
        from datetime import timedelta

        with company_scope(acme):
            until = (clock.today() + timedelta(days=9)).isoformat()
            values = {"name": "t", "scopes": scopes, "expires_on": until}
            key = actions.get("token.create")(actor=member, values=values).record.key
        return Client(headers={"Authorization": f"Bearer {key}"})

    return make


def test_a_token_gives_no_more_than_its_scopes(acme: Any, adam: Member, token_of: Any) -> None:
    token_of(adam, ["role.*"])
    with company_scope(acme):
        role = roles.create(actor=adam, name="门店").record
        actor = actor_for(adam, token=Token.objects.get())
        with pytest.raises(Forbidden, match="客户：查看"):
            roles.set_rights(role, actor=actor, grants=write_grants(role.grants | {"customer.view": "own"}))


def post(api: Client, path: str, **body: Any) -> Any:
    return api.post(f"/acme/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_a_roles_rights_are_read_and_set_by_the_api(acme: Any, adam: Member, token_of: Any) -> None:
    api = token_of(adam, ["*"])
    made = post(api, "roles", name="门店")
    assert made.status_code == 201
    pk = made.json()["id"]
    assert "member.view company" in made.json()["grants"].splitlines()
    answer = post(api, f"roles/{pk}/set_rights", grants="customer.view own", field_rules="customer.phone masked")
    assert answer.status_code == 200
    alone = post(api, f"roles/{pk}/set_rights", field_rules="customer.phone write own masked")
    assert alone.status_code == 200
    read = api.get(f"/acme/api/v1/roles/{pk}").json()
    assert (read["grants"], read["field_rules"]) == ("customer.view own", "customer.phone write own masked")
    copied = post(api, f"roles/{pk}/copy", name="门店二")
    assert copied.status_code == 200
    listed = api.get("/acme/api/v1/roles").json()["items"]
    assert next(one for one in listed if one["name"] == "门店二")["grants"] == "customer.view own"


def test_the_api_says_which_right_or_reach_it_does_not_know(acme: Any, adam: Member, token_of: Any) -> None:
    api = token_of(adam, ["*"])
    pk = post(api, "roles", name="门店").json()["id"]
    known = "own、department、tree、company"
    for grants, said in [("customer.veiw own", "customer.view"), ("customer.view far", known)]:
        answer = post(api, f"roles/{pk}/set_rights", grants=grants)
        assert answer.status_code == 422
        assert said in json.dumps(answer.json(), ensure_ascii=False)


def test_the_api_refuses_what_the_giver_lacks(acme: Any, adam: Member, mia: Member, bob: Member, token_of: Any) -> None:
    with company_scope(acme):
        role = roles.create(actor=adam, name="人事").record
        grants = KEEPS_ROLES + "member.view company\nmember.set_roles company"
        role = roles.set_rights(role, actor=adam, grants=grants).record
        members.set_roles(mia, actor=adam, roles=[Role.objects.get(key="sales_manager"), role])
        administrator, reader = (Role.objects.get(key=key) for key in ("administrator", "reader"))
        before = reader.grants
    api = token_of(mia, ["*"])
    answer = post(api, f"roles/{reader.pk}/set_rights", grants=write_grants(before | {"company.edit": "company"}))
    assert answer.status_code == 403
    assert "公司：编辑" in answer.json()["detail"]
    assert post(api, f"roles/{administrator.pk}/copy", name="副管理员").status_code == 403
    assert post(api, f"members/{bob.pk}/set_roles", roles=[administrator.pk]).status_code == 403
    # Nobody looks as somebody else by a program: there is nothing to look at.
    assert post(token_of(adam, ["*"]), f"members/{bob.pk}/look_as").status_code == 404
    with company_scope(acme):
        assert Role.objects.get(key="reader").grants == before
        assert not Role.objects.filter(name="副管理员").exists()
        assert [one.key for one in Role.objects.filter(member_roles__member=bob)] == ["salesperson"]
