"""An auditor, rules that look for something now, and tasks that are late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.audits import engine
from gucang.audits.actions import setup
from gucang.audits.models import AuditRule, Finding
from gucang.kernel import clock
from tests.personas import hire


@pytest.fixture
def sue(scope: Any) -> Member:
    """The auditor of Acme."""
    return hire("Sue", "auditor")


def rule(key: str) -> AuditRule:
    """The company's row of a declared rule."""
    setup.ensure_rules()
    found: AuditRule = AuditRule.objects.get(key=key)
    return found


def look_for(key: str, at: datetime | None = None) -> list[Finding]:
    """Look for a rule now (or then); everything that it has ever found, the oldest first."""
    with clock.at(at or clock.now()):
        engine.run(rule(key))
    return list(Finding.objects.filter(rule__key=key).order_by("pk"))


@pytest.fixture
def late_task(scope: Any, alice: Member) -> Callable[..., Task]:
    """`late_task(by=bob)`: a task of somebody's that was due three weeks ago."""

    def make(by: Member | None = None, title: str = "寄样品", days: int = 21) -> Task:
        who = by or alice
        values = {"title": title, "assignee": who, "due_on": clock.today() - timedelta(days=days)}
        made: Task = tasks.create(actor=who, values=values).record
        return made

    return make
