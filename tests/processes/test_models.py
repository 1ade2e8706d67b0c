"""A process model comes in as BPMN, is drawn on its page and goes out as BPMN again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.kernel.scope import company_scope
from gucang.processes.actions import models
from gucang.processes.mining.bpmn import read_bpmn, write_bpmn
from gucang.processes.mining.trees import parse_tree
from gucang.processes.models import ProcessModel

TREE = parse_tree("->( 'order', X( tau, 'approve' ), 'ship' )")
NAMES = {"order": "登记订单", "approve": "订单审核", "ship": "出货"}
PNML = "<pnml><net id='n'><place id='p'><initialMarking><text>1</text></initialMarking></place></net></pnml>"


@pytest.fixture
def page(client: Client, login: Callable[..., Client], adam: Any) -> Client:
    return login(client, adam)


def uploaded(page: Client, text: str) -> Any:
    file = SimpleUploadedFile("orders.bpmn", text.encode())
    return page.post("/acme/process-models/upload", {"name": "订单", "file": file})


def test_bpmn_comes_in_is_drawn_and_goes_out(page: Client, acme: Any) -> None:
    answer = uploaded(page, write_bpmn(TREE, NAMES, name="订单"))
    assert answer.status_code in (302, 303)
    shown = page.get(answer.headers["Location"])
    assert shown.content.count(b'<svg class="process') == 2
    assert "订单审核" in shown.content.decode()
    file = page.get(f"{answer.headers['Location']}/process.bpmn")
    assert file.headers["Content-Disposition"].startswith("attachment")
    found = read_bpmn(file.content)
    assert list(found.names.values()) == [*NAMES.values()]


def test_bpmn_that_cannot_be_told_is_refused_by_name_and_nothing_is_kept(page: Client, acme: Any) -> None:
    broken = write_bpmn(TREE, NAMES, name="订单").replace("exclusiveGateway", "inclusiveGateway")
    answer = uploaded(page, broken)
    assert answer.status_code == 422
    assert "inclusiveGateway" in answer.content.decode()
    with company_scope(acme):
        assert not ProcessModel.objects.exists()


def test_a_net_is_no_tree(page: Client, acme: Any, adam: Any) -> None:
    with company_scope(acme):
        net = models.create(actor=adam, values={"name": "网", "definition": PNML}).record
    url = f"/acme/process-models/{net.pk}"
    assert b'<svg class="process' not in page.get(url).content
    assert page.get(f"{url}/process.bpmn").status_code == 409


def test_a_model_that_one_may_not_see_is_not_found(
    client: Client, login: Callable[..., Client], acme: Any, adam: Any, dan: Any, other: Any
) -> None:
    with company_scope(acme):
        model = models.create(actor=adam, values={"name": "订单", "definition": str(TREE)}).record
    assert login(client, dan).get(f"/acme/process-models/{model.pk}/process.bpmn").status_code == 404
