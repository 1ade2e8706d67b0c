"""Deals for the tests of the generic pages, and people who have signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member, Role
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import customers
from gucang.selling import queries
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import Opportunity, Stage

KEYS = ("first", "needs", "quote", "talks", "won", "lost")
Inside = Callable[[], Any]


@pytest.fixture
def inside(acme: Company) -> Inside:
    """`with inside():` for what a test does between two requests, which enter scopes of their own."""

    @contextmanager
    def enter() -> Iterator[Company]:
        with company_scope(acme):
            yield acme

    return enter


@pytest.fixture
def stages(inside: Inside) -> dict[str, Stage]:
    """The stages of the standard pipeline by what they are for; none of them asks for a field."""
    with inside():
        found = queries.stages_of(queries.default_pipeline())  # type: ignore[arg-type]
        free = [pipelines.edit_stage(one, actor=system(), values={"required_fields": []}).record for one in found]
        return dict(zip(KEYS, free, strict=True))


@pytest.fixture
def new_deal(inside: Inside, alice: Member) -> Callable[..., Opportunity]:
    """`new_deal("S750", by=bob, amount=5)`: an open deal of Alice's with a customer of its own."""

    def make(name: str = "第四季度 S750", by: Any = None, customer: str = "", **values: Any) -> Opportunity:
        with inside():
            buyer = customers.create(actor=by or alice, values={"name": customer or f"{name}的客户"}).record
            return opportunities.create(actor=by or alice, values={"name": name, "customer": buyer, **values}).record  # type: ignore[no-any-return]

    return make


@pytest.fixture
def new_task(inside: Inside, alice: Member) -> Callable[..., Task]:
    """`new_task("寄样本", by=bob, due_on=day)`: an open task, due today unless told otherwise."""

    def make(title: str = "寄样本", by: Any = None, **values: Any) -> Task:
        with inside():
            made = {"title": title, "due_on": clock.today()} | values
            return tasks.create(actor=by or alice, values=made).record  # type: ignore[no-any-return]

    return make


@pytest.fixture
def as_alice(client: Client, alice: Member, login: Callable[[Client, Member], Client]) -> Client:
    """Alice's browser."""
    return login(client, alice)


@pytest.fixture
def field_hidden() -> Callable[[str, str], None]:
    """`field_hidden("salesperson", "customer.city")`: a role no longer sees one field. Inside the company."""

    def hide(role: str, field: str) -> None:
        with writing("accounts"):
            Role.objects.filter(key=role).update(field_rules={field: {"inside": "hidden"}})

    return hide
