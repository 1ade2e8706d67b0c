"""A version goes out as BPMN and comes in as a draft, with the steps that it had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings

from gucang.accounts.models import Member
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.processes.mining.bpmn import write_bpmn
from gucang.processes.mining.trees import TAU, Tree, normal, parse_tree
from gucang.processes.tests.test_alignments import words
from gucang.processes.tests.test_drawing import SMALL
from gucang.sops import bpmn, definitions, vocabulary
from gucang.sops.models import ProcessVersion, State
from tests.personas import hire
from tests.sops.conftest import TWO_STEPS, in_force_now

BEFORE = definitions.read(TWO_STEPS)


@given(SMALL)
@settings(max_examples=150, deadline=None)
def test_an_outline_allows_what_the_tree_allows(tree: Tree) -> None:
    plain = normal(tree)
    outline = bpmn._outline(plain, {key: key for key in "abc"})
    assert words(definitions._tree([definitions.SEQ, outline]) if outline != [definitions.SEQ] else TAU) == words(plain)


def diagram(tree: str, **names: str) -> bytes:
    return write_bpmn(parse_tree(tree), names, name="报价到成交").encode()


def test_what_goes_out_comes_in_with_everything_that_is_told_of_its_steps(scope: Any) -> None:
    found = bpmn.imported(bpmn.written(BEFORE, "报价到成交").encode(), BEFORE, "opportunity")
    assert found.words.to_json() == BEFORE.to_json()
    assert (found.new, found.bare, found.gone) == ([], [], [])


def test_steps_are_found_by_key_then_by_name_then_by_the_deed_they_are_called_after(scope: Any) -> None:
    label = vocabulary.deed_label("opportunity.lose")
    data = diagram("->( 'quote', 'x1', 'x2', 'x3' )", quote="先报价", x1=" 成 交 ", x2=label, x3="打电话")
    found = bpmn.imported(data, BEFORE, "opportunity")
    steps = found.words.steps
    assert (steps["quote"].name, steps["quote"].events, steps["quote"].whom) == ("先报价", ("quote.send",), "客户")
    assert steps["win"].four_eyes == ("quote",)
    assert steps["x2"].events == ("opportunity.lose",)
    assert steps["x3"].events == ()
    assert (found.new, found.bare, found.gone) == ([label, "打电话"], ["打电话"], ["改价"])
    assert found.words.outline == ["seq", "quote", "win", "x2", "x3"]
    assert "“打电话”" in bpmn.summary(found)
    assert "“改价”" in bpmn.summary(found)


def test_two_tasks_of_one_name_are_two_steps(scope: Any) -> None:
    found = bpmn.imported(diagram("->( 'x1', 'x2' )", x1="改价", x2="改价"), BEFORE, "opportunity")
    assert found.words.outline == ["seq", "revise", "x2"]


def test_what_is_not_structured_is_refused_by_name(scope: Any) -> None:
    data = diagram("X( 'x1', 'x2' )").replace(b"exclusiveGateway", b"inclusiveGateway")
    with pytest.raises(Invalid, match="gate1"):
        bpmn.imported(data, BEFORE, "opportunity")


# --- screens ---


@pytest.fixture
def writer(acme: Any) -> Member:
    """An auditor of Acme."""
    with company_scope(acme):
        return hire("Sue", "auditor")


@pytest.fixture
def version(acme: Any, writer: Member) -> ProcessVersion:
    with company_scope(acme):
        return in_force_now(writer)


def upload(page: Client, version: ProcessVersion, data: bytes) -> Any:
    return page.post(f"/acme/processes/{version.process_id}/bpmn", {"file": SimpleUploadedFile("新流程.bpmn", data)})


def test_a_version_is_downloaded_and_comes_in_as_a_draft(
    client: Client, login: Callable[..., Client], acme: Any, writer: Member, version: ProcessVersion
) -> None:
    page = login(client, writer)
    file = page.get(f"/acme/process-versions/{version.pk}/process.bpmn")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert page.get(f"/acme/processes/{version.process_id}/bpmn").status_code == 200
    answer = upload(page, version, file.content)
    assert answer.status_code in (302, 303)
    with company_scope(acme):
        draft = ProcessVersion.objects.get(state=State.DRAFT)
        assert draft.definition == version.definition
        assert "新流程.bpmn" in draft.reason
        assert answer.headers["Location"].endswith(f"/process-versions/{draft.pk}")


def test_a_diagram_that_is_refused_changes_nothing(
    client: Client, login: Callable[..., Client], acme: Any, writer: Member, version: ProcessVersion
) -> None:
    page = login(client, writer)
    with company_scope(acme):
        before = Event.objects.count()
    answer = upload(page, version, b"<definitions/>")
    assert answer.status_code == 422
    with company_scope(acme):
        assert Event.objects.count() == before


def test_who_writes_no_processes_may_take_one_out_and_not_bring_one_in(
    client: Client, login: Callable[..., Client], acme: Any, alice: Any, version: ProcessVersion
) -> None:
    page = login(client, alice)
    assert page.get(f"/acme/process-versions/{version.pk}/process.bpmn").status_code == 200
    assert upload(page, version, b"<definitions/>").status_code == 404


def test_another_companys_process_is_not_found(
    client: Client, login: Callable[..., Client], acme: Any, other: Any, dan: Any, version: ProcessVersion
) -> None:
    page = login(client, dan)
    assert page.get(f"/{other.slug}/process-versions/{version.pk}/process.bpmn").status_code == 404
    assert page.get(f"/acme/process-versions/{version.pk}/process.bpmn").status_code == 404
