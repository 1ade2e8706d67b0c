"""What somebody types into the editor of a draft stays there: refused, moved on from, or sent for approval."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.approvals.models import ApprovalRequest
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.sops import definitions
from gucang.sops.models import ProcessVersion, State
from tests.approvals.conftest import make_policy
from tests.personas import Team, hire
from tests.sops.conftest import make_draft, make_process
from tests.sops.test_next_step import WORDS

Login = Callable[[Client, Member], Client]


@pytest.fixture
def auditor(acme_team: Team) -> Member:
    with company_scope(acme_team.company):
        return hire("Sue", "auditor")


@dataclass
class Editor:
    """The editor of one draft as a browser has it: what a button sends is what the page before held, and `typed`."""

    browser: Client
    team: Team
    pk: int
    page: str = ""
    status: int = 200

    def open(self) -> Editor:
        self.page = self.browser.get(f"/acme/process-versions/{self.pk}").content.decode()
        return self

    def press(self, do: str, **typed: Any) -> Editor:
        held = {name: self.value(name) for name in ("definition", "open")}
        sent = {f"s-{name}": value for name, value in typed.items() if name != "reason"}
        if "reason" in typed:
            sent["reason"] = typed["reason"]
        answer = self.browser.post(f"/acme/process-versions/{self.pk}/words", held | sent | {"do": do})
        self.page, self.status = answer.content.decode(), answer.status_code
        return self

    def value(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', self.page)
        assert found is not None, name
        return html.unescape(found[1])

    def chosen(self, name: str) -> str:
        box = re.search(rf'<select[^>]*name="{name}".*?</select>', self.page, re.DOTALL)
        assert box is not None, name
        found = re.search(r'<option value="([^"]*)" selected>', box[0])
        return html.unescape(found[1]) if found is not None else ""

    def area(self, name: str) -> str:
        found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', self.page, re.DOTALL)
        assert found is not None, name
        return html.unescape(found[1])

    def kept(self) -> ProcessVersion:
        with company_scope(self.team.company):
            return ProcessVersion.objects.get(pk=self.pk)


@pytest.fixture
def editor(client: Client, login: Login, acme_team: Team, auditor: Member) -> Editor:
    """A draft of a process about leads, its first step open."""
    with company_scope(acme_team.company):
        draft = make_draft(auditor, make_process(auditor, case_type="lead", name="线索流程"), WORDS)
    return Editor(login(client, auditor), acme_team, draft.pk).open()


STEP = {"name": "录入", "event": ["lead.create"], "whom": "销售", "when_late": "客户走了", "instruction": "先问清用量"}


@pytest.mark.parametrize("do", ["save", "put", "redraw", "open:answer", "step:", "up:1"])
@pytest.mark.parametrize("amount", ["很快", "0", "-3", "2.5", "999999"])
def test_a_limit_that_is_refused_comes_back_as_it_was_typed(editor: Editor, do: str, amount: str) -> None:
    before = editor.kept().definition
    editor.press(do, **STEP, amount=amount, unit="days", after="answer", reason="赶时间")
    assert editor.status == 422
    assert "时限是 1 到" in editor.page
    assert (editor.value("s-amount"), editor.chosen("s-unit"), editor.chosen("s-after")) == (amount, "days", "answer")
    assert (editor.value("s-name"), editor.area("s-instruction")) == ("录入", "先问清用量")
    assert (editor.value("s-whom"), editor.value("s-when_late")) == ("销售", "客户走了")
    assert editor.area("reason") == "赶时间"
    assert editor.value("open") == "enter", "the step that is wrong stays open"
    assert editor.kept().definition == before
    editor.press("save", **STEP, amount="2", unit="days", after="answer", reason="赶时间")
    limit = editor.kept().read().steps["enter"].limit
    assert limit == definitions.Limit(2, "days", "answer")


def test_what_stays_open_says_why(editor: Editor) -> None:
    editor.press("open:answer", **STEP, amount="很快")
    assert "先改好这个步骤里不对的地方" in editor.page
    editor.press("open:answer", **STEP, amount="4", unit="hours", after="")
    assert editor.status == 200
    assert editor.value("open") == "answer"
    editor.press("open:enter", name="回复", event=["lead.contact"])
    assert (editor.value("s-amount"), editor.chosen("s-unit")) == ("4", "hours")


def test_a_step_that_a_limit_runs_from_and_that_was_dropped_is_shown_as_gone(editor: Editor) -> None:
    editor.press("open:enter", **STEP, amount="4", unit="days", after="answer")
    place = list(definitions.keys_of(editor.kept().read().outline)).index("answer")
    editor.press(f"drop:{place}", **STEP, amount="4", unit="days", after="answer")
    assert editor.chosen("s-after") == "answer"
    assert "不存在的步骤：“answer”" in editor.page
    editor.press("put", **STEP, amount="4", unit="days", after="answer", reason="试试")
    assert editor.status == 422
    assert "从一个不存在的步骤算起" in editor.page
    assert (editor.value("s-amount"), editor.chosen("s-unit"), editor.chosen("s-after")) == ("4", "days", "answer")


def test_a_step_that_is_dropped_takes_what_was_wrong_in_it_along(editor: Editor) -> None:
    editor.press("drop:0", **STEP, amount="很快")
    assert editor.status == 200
    assert editor.value("open") != "enter"
    assert editor.value("s-amount") != "很快"


@pytest.mark.parametrize("do", ["save", "open:answer"])
@pytest.mark.parametrize(("field", "most"), [("name", 80), ("whom", 200), ("when_late", 300), ("instruction", 8000)])
def test_what_is_too_long_is_refused_with_both_numbers_and_stays(
    editor: Editor, field: str, most: int, do: str
) -> None:
    before = editor.kept().definition
    typed = "步" * (most + 1234)
    editor.press(do, **STEP | {field: typed})
    assert editor.status == 422
    assert f"有 {most + 1234:,} 个字，最多 {most:,} 个，请删去 1,234 个" in editor.page
    assert (editor.area if field == "instruction" else editor.value)(f"s-{field}") == typed
    # With it a browser would cut what is pasted, without a word.
    assert not re.search(rf'name="s-{field}"[^>]*maxlength', editor.page), (
        "a browser would cut what is pasted without a word"
    )
    assert editor.kept().definition == before
    editor.press("save", **STEP | {field: typed[:most]})
    assert editor.status == 302
    step = editor.kept().read().steps["enter"]
    assert getattr(step, field) == typed[:most]


def test_a_reason_that_is_too_long_stays_while_other_steps_are_opened(editor: Editor) -> None:
    typed = "因" * 301
    editor.press("open:answer", **STEP, reason=typed)
    assert editor.value("open") == "answer"
    assert editor.area("reason") == typed
    assert "有 301 个字" in editor.page
    editor.press("save", name="回复", event=["lead.contact"], reason=typed)
    assert editor.status == 422
    assert editor.kept().reason == ""


def test_lines_are_counted_as_they_are_kept(editor: Editor) -> None:
    lines = "\r\n".join(["一二三四五六七"] * 1000)
    editor.press("save", **STEP | {"instruction": lines})
    assert editor.status == 302
    assert len(editor.kept().read().steps["enter"].instruction) == 7999


def test_blocks_that_would_lie_too_deep_are_not_made_and_nothing_is_lost(editor: Editor) -> None:
    place = "0"
    for _round in range(definitions.MOST_DEPTH + 3):
        editor.press(f"wrap.optional:{place}", **STEP, amount="3", unit="days", after="answer")
        if editor.status != 200:
            break
        place += "-0"
    assert editor.status == 422
    assert "层" in editor.page
    assert (editor.value("s-amount"), editor.value("s-name")) == ("3", "录入")
    editor.press("save", **STEP, amount="3", unit="days", after="answer")
    assert editor.status == 302


def test_a_program_is_told_both_numbers_too() -> None:
    with pytest.raises(Invalid, match=r"8,001.*8,000"):
        definitions.read(json.dumps({"steps": [{"key": "a", "instruction": "x" * 8001}]}))


# --- put in force, under a policy ------------------------------------------------------------------------------------


def test_a_version_waits_until_others_agree_and_is_then_put_in_force_as_who_asked(
    editor: Editor, login: Login, acme_team: Team, auditor: Member
) -> None:
    mia = acme_team.people["mia"]
    with company_scope(acme_team.company):
        make_policy(acme_team.people["adam"], [mia], action="process_version.put_in_force", name="流程生效")
    editor.press("put", **STEP, amount="4", unit="hours", after="", reason="第一版")
    assert editor.status == 302
    with company_scope(acme_team.company):
        request = ApprovalRequest.objects.get()
    kept = editor.kept()
    assert (kept.state, kept.read().steps["enter"].whom) == (State.DRAFT, "销售"), "what was typed is saved meanwhile"
    waiting = editor.open().page
    assert f"/acme/approvals/{request.pk}" in waiting
    editor.press("save", **STEP | {"name": "改一改"})
    assert editor.status == 409
    assert editor.value("s-name") == "改一改", "held, and nothing of it is lost"
    approver = login(Client(), mia)
    assert "线索流程 v1" in approver.get("/acme/approvals/waiting").content.decode()
    assert approver.get(f"/acme/process-versions/{editor.pk}").status_code == 200
    assert approver.post(f"/acme/approvals/{request.pk}/agree", {}).status_code == 302
    kept = editor.kept()
    assert (kept.state, kept.reason, kept.author_id) == (State.IN_FORCE, "第一版", auditor.pk)
    with company_scope(acme_team.company):
        event = Event.objects.get(name="process_version.put_in_force", subject_id=editor.pk)
        assert event.actor_id == auditor.pk


def test_what_is_refused_stays_a_draft_that_can_be_written_on(
    editor: Editor, login: Login, acme_team: Team, auditor: Member
) -> None:
    mia = acme_team.people["mia"]
    with company_scope(acme_team.company):
        make_policy(acme_team.people["adam"], [mia], action="process_version.put_in_force", name="流程生效")
    editor.press("put", **STEP, reason="第一版")
    with company_scope(acme_team.company):
        request = ApprovalRequest.objects.get()
    sent = login(Client(), mia).post(f"/acme/approvals/{request.pk}/refuse", {"comment": "先问仓库"})
    assert sent.status_code == 302
    assert editor.kept().state == State.DRAFT
    assert editor.open().press("save", **STEP | {"name": "再改"}).status == 302
    assert editor.kept().read().steps["enter"].name == "再改"
