"""What people see of processes: the page, the editor by its buttons, readers, the next step on a record, a notice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.hearing import heard
from gucang.selling.actions import leads
from gucang.sops.actions import versions
from gucang.sops.models import Process, ProcessVersion, Reading, State
from gucang.sops.text import shown
from tests.personas import Team, hire
from tests.sops.conftest import in_force_now, make_draft, make_process
from tests.sops.test_next_step import WORDS

Login = Callable[[Client, Member], Client]


@pytest.fixture
def auditor(acme_team: Team) -> Member:
    with company_scope(acme_team.company):
        return hire("Sue", "auditor")


@pytest.fixture
def held(acme_team: Team, auditor: Member) -> ProcessVersion:
    """A process about leads, in force."""
    with company_scope(acme_team.company):
        return in_force_now(auditor, make_process(auditor, case_type="lead", name="线索流程"), WORDS)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_everybody_reads_it_and_says_so(client: Client, login: Login, acme_team: Team, held: ProcessVersion) -> None:
    browser = login(client, acme_team.people["alice"])
    assert "线索流程" in text(browser.get("/acme/processes/"))
    page = text(browser.get(f"/acme/processes/{held.process_id}"))
    assert "我已阅读" in page
    assert "还没读" in page
    assert 'id="step-answer"' in page
    assert "线索流程" in text(browser.get("/acme/"))
    assert browser.post(f"/acme/process-versions/{held.pk}/read").status_code == 302
    after = text(browser.get(f"/acme/processes/{held.process_id}"))
    assert "您已经读过" in after
    assert f'action="/acme/process-versions/{held.pk}/read"' not in after
    with company_scope(acme_team.company):
        assert Reading.objects.count() == 1


def test_a_reader_finds_no_button_to_write(client: Client, login: Login, acme_team: Team, held: ProcessVersion) -> None:
    browser = login(client, acme_team.people["alice"])
    assert "/draft" not in text(browser.get(f"/acme/processes/{held.process_id}"))
    assert browser.post(f"/acme/processes/{held.process_id}/draft").status_code == 403
    assert browser.post("/acme/processes/adopt", {"code": "SOP-01"}).status_code == 403
    with company_scope(acme_team.company):
        draft = make_draft(acme_team.people["adam"], held.process)
    assert browser.post(f"/acme/process-versions/{draft.pk}/words", {"do": "save"}).status_code == 404


def test_strangers_find_nothing(
    client: Client, login: Login, other_team: Team, acme_team: Team, held: ProcessVersion
) -> None:
    browser = login(client, other_team.people["dan"])
    assert browser.get(f"/other/processes/{held.process_id}").status_code == 404
    assert browser.post(f"/other/process-versions/{held.pk}/read").status_code == 404
    assert "线索流程" not in text(browser.get("/other/processes/"))


def _fields(page: str) -> dict[str, Any]:
    """What the editor's form would send, as a browser reads it."""
    import html

    definition = html.unescape(re.findall(r'name="definition" value="([^"]*)"', page)[0])
    opened = re.findall(r'name="open" value="([^"]*)"', page)[0]
    return {"definition": definition, "open": opened}


def test_a_draft_is_written_by_buttons_and_put_in_force(
    client: Client, login: Login, acme_team: Team, auditor: Member
) -> None:
    browser = login(client, auditor)
    with company_scope(acme_team.company):
        process = make_process(auditor, case_type="lead", name="新流程")
    sent = browser.post(f"/acme/processes/{process.pk}/draft")
    assert sent.status_code == 302
    page_at = sent.headers["Location"]
    to = f"{page_at}/words"
    page = text(browser.get(page_at))
    for do in ("step:", "block.choice:", "step:1", "step:1"):
        page = text(browser.post(to, _fields(page) | {"do": do}))
    assert "data-unsaved" in page
    for key, name, event in (
        ("step1", "录入", "lead.create"),
        ("step2", "转", "lead.convert"),
        ("step3", "弃", "lead.discard"),
    ):
        page = text(browser.post(to, _fields(page) | {"do": f"open:{key}"}))
        typed = {"s-name": name, "s-event": ["", event], "s-roles": ["salesperson"], "s-amount": "4", "s-unit": "hours"}
        page = text(browser.post(to, _fields(page) | typed | {"do": "redraw"}))
    assert "<svg" in page
    page = text(browser.post(to, _fields(page) | {"do": "wrap.optional:0"}))
    page = text(browser.post(to, _fields(page) | {"do": "down:0"}))
    refused = browser.post(to, _fields(page) | {"do": "put", "reason": ""})
    assert refused.status_code == 422
    done = browser.post(to, _fields(page) | {"do": "put", "reason": "第一版", "final": ["lead.discard", ""]})
    assert done.status_code == 302
    with company_scope(acme_team.company):
        version = ProcessVersion.objects.get(process=process)
        words = version.read()
        assert version.state == State.IN_FORCE
        assert words.outline == ["seq", ["choice", "step2", "step3"], ["optional", "step1"]]
        assert words.steps["step2"].events == ("lead.convert",)
        assert words.steps["step3"].limit is not None
        assert words.final == ("lead.discard",)


