"""Acme's manager automates; deals and customers are what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.automation import actions
from gucang.automation.models import Automation
from gucang.automation.steps import Step, write
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity

TASK: Step = {"kind": "task", "for": "owner", "title": "回访 {name}", "days": 3}
TELL: Step = {"kind": "notify", "for": "manager", "text": "{name} 赢了"}


@pytest.fixture
def new_deal(alice: Any) -> Callable[..., Opportunity]:
    """`new_deal("一期", by=alice, customer="恒立机械")`: a deal with a customer of its own."""

    def make(name: str = "一期改造", *, by: Any = None, customer: str = "", **values: Any) -> Opportunity:
        owner = by if by is not None else alice
        found = customers.create(actor=owner, values={"name": customer or f"{name}的客户"}).record
        values = {"name": name, "customer": found, "amount": "50000", **values}
        return opportunities.create(actor=owner, values=values).record

    return make


@pytest.fixture
def automate(mia: Any) -> Callable[..., Automation]:
    """`automate(steps=[…], verb="win", by=mia)`: an automation about deals, turned on unless `on` is False."""

    def make(
        *steps: Step,
        by: Any = None,
        about: str = "opportunity",
        name: str = "赢单后回访",
        conditions: str = "",
        on: bool = True,
        on_imports: bool = False,
        **trigger: Any,
    ) -> Automation:
        owner = by if by is not None else mia
        values = {"name": name, "record_type": about, "on_imports": on_imports}
        made = actions.create(actor=owner, values=values).record
        trigger = {"trigger": "done", "verb": "win"} | trigger
        actions.set_trigger(made, actor=owner, **trigger)
        actions.set_conditions(made, actor=owner, conditions=conditions)
        actions.set_steps(made, actor=owner, steps=write(list(steps)))
        return actions.turn_on(made, actor=owner).record if on else Automation.objects.get(pk=made.pk)

    return make


@pytest.fixture
def inside(acme: Any) -> Callable[[], Any]:
    """`with inside(): …`: a step of a test in Acme; jobs run between the steps, each in a scope of its own."""
    return lambda: company_scope(acme)


@pytest.fixture
def mias(client: Client, login: Callable[..., Client], mia: Any) -> Client:
    """Mia's browser."""
    return login(client, mia)
