"""Files that come with a decision stand beside it; whose turn it is not leaves none."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.activity.models import Attachment
from gucang.approvals.models import ApprovalRequest, State
from gucang.kernel.scope import company_scope
from tests.approvals.conftest import waiting_deal
from tests.personas import Team


@pytest.fixture
def page(acme_team: Team, login: Any) -> Any:
    return lambda name: login(Client(), acme_team.people[name])


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def text(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "毛利核算".encode(), content_type="text/plain")


def test_a_file_stands_beside_the_decision_it_came_with(acme_team: Team, page: Any) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"], ["adam"])
    url = f"/acme/approvals/{request}"
    sent = {"comment": "毛利看过", "files": [text("毛利.txt"), text("报价.txt")]}
    assert page("mia").post(f"{url}/decide/agree", sent).status_code == 302
    with company_scope(acme_team.company):
        assert set(Attachment.objects.values_list("name", "about_id")) == {("毛利.txt", request), ("报价.txt", request)}
    shown = page("adam").get(url).content.decode()
    trail = shown[shown.index('id="trail"') : shown.index("</section>", shown.index('id="trail"'))]
    assert "毛利看过" in trail
    assert trail.count("/acme/files/") == 2
    page("adam").post(f"{url}/decide/send_back", {"comment": "再看", "to_step": "1"})
    shown = page("mia").get(url).content.decode()
    trail = shown[shown.index('id="trail"') : shown.index("</section>", shown.index('id="trail"'))]
    assert trail.count("/acme/files/") == 2, "the second decision brought none"


def test_whose_turn_it_is_not_leaves_no_file(acme_team: Team, page: Any) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"], ["adam"])
    for name, status in (("alice", 409), ("adam", 409), ("bob", 404)):
        answer = page(name).post(f"/acme/approvals/{request}/decide/agree", {"files": [text("x.txt")]})
        assert answer.status_code == status, name
    with company_scope(acme_team.company):
        assert not Attachment.objects.exists()
        assert ApprovalRequest.objects.get(pk=request).state == State.WAITING


def test_what_is_refused_keeps_what_was_typed_and_no_file(acme_team: Team, page: Any) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"])
    mia = page("mia")
    bare = mia.post(f"/acme/approvals/{request}/decide/send_back", {"comment": " ", "files": [text("x.txt")]})
    assert bare.status_code == 422
    wrong = mia.post(
        f"/acme/approvals/{request}/decide/send_back",
        {"comment": "到不了的一步", "to_step": "7", "files": [text("x.txt")]},
    )
    assert wrong.status_code == 409
    assert "到不了的一步" in wrong.content.decode()
    assert mia.post(f"/acme/approvals/{request}/decide/win", {}).status_code == 404
    assert mia.get(f"/acme/approvals/{request}/decide/agree").status_code == 405
    with company_scope(acme_team.company):
        assert not Attachment.objects.exists()
        assert ApprovalRequest.objects.get(pk=request).state == State.WAITING
