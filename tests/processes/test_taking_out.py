"""The company's own log is taken out from a screen: chosen, written by a job, had by who asked for it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import members, tokens
from gucang.kernel import clock, records
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.processes import extracts, takingout
from gucang.processes.actions import exports
from gucang.processes.mining.ocel_json import read_json
from gucang.processes.models import ExportState, LogExport, LogExportProgress
from gucang.processes.reactions import tell_of_an_extract
from tests.personas import hire

NEW = "/acme/log-exports/new"


@pytest.fixture
def adams(client: Client, login: Callable[..., Client], adam: Any, settings: Any, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    return login(client, adam)


def test_it_is_chosen_written_and_had_by_its_owner_only(
    adams: Client, acme: Any, adam: Any, mia: Any, login: Callable[..., Client]
) -> None:
    with company_scope(acme):
        customers.create(actor=adam, values={"name": "甲公司"})
    assert "客户" in adams.get(NEW).content.decode()
    answer = adams.post(NEW, {"form": ".json", "types": ["customer"], "since": "", "until": ""})
    assert answer.status_code in (302, 303)
    url = answer.headers["Location"]
    with company_scope(acme):
        record = LogExport.objects.get()
        asked = Event.objects.get(name="log_export.create")
        assert (asked.actor_id, asked.facts["types"]) == (adam.pk, ["customer"])
        wanted = {str(pk) for pk in Event.objects.filter(name="customer.create").values_list("pk", flat=True)}
    assert "hx-get" in adams.get(f"{url}/progress").content.decode()
    assert adams.get(f"{url}/file").status_code == 409
    takingout.write(acme.pk, record.pk)
    with company_scope(acme):
        record = LogExport.objects.get()
        assert (record.state, record.events, record.objects_told) == (ExportState.READY, 1, 1)
        progress = LogExportProgress.objects.get()
        assert progress.done == progress.total > 0
        (heard,) = tell_of_an_extract(Event.objects.get(name="log_export.finish"))
        assert heard.member_id == adam.pk
    assert f"{url}/file" in adams.get(url).content.decode()
    file = adams.get(f"{url}/file")
    found = read_json(io.BytesIO(b"".join(file.streaming_content))).check()
    assert {one.id for one in found.events} == wanted
    assert file.headers["Content-Disposition"].endswith(f'"acme-{record.number}.json"')
    with company_scope(acme):
        record.refresh_from_db()
    # Mia may take logs out, too; this one is not hers.
    assert login(Client(), mia).get(url).status_code == 404
    takingout.write(acme.pk, record.pk)  # a job may run twice
    with company_scope(acme):
        assert Event.objects.filter(name="log_export.finish").count() == 1


def test_whoever_sees_that_it_happened_does_not_get_the_file(
    adams: Client, acme: Any, adam: Any, carol: Any, login: Callable[..., Client]
) -> None:
    with company_scope(acme):
        record = exports.create(actor=adam).record
    takingout.write(acme.pk, record.pk)
    reader = login(Client(), carol)
    assert "/file" not in reader.get(f"/acme/log-exports/{record.pk}").content.decode()
    assert reader.get(f"/acme/log-exports/{record.pk}/file").status_code == 409
    assert reader.get(NEW).status_code == 404


def test_the_file_goes_after_a_day(adams: Client, acme: Any, adam: Any) -> None:
    with company_scope(acme):
        record = exports.create(actor=adam).record
    takingout.write(acme.pk, record.pk)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert adams.get(f"/acme/log-exports/{record.pk}/file").status_code == 409


def test_a_wrong_choice_is_told_beside_what_was_chosen(adams: Client, acme: Any, adam: Any) -> None:
    with company_scope(acme):
        hers = customers.create(actor=adam, values={"name": "甲公司"}).record
        contacts.create(actor=adam, values={"name": "王一", "customer": hers})
    given = {"form": ".xes", "types": ["customer", "contact"], "since": "2026-11-03", "until": "2026-11-01"}
    answer = adams.post(NEW, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2026-11-03" in page
    assert page.count("checked") == 2
    answer = adams.post(NEW, given | {"until": "2026-13-40"})
    assert answer.status_code == 422
    assert "2026-13-40" in answer.content.decode()
    with company_scope(acme):
        assert not LogExport.objects.exists()


def test_who_has_left_gets_no_file(acme: Any, adam: Any, mia: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with company_scope(acme):
        record = exports.create(actor=mia).record
        members.leave(mia, actor=adam, on=clock.today())
    takingout.write(acme.pk, record.pk)
    with company_scope(acme):
        record = LogExport.objects.get()
        assert record.state == ExportState.FAILED
        assert record.reason
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def _with_token(member: Any, company: Any) -> dict[str, str]:
    with company_scope(company):
        until = clock.today() + timedelta(days=9)
        made = tokens.create(actor=member, name="程序", scopes=["read"], expires_on=until)
        return {"Authorization": f"Bearer {made.record.key}"}


def test_a_program_has_the_file_of_its_owner_and_no_other(
    adams: Client, acme: Any, adam: Any, carol: Any, mia: Any
) -> None:
    with company_scope(acme):
        customers.create(actor=adam, values={"name": "甲公司"})
        record = exports.create(actor=adam, types="customer").record
    url = f"/acme/api/v1/log-exports/{record.pk}/file"
    headers = {who.name: _with_token(who, acme) for who in (adam, carol, mia)}
    assert Client().get(url, headers=headers["Adam"]).status_code == 409
    takingout.write(acme.pk, record.pk)
    answer = Client().get(url, headers=headers["Adam"])
    assert answer.status_code == 200
    told = b"".join(answer.streaming_content)
    assert told == b"".join(adams.get(f"/acme/log-exports/{record.pk}/file").streaming_content)
    assert "甲公司" in told.decode() or "customer.create" in told.decode()
    # Carol sees that it happened, Mia does not.
    assert Client().get(url, headers=headers["Carol"]).status_code == 409
    assert Client().get(url, headers=headers["Mia"]).status_code == 404
    assert Client().get(url).status_code == 401


def test_an_auditor_takes_out_what_they_see_and_nothing_that_is_anothers_alone(
    acme: Any, alice: Any, login: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with company_scope(acme):
        sue = hire("Sue", "auditor")
        actor = sue.as_actor()
        customers.create(actor=alice, values={"name": "甲公司"})
        kinds = [one.name for one in records.every() if one.exchange is not None and actor.may(f"{one.name}.view")]
        assert "customer" in kinds
        assert [name for name in kinds if not actor.may(f"{name}.export")] == []
        assert [name for name in kinds if actor.may(f"{name}.import")] == []
        assert "finding" in {one.name for one in records.every() if extracts.may_take_out(actor, one)}
    browser = login(Client(), sue)
    listed = browser.post("/acme/customers/export", {"query": "columns=name"})
    assert "甲公司" in b"".join(listed).decode("utf-8-sig")
    assert browser.post(NEW, {"form": ".json", "types": ["customer"], "since": "", "until": ""}).status_code == 302
