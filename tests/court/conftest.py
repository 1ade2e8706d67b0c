"""A process about customers in four steps, cases that depart from it, and an auditor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.conformance import night
from gucang.kernel import clock
from gucang.parties.actions import customers
from gucang.sops.models import Process, ProcessVersion
from tests.conformance.conftest import START, definition, hours, in_force, log
from tests.personas import hire

# Acme's Mia and her kind come after step b.
STEPS: dict[str, dict[str, Any]] = {
    "a": {"name": "建档", "roles": ["salesperson"]},
    "b": {"name": "核价", "roles": ["salesperson"], "limit": {"amount": 2, "unit": "hours", "after": "a"}},
    "c": {"name": "备货", "roles": ["sales_manager"]},
    "d": {"name": "回访", "roles": ["sales_manager"]},
}
TREE = ["seq", "a", "b", "c", "d"]
NIGHT = START + timedelta(days=20)


def the_process(tree: Any = None, **steps: dict[str, Any]) -> ProcessVersion:
    """The process in force, in the scope that is entered."""
    return in_force(definition(tree or TREE, **(STEPS | steps)))


def walk(steps: str, by: Member, every: float = 1.0, number: int = 0) -> Any:
    """A customer of somebody's who went this way, a step each `every` hours."""
    with clock.at(START - timedelta(days=90)):
        made = customers.create(actor=by, values={"name": f"苏州精工{number}-{steps}"}).record
    for at, step in enumerate(steps):
        log(made, step, hours(at * every), by)
    return made


def judge_night() -> Process:
    """Last night's run; the process."""
    with clock.at(NIGHT):
        night.run_here("customer")
    return Process.objects.get()


@pytest.fixture
def sue(scope: Any) -> Member:
    """The auditor of Acme."""
    return hire("Sue", "auditor")


@pytest.fixture
def skipping(scope: Any, alice: Member) -> Process:
    """Three cases that skip the second step, two that do not."""
    the_process()
    for number, steps in enumerate(("acd", "acd", "acd", "abcd", "abcd")):
        walk(steps, alice, number=number)
    return judge_night()


Brings = Callable[..., Any]
