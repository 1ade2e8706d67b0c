"""Many at once: what a policy holds back of a bulk run or an import waits, is counted as that, and says where."""

from __future__ import annotations

from typing import Any

from django.test import Client

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.bulk import actions
from gucang.bulk.models import RunLine
from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner
from gucang.exchange.models import ImportLine
from gucang.kernel import reactions
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.parties.models import Customer
from tests.approvals.conftest import make_policy
from tests.bulk.conftest import make_many, start, through
from tests.bulk.test_pages import hidden
from tests.exchange.conftest import bring_in, media, uploaded
from tests.personas import Team
from tests.races.test_races import send, token_of

__all__ = ["bring_in", "media", "start", "through", "uploaded"]

FIRST_CLASS = {"action": "customer.edit", "name": "大客户", "conditions": "level=A"}


def test_of_a_run_what_waits_is_neither_done_nor_refused_and_is_done_when_agreed(
    scope: Any, policy: Any, through: Any, mia: Any, alice: Any
) -> None:
    policy([mia], **FIRST_CLASS)
    rows = make_many(alice, 3)
    run = through(alice, "edit", rows, level="A")
    assert (run.rows, run.done, run.waiting, run.refused) == (3, 0, 3, 0)
    lines = RunLine.objects.filter(run=run)
    assert {line.kind for line in lines} == {"waiting"}
    assert {line.waits_at for line in lines} == {f"/approvals/{one.pk}" for one in ApprovalRequest.objects.all()}
    assert len({line.sentence for line in lines}) == 1, "what is alike stands together"
    first = ApprovalRequest.objects.get(about_id=rows[0].pk)
    requests.agree(first, actor=mia)
    assert list(Customer.objects.order_by("pk").values_list("level", flat=True)) == ["A", "", ""]


def test_a_run_that_is_taken_back_withdraws_what_still_waits_for_it(
    scope: Any, policy: Any, through: Any, mia: Any, adam: Any, alice: Any
) -> None:
    policy([mia], [adam], **FIRST_CLASS)
    rows = make_many(alice, 3)
    run = through(alice, "edit", rows, level="A")
    refused, acted, waiting = ApprovalRequest.objects.order_by("about_id")
    requests.refuse(refused, actor=mia, comment="不行")
    requests.agree(acted, actor=mia)
    with reactions.at_once():
        actions.taken_back(run, actor=system())
    found = {one.pk: one.state for one in ApprovalRequest.objects.all()}
    assert found == {refused.pk: "refused", acted.pk: "waiting", waiting.pk: "withdrawn"}


def test_a_verb_that_is_no_edit_waits_one_by_one(scope: Any, policy: Any, through: Any, mia: Any, adam: Any) -> None:
    policy([mia], action="customer.assign", name="换负责人", conditions="city=苏州")
    inside, beyond = make_many(adam, 2, city="苏州"), make_many(adam, 1, city="上海")
    run = through(adam, "assign", [*inside, *beyond], owner=mia.pk)
    assert (run.done, run.waiting, run.refused) == (1, 2, 0)
    assert Customer.objects.get(pk=inside[0].pk).owner_id == adam.pk
    requests.agree(ApprovalRequest.objects.get(about_id=inside[0].pk), actor=mia)
    assert Customer.objects.get(pk=inside[0].pk).owner_id == mia.pk


def test_the_page_and_the_api_of_a_run_lead_to_each_request(acme_team: Team, login: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"]], **FIRST_CLASS)
        ids = [one.pk for one in make_many(people["alice"], 2)]
    alice = login(Client(), people["alice"])
    form = alice.post("/acme/customers/bulk", {"do": "edit", "picked": ids}).content.decode()
    page = alice.post("/acme/customers/bulk", {**hidden(form), "_change": "level", "level": "A"})
    assert page.status_code == 302
    shown = alice.get(page["Location"]).content.decode()
    key = token_of(acme_team, "alice")
    run = page["Location"].rpartition("/")[2]
    answer = send(key, "GET", f"bulk-runs/{run}", None).json()
    assert (answer["done"], answer["waiting"], answer["refused"]) == (0, 2, 0)
    items = send(key, "GET", f"bulk-runs/{run}/not-done", None).json()["items"]
    with company_scope(acme_team.company):
        wanted = {f"/approvals/{pk}" for pk in ApprovalRequest.objects.values_list("pk", flat=True)}
    assert {one["waits_at"] for one in items} == wanted
    assert {one["kind"] for one in items} == {"waiting"}
    for address in wanted:
        assert f'href="/acme{address}"' in shown
        assert alice.get(f"/acme{address}").status_code == 200


def test_of_an_import_what_waits_is_counted_and_comes_in_when_agreed(
    scope: Any, policy: Any, bring_in: Any, mia: Any, adam: Any
) -> None:
    policy([mia], action="customer.create", name="新客户", conditions="level=A")
    done = bring_in("名称,级别\n甲公司,B\n乙公司,A\n丙公司,没有的级别\n", by=adam)
    assert (done.rows, done.created, done.waiting, done.refused) == (3, 1, 1, 1)
    assert done.by_table[next(iter(done.by_table))]["waiting"] == 1
    line = ImportLine.objects.get(import_record=done, kind="waiting")
    request = ApprovalRequest.objects.get()
    assert (line.new, line.line) == (f"/approvals/{request.pk}", 3)
    assert request.number in line.sentence
    requests.agree(request, actor=mia)
    assert Customer.objects.get(name="乙公司").owner_id == adam.pk


def test_a_file_that_is_brought_in_twice_asks_once(scope: Any, policy: Any, bring_in: Any, mia: Any, adam: Any) -> None:
    policy([mia], action="customer.create", name="新客户")
    bring_in("名称\n甲公司\n", by=adam)
    again = bring_in("名称\n甲公司\n", by=adam, name="again.csv")
    assert (again.waiting, again.refused, ApprovalRequest.objects.count()) == (0, 1, 1)
    assert ApprovalRequest.objects.get().number in ImportLine.objects.get(import_record=again).sentence


def test_a_check_of_an_import_says_what_would_wait_and_asks_nobody(
    scope: Any, policy: Any, uploaded: Any, mia: Any, adam: Any
) -> None:
    policy([mia], action="customer.create", name="新客户")
    record = imports.check(uploaded("名称\n甲公司\n", by=adam), actor=adam).record
    line = ImportLine.objects.get(import_record=record)
    assert (line.kind, line.new) == ("waiting", "")
    assert not ApprovalRequest.objects.exists()


def test_the_report_of_an_import_leads_to_each_request(acme_team: Team, login: Any, media: Any, tmp_path: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"]], action="customer.create", name="新客户")
        path = tmp_path / "rows.csv"
        path.write_text("名称\n甲公司\n")
        file = intake.take(path)
        record = imports.upload(actor=people["adam"], file=file, name="rows.csv", record_type="customer").record
        imports.run(record, actor=people["adam"])
        while Runner(record.pk).advance(10):
            pass
        request = ApprovalRequest.objects.get()
    shown = login(Client(), people["adam"]).get(f"/acme/imports/{record.pk}").content.decode()
    assert f'href="/acme/approvals/{request.pk}"' in shown
    assert request.number in shown
    answer = send(token_of(acme_team, "adam"), "GET", f"imports/{record.pk}", None).json()
    assert (answer["waiting"], answer["created"], answer["refused"]) == (1, 0, 0)
