"""A process about customers, and events that were logged as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.kernel import clock, events
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.scope import active_company_id
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.sops.actions import processes, versions
from gucang.sops.models import ProcessVersion

# A Monday morning on which Acme works.
START = datetime(2026, 9, 7, 1, tzinfo=UTC)
# Step, and the event that fulfils it.
NAMES = {"a": "customer.assign", "b": "customer.edit", "c": "customer.claim", "d": "customer.release"}
# Breaks a case off; "d" ends it by the book.
FINAL = "customer.delete"


def hours(count: float) -> datetime:
    """So many hours after the beginning."""
    return START + timedelta(hours=count)


def definition(tree: Any, **steps: dict[str, Any]) -> str:
    """A definition over the steps of `tree`; `steps` says more of some of them."""
    keys = [one for one in json.dumps(tree).replace('"', " ").split() if one in NAMES]
    found = [{"key": key, "name": key.upper(), "events": [NAMES[key]]} | steps.get(key, {}) for key in keys]
    return json.dumps({"tree": tree, "steps": found, "final": [FINAL, NAMES["d"]]})


def in_force(words: str, at: datetime = START - timedelta(days=30)) -> ProcessVersion:
    """A version of the process about customers that holds from then on."""
    with clock.at(at):
        process = _process()
        version = versions.draft(actor=system(), process=process).record
        version = versions.define(version, actor=system(), definition=words).record
        found: ProcessVersion = versions.put_in_force(version, actor=system(), reason="测试").record
    return found


def _process() -> Any:
    known = ProcessVersion.objects.select_related("process").first()
    if known is not None:
        return known.process
    values = {"name": "建档", "code": "SOP-01", "case_type": "customer"}
    return processes.create(actor=system(), values=values).record


@pytest.fixture
def customer(scope: Any, alice: Member) -> Callable[..., Customer]:
    """`customer()`: one of Alice's that was made long before any process held."""

    def make(name: str = "苏州精工") -> Customer:
        with clock.at(START - timedelta(days=90)):
            made: Customer = customers.create(actor=alice, values={"name": f"{name}{Customer.objects.count()}"}).record
        return made

    return make


def log(
    record: Any, step: str, at: datetime, by: Member | None = None, *, late: timedelta = timedelta(), pk: int = 0
) -> Event:
    """One event about a customer: a step of `NAMES`, or a name."""
    event = Event(
        id=pk or events.next_id(), company_id=active_company_id(), recorded_at=at + late, occurred_at=at,
        actor_kind="member" if by else "system", actor_id=by.pk if by else None, name=NAMES.get(step, step),
        subject_type="customer", subject_id=record.pk, subject_label=str(record), subject_version=1,
        changes={}, facts={}, request_id="",
    )  # fmt: skip
    events.append_many([(event, [("customer", record.pk, "subject")])])
    return event
