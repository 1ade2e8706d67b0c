"""A company made on the command line, and how its first administrator gets in."""

from __future__ import annotations

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.accounts.setup import company_for
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from tests.personas import PASSWORD

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")


def test_a_newcomer_gets_a_link_by_which_they_become_administrator(db, client: Client):
    said = company_for("北仓公司", "beicang", "first@beicang.example")
    link = said.splitlines()[-1]
    path = "/" + link.split("/", 3)[3]
    client.post(path, {"name": "北仓", "password": PASSWORD})
    with company_scope(Company.objects.get(slug="beicang")):
        member = Member.objects.get(email="first@beicang.example")
        assert member.user is not None
        assert member.as_actor().may("member.create")


def test_somebody_with_an_account_is_a_member_at_once(db, alice):
    said = company_for("北仓公司", "beicang", alice.user.email)
    assert "/join/" not in said
    with company_scope(Company.objects.get(slug="beicang")):
        assert Member.objects.get(user=alice.user).as_actor().may("role.edit")


def test_a_taken_address_is_refused_and_nothing_is_made(db):
    company_for("北仓公司", "beicang", "first@beicang.example")
    with pytest.raises(Invalid):
        company_for("南仓公司", "beicang", "second@beicang.example")
    assert Company.objects.filter(slug="beicang").count() == 1