def test_an_amount_that_is_none_is_said_under_its_field(
    client: Client, login: Login, acme_team: Team, auditor: Member, held: ProcessVersion
) -> None:
    browser = login(client, auditor)
    with company_scope(acme_team.company):
        draft = make_draft(auditor, held.process, WORDS)
    page = text(browser.get(f"/acme/process-versions/{draft.pk}"))
    typed = {"s-name": "录入", "s-event": ["lead.create"], "s-amount": "很快"}
    wrong = browser.post(f"/acme/process-versions/{draft.pk}/words", _fields(page) | typed | {"do": "save"})
    assert wrong.status_code == 422
    assert "时限是 1 到" in text(wrong)


@pytest.mark.parametrize("sent", [{"definition": "{"}, {"definition": "[]"}, {"do": "up:99-99-99"}, {"do": "wrap.x:0"}])
def test_what_no_form_of_ours_sends_breaks_nothing(
    client: Client, login: Login, acme_team: Team, auditor: Member, held: ProcessVersion, sent: dict[str, str]
) -> None:
    with company_scope(acme_team.company):
        draft = make_draft(auditor, held.process, WORDS)
    answer = login(client, auditor).post(f"/acme/process-versions/{draft.pk}/words", sent)
    assert answer.status_code in (200, 422)
    with company_scope(acme_team.company):
        assert ProcessVersion.objects.get(pk=draft.pk).definition == draft.definition


def test_the_next_step_stands_on_the_record_and_leads_to_the_process(
    client: Client, login: Login, acme_team: Team, held: ProcessVersion
) -> None:
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        lead = leads.create(actor=alice, values={"name": "询轴承", "phone": "13800000001"}).record
    page = text(login(client, alice).get(f"/acme/leads/{lead.pk}"))
    assert 'id="next-step"' in page
    assert f"/acme/processes/{held.process_id}#step-answer" in page
    assert "由您来做" in page
    assert 'id="next-step"' not in text(client.get("/acme/leads/"))
    seen_by_mia = text(login(Client(), acme_team.people["mia"]).get(f"/acme/leads/{lead.pk}"))
    assert f'href="mailto:{alice.email}"' in seen_by_mia.partition('id="next-step"')[2]


def test_who_has_a_part_is_told_once_and_nobody_else(acme_team: Team, held: ProcessVersion) -> None:
    with company_scope(acme_team.company):
        event = Event.objects.get(name="process_version.put_in_force", subject_id=held.pk)
        told = [one.member_id for one in heard(event) if one.kind is not None and one.kind.name == "process_to_read"]
    people = acme_team.people
    assert sorted(told) == sorted([people["alice"].pk, people["bob"].pk, people["mia"].pk])


def test_a_shipped_process_is_adopted_by_a_press(
    client: Client, login: Login, acme_team: Team, auditor: Member
) -> None:
    browser = login(client, auditor)
    assert "从询盘到客户" in text(browser.get("/acme/processes/"))
    assert browser.post("/acme/processes/adopt", {"code": "SOP-01"}).status_code == 302
    assert browser.post("/acme/processes/adopt", {"code": "SOP-99"}).status_code == 409
    with company_scope(acme_team.company):
        process = Process.objects.get(code="SOP-01")
        assert process.name == "从询盘到客户"
        assert process.versions.get().state == State.IN_FORCE
        assert process.versions.get().read().steps["answer"].name == "回复客户"


def test_the_history_says_what_is_different(
    client: Client, login: Login, acme_team: Team, auditor: Member, held: ProcessVersion
) -> None:
    words = json.loads(json.dumps(WORDS))
    words["steps"][2] |= {"limit": {"amount": 2, "unit": "hours"}, "name": "当天回复", "instruction": "先打电话"}
    words["tree"] = ["seq", "enter", "answer", ["choice", "convert", "discard"]]
    del words["steps"][1]
    with company_scope(acme_team.company):
        versions.put_in_force(make_draft(auditor, held.process, words), actor=auditor, reason="回得太慢")
    page = text(login(client, acme_team.people["alice"]).get(f"/acme/processes/{held.process_id}"))
    for said in ("回得太慢", "去掉步骤：“判断”", "“回复”改名为“当天回复”", "2 个工作小时", "作业说明有改动"):
        assert said in page


def test_instructions_are_safe_text() -> None:
    told = shown(
        "第一段 <script>alert(1)</script>\n见 https://a.example/x?y=1&z=2。\n\n- 甲\n- ![图](7)![外](8)", "/acme", [7]
    )
    assert "<script>" not in told
    assert '<a class="link" href="https://a.example/x?y=1&amp;z=2"' in told
    assert "<ul><li>甲</li>" in told
    assert 'src="/acme/files/7/small"' in told
    assert "![外](8)" in told
    assert "<a" not in shown("javascript:alert(1) ![x](javascript:1)", "/acme")
