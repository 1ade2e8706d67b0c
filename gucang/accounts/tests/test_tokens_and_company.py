"""Tokens are their makers' own; the company is its administrator's to name and to number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gucang.accounts.actions import companies, tokens
from gucang.accounts.models import Role, Token
from gucang.kernel import clock, records
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Company, Event


def role(key: str) -> Role:
    return Role.objects.get(key=key)


def days(count: int):
    return clock.today() + timedelta(days=count)


def test_a_token_is_its_makers_and_its_key_is_only_on_the_answer(scope, act, alice):
    outcome = act(tokens.create, name="list", scopes=["read"], expires_on=days(365))
    token = outcome.record
    assert token.key.startswith(token.prefix)
    assert token.member_id == alice.pk
    assert token.key not in str(outcome.event.changes)
    assert token.key_hash not in str(outcome.event.changes)
    assert not hasattr(Token.objects.get(pk=token.pk), "key")


@pytest.mark.parametrize("count", [0, -1, 366])
def test_a_token_ends_within_a_year(scope, alice, count):
    with pytest.raises(Invalid) as problem:
        tokens.create(actor=alice, name="list", scopes=["read"], expires_on=days(count))
    assert "expires_on" in problem.value.fields


@pytest.mark.parametrize("scopes", [[], ["everything"], ["member.fly"], "read write"])
def test_a_scope_must_be_known(scope, alice, scopes):
    with pytest.raises(Invalid):
        tokens.create(actor=alice, name="list", scopes=scopes, expires_on=days(10))


def test_a_token_makes_no_token(scope, alice):
    from gucang.accounts.actors import actor_for

    token = tokens.create(actor=alice, name="all", scopes=["*"], expires_on=days(10)).record
    with pytest.raises(Forbidden):
        tokens.create(actor=actor_for(alice, token=token), name="x", scopes=["*"], expires_on=days(10))


def test_ones_token_is_ones_own_business_and_the_administrators(scope, act, alice, bob, carol, adam):
    token = act(tokens.create, name="list", scopes=["read"], expires_on=days(10)).record
    for stranger in (bob, carol):
        with pytest.raises(NotVisible):
            tokens.revoke(token, actor=stranger)
    act(tokens.revoke, token, by=adam)
    with pytest.raises(Refused):
        tokens.revoke(token, actor=alice)


# The company


def test_the_company_is_named_anew_by_its_administrator_alone(scope, act, adam, alice, carol):
    act(companies.edit, scope, by=adam, name="阿克梅集团")
    for other in (alice, carol):
        with pytest.raises(Forbidden):
            companies.edit(scope, actor=other, name="mine")
    assert Company.objects.get(pk=scope.pk).name == "阿克梅集团"


@pytest.mark.parametrize("values", [{"currency": "XXX"}, {"language": "tlh"}, {"name": ""}])
def test_a_company_keeps_a_known_currency_language_and_a_name(scope, adam, values):
    with pytest.raises(Invalid):
        companies.edit(scope, actor=adam, values=values)


def test_another_company_is_out_of_reach(scope, adam, other):
    with pytest.raises(NotVisible):
        companies.edit(other, actor=adam, name="stolen")
    assert Company.objects.get(pk=other.pk).name == "别家公司"


def test_a_number_rule_is_checked_and_can_be_taken_back(scope, act, adam):
    numbered = next((kind for kind in records.every() if kind.number), None)
    if numbered is None:
        with pytest.raises(Invalid):
            companies.set_number_rule(scope, actor=adam, record="member", pattern="M{seq}")
        return
    with pytest.raises(Invalid) as problem:
        companies.set_number_rule(scope, actor=adam, record=numbered.name, pattern="no sequence")
    assert "pattern" in problem.value.fields
    act(companies.set_number_rule, scope, by=adam, record=numbered.name, pattern="A{yy}-{seq:03}")
    assert companies.example("A{yy}-{seq:03}").endswith("-007")
    act(companies.set_number_rule, scope, by=adam, record=numbered.name, pattern="")


def test_creation_is_the_programs_deed(scope, adam):
    with pytest.raises(Forbidden):
        companies.create(scope, actor=adam, name="again", language="en")
    assert Event.objects.get(name="company.create").changes["name"] == ["acme", "阿克梅贸易"]
