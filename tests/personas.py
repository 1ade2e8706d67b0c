"""The people of every test: Alice owns, Bob is her colleague, Carol reads, Dan works elsewhere.

A fixture of a person is a `Member`; an action takes it as its `actor`. `scope` enters Acme for the whole test; a test
of pages leaves it out, because a request enters its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client

from gucang.accounts.actions import departments, members
from gucang.accounts.models import Department, Member, Role, User
from gucang.accounts.rules import ADMINISTRATOR
from gucang.accounts.setup import create_company
from gucang.kernel.actions import Action, Outcome
from gucang.kernel.actors import system
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import active_company_id, company_scope

PASSWORD = "correct horse 电池 staple"


@dataclass
class Team:
    """A company with its people by first name."""

    company: Company
    people: dict[str, Member]


def hire(name: str, role: str, department: Department | None = None, manager: Member | None = None) -> Member:
    """A member of the active company who signs in as <name>@<company>.test and has one built-in role."""
    company = Company.objects.get(pk=active_company_id())
    user = User.objects.create_user(f"{name.lower()}@{company.slug}.test", name=name)
    values = {"name": name, "email": user.email, "department": department, "manager": manager, "position": role}
    member = members.create(actor=system(), values=values).record
    member = members.set_roles(member, actor=system(), roles=[Role.objects.get(key=role)]).record
    return members.join(member, actor=system(), user=user.pk).record


def make_department(name: str, parent: Department | None = None) -> Department:
    return departments.create(actor=system(), name=name, parent=parent).record


def give_password(member: Member, password: str = PASSWORD) -> User:
    """Let this person sign in with a password as well."""
    user = User.objects.get(pk=member.user_id)
    user.set_password(password)
    user.save()
    return user


def found_acme() -> Team:
    """Acme with its five people."""
    company = create_company("阿克梅贸易", "acme")
    with company_scope(company):
        sales = make_department("销售部")
        first = make_department("销售一组", parent=sales)
        office = make_department("总经办")
        mia = hire("Mia", "sales_manager", sales)
        alice = hire("Alice", "salesperson", first, mia)
        bob = hire("Bob", "salesperson", first, mia)
        carol = hire("Carol", "reader", office)
        adam = hire("Adam", ADMINISTRATOR, office)
    return Team(company, {"alice": alice, "bob": bob, "carol": carol, "mia": mia, "adam": adam})


@pytest.fixture
def acme_team(db: None) -> Team:
    return found_acme()


@pytest.fixture
def acme(acme_team: Team) -> Company:
    """The company of Alice, Bob, Carol, Mia and Adam. Its scope is not entered."""
    return acme_team.company


def found_other() -> Team:
    """Another company, with Dan."""
    company = create_company("别家公司", "other")
    with company_scope(company):
        dan = hire("Dan", ADMINISTRATOR, make_department("总经办"))
    return Team(company, {"dan": dan})


@pytest.fixture
def other_team(db: None) -> Team:
    return found_other()


@pytest.fixture
def other(other_team: Team) -> Company:
    """Another company, where Dan may do everything."""
    return other_team.company


@pytest.fixture
def scope(request: pytest.FixtureRequest, acme: Company) -> Iterator[Company]:
    """Everything in the test happens inside Acme."""
    if {"dan", "other"} & set(request.fixturenames):
        request.getfixturevalue("other_team")  # scopes do not nest: strangers are made before the scope is entered
    with company_scope(acme):
        yield acme


@pytest.fixture
def alice(acme_team: Team) -> Member:
    """A salesperson of Acme: the owner."""
    return acme_team.people["alice"]


@pytest.fixture
def bob(acme_team: Team) -> Member:
    """A salesperson of Acme in Alice's department."""
    return acme_team.people["bob"]


@pytest.fixture
def carol(acme_team: Team) -> Member:
    """Somebody in Acme who reads only."""
    return acme_team.people["carol"]


@pytest.fixture
def mia(acme_team: Team) -> Member:
    """The manager of Alice and Bob, over their department and those below hers."""
    return acme_team.people["mia"]


@pytest.fixture
def adam(acme_team: Team) -> Member:
    """Acme's only administrator."""
    return acme_team.people["adam"]


@pytest.fixture
def dan(other_team: Team) -> Member:
    """A stranger: administrator of another company."""
    return other_team.people["dan"]


@pytest.fixture
def act(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """`act(win, deal, by=bob, on=day)`: do it (Alice does by default), leaving exactly one event of its own.

    Events of actions that it calls name it as their cause; an event without a cause would be a second deed.
    """

    def do(action: Action, record: Any = None, /, by: Any = None, **params: Any) -> Outcome:
        actor = by if by is not None else request.getfixturevalue("alice")
        before = set(Event.objects.values_list("id", flat=True))
        outcome = action(record, actor=actor, **params)
        new = list(Event.objects.exclude(id__in=before))
        own = [event for event in new if event.cause is None]
        assert outcome.event is not None, f"{action.name} changed nothing"
        assert [event.id for event in own] == [outcome.event.id], f"deeds: {[event.name for event in own]}"
        assert outcome.event.name == action.name
        return outcome

    return do


@pytest.fixture
def login() -> Callable[[Client, Member], Client]:
    """`login(client, alice)`: the client's next requests are hers."""

    def sign_in(client: Client, member: Member) -> Client:
        client.force_login(User.objects.get(pk=member.user_id), "django.contrib.auth.backends.ModelBackend")
        # The list of sign-ins, which a real one joins by itself.
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        about = {"user_id": member.user_id, "ip": "127.0.0.1", "user_agent": ""}
        UserSession.objects.update_or_create(session_key=key, defaults=about)
        return client

    return sign_in
