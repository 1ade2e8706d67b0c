"""Whom and what the measurements ask about: people with sessions and tokens, and records of the benchmark company."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client

from gucang.accounts.actions import tokens
from gucang.accounts.models import Member, User
from gucang.kernel import clock
from gucang.kernel.models import Company, CustomField
from gucang.kernel.scope import company_scope
from gucang.kernel.text import initials
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity, Stage
from gucang.surface import keyset

ROLES = ("executive", "sales_manager", "salesperson", "administrator")
# An actor may ask for 1,200 points a minute in each process; that many tokens share the work.
TOKENS = 30
# Any 32 letters, the same in the cookie and in the header: what the forms of a page would carry.
TOKEN = "b" * 32


@dataclass
class Person:
    """One signed-in person."""

    role: str
    session: str
    tokens: list[str]
    own_customers: list[int] = field(default_factory=list)
    own_deals: list[int] = field(default_factory=list)

    def headers(self, number: int) -> dict[str, str]:
        """For the API."""
        key = self.tokens[number % len(self.tokens)]
        return {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept-Language": "zh-hans"}

    def cookies(self, *, htmx: bool = False) -> dict[str, str]:
        """For pages."""
        more = {"HX-Request": "true"} if htmx else {}
        return {"Cookie": f"sessionid={self.session}", "Accept-Language": "zh-hans", **more}

    def posts(self) -> dict[str, str]:
        """For what a page's script sends."""
        headers = self.cookies(htmx=True)
        cookie = f"{headers['Cookie']}; csrftoken={TOKEN}"
        return headers | {"Cookie": cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/json"}


@dataclass
class Subjects:
    """What one company offers to ask about."""

    company: Company
    people: dict[str, Person]
    size: int
    hottest: int
    typical: list[int]
    words: list[str]
    initials: list[str]
    digits: list[str]
    deep: str
    deep_plain: str
    stages: list[int]
    own_fields: bool


def prepare(slug: str) -> Subjects:
    """Sign everybody in and pick records, the same ones at every run."""
    company = Company.objects.get(slug=slug)
    sessions = {role: _session(f"{role}@{slug}.example") for role in ROLES}
    with company_scope(company):
        people = {role: _person(role, slug, sessions[role]) for role in ROLES}
        chance = random.Random(7)
        ids = Customer.objects.order_by("id").values_list("id", flat=True)
        first, size = ids[0], Customer.objects.count()
        typical = [first + chance.randrange(size) for _ in range(300)]
        names = list(Customer.objects.filter(pk__in=typical).order_by("id").values_list("short_name", flat=True))
        phones = list(Customer.objects.filter(pk__in=typical).order_by("id").values_list("phone", flat=True))
        depth = min(100_000, int(size * 0.9))
        edge = Customer.objects.order_by("-updated_at", "-id")[depth]
        order = keyset.order_of(Customer, "-updated_at")
        stages = Stage.objects.filter(pipeline__position=1, kind="open").order_by("position")
        return Subjects(
            company, people, size, _hottest(company), typical, [name[:2] for name in names],
            [initials(name)[:4] for name in names], [phone[-6:] for phone in phones], keyset.cursor_after(order, edge),
            f"{edge.updated_at.isoformat()},{edge.pk}", list(stages.values_list("id", flat=True)),
            CustomField.objects.filter(record_type="customer", key="scale").exists(),
        )  # fmt: skip


def sign_in(role: str, slug: str) -> Person:
    """The person of this e-mail address in a company, with a session and tokens. Outside a scope."""
    session = _session(f"{role}@{slug}.example")
    with company_scope(Company.objects.get(slug=slug)):
        return _person(role, slug, session)


def _session(email: str) -> str:
    client, user = Client(), User.objects.get(email=email)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    key = client.cookies["sessionid"].value
    # The list of sign-ins, which a real one joins by itself.
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="")
    return key


def _person(role: str, slug: str, session: str) -> Person:
    member = Member.objects.get(user__email=f"{role}@{slug}.example")
    until = clock.today() + timedelta(days=2)
    keys = [
        tokens.create(actor=member, values={"name": f"bench {n}", "scopes": ["*"], "expires_on": until}).record.key
        for n in range(TOKENS)
    ]
    customers = list(Customer.objects.filter(owner=member).order_by("id").values_list("id", flat=True)[:500])
    deals = Opportunity.objects.filter(owner=member, state="open").order_by("id").values_list("id", flat=True)
    return Person(role, session, keys, customers, list(deals[:300]))


def _hottest(company: Company) -> int:
    """The customer with most follow-ups."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        cursor.execute(
            "SELECT about_id FROM activity_followup WHERE company_id = %s GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
            [company.pk],
        )
        return int(cursor.fetchone()[0])


__all__ = ["Person", "Subjects", "prepare", "sign_in"]
