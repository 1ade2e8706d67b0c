"""An auditor who writes processes, and one about deals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.sops.actions import processes, versions
from gucang.sops.models import Process, ProcessVersion
from tests.personas import hire

TWO_STEPS: dict[str, Any] = {
    "tree": ["seq", "quote", ["optional", "revise"], "win"],
    "steps": [
        {
            "key": "quote", "name": "报价", "events": ["quote.send"], "roles": ["salesperson"],
            "limit": {"amount": 2, "unit": "days"}, "serves": {"whom": "客户", "when_late": "客户找别家"},
            "instruction": "先问清用量。\n\n见 https://example.com/how",
        },
        {"key": "revise", "name": "改价", "events": ["quote.revise"], "roles": ["salesperson"]},
        {
            "key": "win", "name": "成交", "events": ["opportunity.win"], "roles": ["sales_manager"],
            "four_eyes": ["quote"], "required": ["amount"],
        },
    ],
    "final": ["opportunity.win", "opportunity.lose"],
}  # fmt: skip


@pytest.fixture
def sue(scope: Any) -> Member:
    """The auditor of Acme, who writes its processes."""
    return hire("Sue", "auditor")


def make_process(by: Any, code: str = "SOP-01", case_type: str = "opportunity", name: str = "报价到成交") -> Process:
    """A process without versions."""
    made: Process = processes.create(actor=by, values={"name": name, "code": code, "case_type": case_type}).record
    return made


def make_draft(by: Any, process: Process, words: Any = TWO_STEPS) -> ProcessVersion:
    """A draft with these words."""
    made = versions.draft(actor=by, process=process).record
    found: ProcessVersion = versions.define(made, actor=by, definition=json.dumps(words)).record
    return found


def in_force_now(by: Any, process: Process | None = None, words: Any = TWO_STEPS) -> ProcessVersion:
    """A version that holds."""
    made = make_draft(by, process or make_process(by), words)
    found: ProcessVersion = versions.put_in_force(made, actor=by, reason="开始按流程做").record
    return found
