"""Members, departments, roles, tokens, the company: what may be done, and what is refused with which sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gucang.accounts import roles as builtin_roles
from gucang.accounts import rules
from gucang.accounts.actions import departments, ensure_roles, members, roles, tokens
from gucang.accounts.models import Department, Invitation, Member, Role
from gucang.accounts.setup import renew_roles
from gucang.kernel import clock, records
from gucang.kernel.actors import Reach, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope


def role(key: str) -> Role:
    return Role.objects.get(key=key)


def days(count: int):
    return clock.today() + timedelta(days=count)


# Members


def test_a_new_member_has_no_user_and_no_rights(scope, act, adam):
    eve = act(members.create, by=adam, name="Eve").record
    assert eve.user_id is None
    assert not eve.as_actor().grants


def test_a_salesperson_cannot_make_members(scope, act, alice):
    with pytest.raises(Forbidden):
        members.create(actor=alice, name="Eve")


def test_roles_are_set_as_a_whole_and_raise_the_rights_version(scope, act, adam, bob):
    outcome = act(members.set_roles, bob, by=adam, roles=[role("salesperson"), role("service")])
    assert outcome.event.facts["roles"] == sorted(role(key).name for key in ("salesperson", "service"))
    assert outcome.record.rights_version == bob.rights_version + 1


def test_setting_the_same_roles_again_is_no_deed(scope, adam, bob):
    assert members.set_roles(bob, actor=adam, roles=[role("salesperson")]).event is None


def test_nobody_gives_a_right_that_they_lack(scope, adam, bob, mia):
    give = roles.create(actor=adam, name="人事").record
    roles.set_rights(give, actor=adam, grants="member.view company\nmember.set_roles company\nrole.view company")
    members.set_roles(mia, actor=adam, roles=[give])
    mia.refresh_from_db()
    with pytest.raises(Forbidden, match=r"\*"):
        members.set_roles(bob, actor=mia, roles=[role("administrator")])
    with pytest.raises(Forbidden):
        members.set_roles(mia, actor=mia, roles=[give, role("administrator")])
    assert not bob.as_actor().may("company.edit")


def test_nobody_takes_a_role_away_that_is_above_them(scope, adam, mia):
    give = roles.create(actor=adam, name="人事").record
    roles.set_rights(give, actor=adam, grants="member.view company\nmember.set_roles company\nrole.view company")
    members.set_roles(mia, actor=adam, roles=[give])
    with pytest.raises(Forbidden):
        members.set_roles(adam, actor=mia, roles=[])


def test_the_last_administrator_keeps_the_role_and_stays(scope, act, adam, bob):
    with pytest.raises(Refused, match=r"最后|last"):
        members.set_roles(adam, actor=adam, roles=[])
    with pytest.raises(Refused):
        members.leave(adam, actor=adam, on=clock.today())
    act(members.set_roles, bob, by=adam, roles=[role("administrator")])
    act(members.leave, adam, by=bob, on=clock.today())


def test_an_administrator_who_cannot_sign_in_does_not_count(scope, adam):
    paper = members.create(actor=adam, name="Paper").record
    members.set_roles(paper, actor=adam, roles=[role("administrator")])
    with pytest.raises(Refused):
        members.leave(adam, actor=adam, on=clock.today())


def test_who_leaves_loses_tokens_and_invitations_in_the_same_deed(scope, act, adam, alice):
    token = tokens.create(actor=alice, name="list", scopes=["read"], expires_on=days(30)).record
    outcome = act(members.leave, alice, by=adam, on=clock.today())
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert (outcome.record.status, outcome.record.left_on) == ("left", clock.today())
    assert outcome.event.facts == {"tokens": 1}
    assert Event.objects.get(name="token.revoke").cause == outcome.event.id
    assert not outcome.record.as_actor().grants


def test_nobody_leaves_ahead_of_time_or_twice(scope, adam, alice):
    with pytest.raises(Invalid):
        members.leave(alice, actor=adam, on=days(1))
    members.leave(alice, actor=adam, on=clock.today())
    with pytest.raises(Refused):
        members.leave(alice, actor=adam, on=clock.today())


def test_status_left_is_not_reached_by_editing(scope, adam, alice):
    with pytest.raises(Invalid):
        members.edit(alice, actor=adam, status="left")


def test_who_comes_back_has_the_roles_but_no_old_token(scope, act, adam, alice):
    token = tokens.create(actor=alice, name="list", scopes=["read"], expires_on=days(30)).record
    members.leave(alice, actor=adam, on=clock.today())
    back = act(members.rejoin, alice, by=adam, on=clock.today()).record
    assert back.as_actor().may("member.view")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_an_invitation_replaces_the_older_one(scope, act, adam):
    eve = members.create(actor=adam, name="Eve").record
    act(members.invite, eve, by=adam, email="eve@acme.test")
    act(members.invite, eve, by=adam)
    first, second = Invitation.objects.order_by("created_at", "id")
    assert first.voided_at is not None
    assert second.voided_at is None


def test_an_invitation_event_holds_no_key(scope, act, adam):
    eve = members.create(actor=adam, name="Eve").record
    outcome = act(members.invite, eve, by=adam, email="eve@acme.test")
    assert outcome.record.invitation_key not in str(outcome.event.facts) + str(outcome.event.changes)


def test_who_may_invite_cannot_invite_into_rights_above_their_own(scope, adam, mia):
    give = roles.create(actor=adam, name="人事").record
    roles.set_rights(give, actor=adam, grants="member.view company\nmember.invite company")
    members.set_roles(mia, actor=adam, roles=[give])
    boss = members.create(actor=adam, name="Boss").record
    members.set_roles(boss, actor=adam, roles=[role("administrator")])
    with pytest.raises(Forbidden):
        members.invite(boss, actor=mia, email="mine@evil.test")
    assert not Invitation.objects.exists()


def test_somebody_who_signs_in_already_is_not_invited(scope, adam, bob):
    with pytest.raises(Refused):
        members.invite(bob, actor=adam)


def test_joining_is_not_for_people_to_do_by_hand(scope, adam, alice):
    eve = members.create(actor=adam, name="Eve").record
    with pytest.raises(Forbidden):
        members.join(eve, actor=adam, user=alice.user_id)


def test_a_stranger_cannot_touch_our_members(scope, alice, dan):
    outsider = dan.pk
    assert not Member.objects.filter(pk=outsider).exists()
    with pytest.raises(NotVisible):
        members.edit(outsider, actor=system(), name="stolen")
    with pytest.raises(Invalid):
        members.edit(alice, actor=system(), manager=outsider)


def test_dan_sees_only_his_own_people(other, alice, dan):
    with company_scope(other):
        seen = records.get("member").query(dan.as_actor())
        assert [one.name for one in seen] == ["Dan"]
        with pytest.raises(NotVisible):
            members.edit(alice.pk, actor=dan, name="stolen")


# Departments


def test_a_department_cannot_lie_below_itself(scope, act, adam):
    first = Department.objects.get(name="销售一组")
    top = Department.objects.get(name="销售部")
    with pytest.raises(Invalid) as problem:
        departments.edit(top, actor=adam, parent=first)
    assert "parent" in problem.value.fields
    with pytest.raises(Invalid):
        departments.edit(top, actor=adam, parent=top)


def test_a_department_with_people_or_others_below_stays(scope, act, adam):
    with pytest.raises(Refused):
        departments.delete(Department.objects.get(name="销售一组"), actor=adam)
    empty = act(departments.create, by=adam, name="仓库").record
    below = act(departments.create, by=adam, name="夜班", parent=empty).record
    with pytest.raises(Refused):
        departments.delete(empty, actor=adam)
    act(departments.delete, below, by=adam)
    act(departments.delete, empty, by=adam)


def test_two_departments_of_one_name_need_two_places(scope, adam):
    with pytest.raises(Refused):
        departments.create(actor=adam, name="销售部")
    departments.create(actor=adam, name="销售部", parent=Department.objects.get(name="总经办"))


def test_a_department_in_the_bin_leaves_its_name_to_another_and_cannot_come_back_beside_it(scope, act, adam):
    old = act(departments.create, by=adam, name="市场部").record
    act(departments.delete, old, by=adam)
    new = act(departments.create, by=adam, name="市场部").record
    with pytest.raises(Refused, match="已经有"):
        departments.restore(old, actor=adam)
    act(departments.delete, new, by=adam)
    act(departments.restore, old, by=adam)


def test_a_role_in_the_bin_leaves_its_name_to_another(scope, act, adam):
    old = act(roles.create, by=adam, name="前台").record
    with pytest.raises(Refused):
        roles.create(actor=adam, name="前台")
    act(roles.delete, old, by=adam)
    act(roles.create, by=adam, name="前台")
    with pytest.raises(Refused):
        roles.restore(old, actor=adam)


def test_the_manager_reaches_the_tree_and_a_colleague_the_department(scope, mia, alice, bob, carol):
    circle = mia.as_actor().circle
    assert circle(Reach.TREE) == {mia.pk, alice.pk, bob.pk}
    assert circle(Reach.DEPARTMENT) == {mia.pk}
    assert alice.as_actor().circle(Reach.DEPARTMENT) == {alice.pk, bob.pk}


# Roles


def test_every_company_has_the_built_in_roles(scope):
    assert set(Role.objects.values_list("key", flat=True)) == {
        "administrator", "sales_manager", "salesperson", "service", "finance", "warehouse", "reader", "auditor",
        "executive",
    }  # fmt: skip


def test_setting_up_roles_again_changes_nothing(scope):
    before = Event.objects.count()
    ensure_roles("zh-hans")
    assert Event.objects.count() == before


def test_a_new_version_of_the_program_brings_the_roles_of_every_company_up_to_date(acme, other, adam, monkeypatch):
    def held(company):
        with company_scope(company):
            return Role.objects.get(key="salesperson").grants

    declared = builtin_roles.get("salesperson")
    monkeypatch.setitem(declared.grants, "customer.export", Reach.OWN)
    renew_roles()
    assert held(acme)["customer.export"] == held(other)["customer.export"] == "own"
    with company_scope(acme):
        before = Event.objects.filter(name="role.renew").count()
    assert before == 1
    renew_roles()
    with company_scope(acme):
        assert Event.objects.filter(name="role.renew").count() == before


def test_a_reader_sees_everything_and_edits_nothing(scope, carol):
    actor = carol.as_actor()
    assert all(actor.may(f"{kind.name}.view") for kind in records.every() if kind.name != "token")
    # How one wants to be told of things and to look at them, and who decides in one's place, is one's own affair.
    own = ("notification_setting", "saved_view", "pin_list", "delegation")
    changing = [kind.edit.name for kind in records.every() if kind.edit and kind.name not in own]
    assert "member.edit" in changing
    assert [name for name in changing if actor.may(name)] == []


def test_a_built_in_role_stays_and_a_held_one_too(scope, act, adam, bob):
    with pytest.raises(Refused):
        roles.delete(role("reader"), actor=adam)
    own = act(roles.create, by=adam, name="门店").record
    members.set_roles(bob, actor=adam, roles=[own])
    with pytest.raises(Refused):
        roles.delete(own, actor=adam)


def test_unknown_rights_are_refused_with_the_line(scope, adam):
    own = roles.create(actor=adam, name="门店").record
    with pytest.raises(Invalid, match=r"customer\.fly"):
        roles.set_rights(own, actor=adam, grants="customer.fly own")
    with pytest.raises(Invalid, match=r"member\.nothing"):
        roles.set_rights(own, actor=adam, grants="", field_rules="member.nothing read")


def test_rights_above_ones_own_cannot_be_written_into_a_role(scope, adam, mia):
    give = roles.create(actor=adam, name="人事").record
    roles.set_rights(give, actor=adam, grants="role.view company\nrole.set_rights company\nmember.view department")
    members.set_roles(mia, actor=adam, roles=[give])
    with pytest.raises(Forbidden):
        roles.set_rights(give, actor=mia, grants="role.view company\nrole.set_rights company\nmember.view company")
    with pytest.raises(Forbidden):
        roles.set_rights(give, actor=mia, grants="* company")


def test_what_the_company_changed_survives_a_new_version(scope):
    latest, before = (
        {"a.view": "tree", "b.view": "own", "d.view": "own"},
        {"a.view": "own", "b.view": "own", "c.view": "own"},
    )
    now = {"a.view": "own", "c.view": "own"}
    assert roles.merged(now, before, latest) == {"a.view": "tree", "d.view": "own"}
    assert roles.merged({"a.view": "company"}, before, latest) == {"a.view": "company", "d.view": "own"}


def test_excess_names_what_is_above_the_giver(scope, mia):
    assert rules.excess(mia.as_actor(), {"member.view": "company"}) == []
    assert rules.excess(mia.as_actor(), {"company.edit": "own", "*": "company"}) == ["*", "company.edit"]
