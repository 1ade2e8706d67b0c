"""Every kind of own field in every place where fields are met: what goes in comes out, in words, and bad input is told.

One deal with one field of the kind goes through import, export, bulk work, board, cells, automations, API and timeline.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from gucang.accounts.models import Member
from gucang.automation import actions as automations
from gucang.automation.steps import write
from gucang.bulk import engine
from gucang.customfields import actions
from gucang.exchange import export, intake
from gucang.exchange.actions import imports
from gucang.exchange.engine import Runner
from gucang.exchange.models import ImportLine
from gucang.kernel import jobs, records
from gucang.kernel.actors import system
from gucang.kernel.models import Company, CustomField, FieldKind
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.surface.sheets import lines
from gucang.surface.tests.api_world import World
from tests.bulk.conftest import begin

Login = Callable[[Client, Member], Client]
LABEL = "测试字段"
NAME = "extra.test"


@dataclass(frozen=True)
class Kind:
    """One kind: what is written first and then, how it is stored and shown, and what nobody can mean by it.

    `{bob}`, `{mia}`, `{first}` and `{other}` stand for ids. `seen` are the words on pages and in files of `then`.
    """

    kind: FieldKind
    first: Any
    then: Any
    stored: Any
    seen: str
    bad: str = ""
    more: Any = None
    sorts: bool = True
    cell: bool = True

    def __str__(self) -> str:
        return self.kind.value


OPTIONS = "small = 小型 | Small | mute\nbig = 大型 | Large | ok\nhuge = 超大型"
KINDS = [
    Kind(FieldKind.TEXT, "甲", "中文 <b>", "中文 <b>", "中文 <b>"),
    Kind(FieldKind.LONGTEXT, "一行", "两行\n字", "两行\n字", "两行", sorts=False, cell=False),
    Kind(FieldKind.DECIMAL, "１２", "1,234.5", "1234.5", "1,234.5", bad="很多", more={"places": 1, "unit": "台"}),
    Kind(FieldKind.INTEGER, "3", "42", 42, "42", bad="三个半"),
    Kind(FieldKind.MONEY, "80", "3万", "30000", "30,000", bad="不少"),
    Kind(FieldKind.DATE, "2026-01-02", "2026年3月4日", "2026-03-04", "2026", bad="下下周八"),
    Kind(FieldKind.CHOICE, "小型", "大型", "big", "大型", bad="中型", more={"options": OPTIONS}),
    Kind(
        FieldKind.CHOICES, "小型", "大型、超大型", ["big", "huge"], "大型", bad="中型", more={"options": OPTIONS},
        sorts=False, cell=False,
    ),
    Kind(FieldKind.BOOLEAN, "否", "是", True, "是", bad="也许"),
    Kind(FieldKind.MEMBER, "Bob", "Mia", "{mia}", "Mia", bad="查无此人", sorts=False),
    Kind(
        FieldKind.REFERENCE, "第一家", "第二家", "{other}", "第二家", bad="查无此家", more={"target": "customer"},
        sorts=False,
    ),
    Kind(FieldKind.PHONE, "13800138000", "139 0013 9000", "+8613900139000", "139 0013 9000", bad="12"),
    Kind(FieldKind.EMAIL, "a@b.cn", "c@d.cn", "c@d.cn", "c@d.cn", bad="没有邮箱", sorts=True),
]  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS, ids=str)


@dataclass
class Case:
    """A deal of Alice's with one field of the kind."""

    company: Company
    kind: Kind
    people: dict[str, Member]
    deal: int
    ids: dict[str, int]

    def inside(self) -> Any:
        return company_scope(self.company)

    def now(self) -> Any:
        """What the deal holds."""
        with self.inside():
            return Opportunity.objects.get(pk=self.deal).extra.get("test")

    @property
    def stored(self) -> Any:
        """How the second value is kept."""
        found = self.kind.stored
        return self.ids[found.strip("{}")] if isinstance(found, str) and found.startswith("{") else found

    @property
    def sent(self) -> Any:
        """The second value as a form or a program sends it."""
        return self.stored if self.kind.kind in (FieldKind.MEMBER, FieldKind.REFERENCE) else self.kind.then


@pytest.fixture
def case(kind: Kind, acme: Company, alice: Member, bob: Member, mia: Member, adam: Member) -> Case:
    with company_scope(acme):
        first = customers.create(actor=alice, values={"name": "第一家"}).record
        other = customers.create(actor=alice, values={"name": "第二家"}).record
        values = {"record_type": "opportunity", "kind": kind.kind, "key": "test", "label_zh": LABEL, "on_card": True}
        actions.create(actor=system(), values=values | (kind.more or {}))
        ids = {"bob": bob.pk, "mia": mia.pk, "first": first.pk, "other": other.pk}
        given = {"name": "一期", "customer": first, "amount": "5"}
        deal = opportunities.create(actor=alice, values=given).record
        opportunities.create(actor=alice, values=given | {"name": "二期", "amount": "7"})
    people = {"alice": alice, "bob": bob, "mia": mia, "adam": adam}
    return Case(acme, kind, people, deal.pk, ids)


def put(case: Case) -> None:
    """Alice writes the second value into the deal."""
    with case.inside():
        deal = Opportunity.objects.get(pk=case.deal)
        opportunities.edit(deal, actor=case.people["alice"], values={NAME: case.sent})


def body(answer: Any) -> str:
    return str(answer.content.decode())


def words_of(page: str) -> str:
    """What a page says, without its marks."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def bring_in(case: Case, text: str, path: Any) -> Any:
    (path / "rows.csv").write_text(text, "utf-8")
    file = intake.take(path / "rows.csv")
    record = imports.upload(actor=case.people["adam"], file=file, name="rows.csv", record_type="opportunity").record
    imports.run(record, actor=case.people["adam"])
    runner = Runner(record.pk)
    while runner.advance(500):
        pass
    record.refresh_from_db()
    return record


def in_csv(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@every_kind
def test_a_file_brings_values_in_or_says_why_not(case: Case, tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    head = ["名称", "客户", LABEL]
    with case.inside():
        done = bring_in(case, in_csv(head, ["三期", "第一家", str(case.kind.then)]), tmp_path)
        told = list(ImportLine.objects.filter(import_record=done).values_list("field", "sentence"))
        assert (done.created, done.refused) == (1, 0), told
        assert Opportunity.objects.get(name="三期").extra.get("test") == case.stored
        if not case.kind.bad:
            return
        done = bring_in(case, in_csv(head, ["四期", "第一家", case.kind.bad], ["五期", "第一家", ""]), tmp_path)
        told = list(ImportLine.objects.filter(import_record=done).values_list("line", "field", "sentence", "kind"))
        assert any(field == LABEL and sentence for _line, field, sentence, _kind in told), told
        assert not Opportunity.objects.filter(name="四期", extra__has_key="test").exists()
        assert Opportunity.objects.filter(name="五期").exists()


@every_kind
def test_an_export_has_it_in_words_that_come_in_again(case: Case) -> None:
    put(case)
    with case.inside():
        chosen = export.Extract.parse(records.get("opportunity"), case.people["alice"].as_actor(), "", f"name,{NAME}")
        table = list(csv.reader(io.StringIO("".join(lines(export.rows(chosen))).removeprefix("\ufeff"))))
        assert table[0][1] == LABEL
        cell = dict(table[1:])["一期"]
        spec = records.get("opportunity").spec(NAME)
        assert spec.to_json(spec.clean(cell, case.people["alice"].as_actor())) == case.stored
        assert not (case.kind.kind in (FieldKind.MEMBER, FieldKind.REFERENCE) and cell.isdigit())


@every_kind
def test_bulk_work_edits_it_or_refuses_it(case: Case) -> None:
    with case.inside():
        run = begin(case.people["alice"], "edit", [case.deal], what="opportunity", **{NAME: case.sent})
        while engine.advance(run.pk):
            pass
        run.refresh_from_db()
        assert (run.done, run.refused) == (1, 0)
    assert case.now() == case.stored


@every_kind
def test_pages_show_words_and_never_ids(case: Case, client: Client, login: Login) -> None:
    put(case)
    login(client, case.people["alice"])
    for where in (f"{case.deal}", f"?columns=name&columns={NAME}", "board"):
        page = words_of(body(client.get(f"/acme/opportunities/{where}")))
        assert LABEL in page, where
        assert case.kind.seen in page or case.kind.seen.replace("2026", "3月4日") in page, where
    timeline = body(client.get(f"/acme/opportunities/{case.deal}/timeline"))
    changes = words_of(timeline)
    assert LABEL in changes
    assert case.kind.seen in changes or case.kind.seen.replace("2026", "3月4日") in changes
    if case.kind.kind in (FieldKind.MEMBER, FieldKind.REFERENCE, FieldKind.CHOICE, FieldKind.CHOICES):
        assert not re.search(rf"{LABEL}\W+(\d+|big|huge|\[)", changes), changes


@every_kind
def test_a_cell_of_the_grid_takes_it_or_says_why_not(case: Case, client: Client, login: Login) -> None:
    login(client, case.people["alice"])
    url = f"/acme/opportunities/grid/save?columns=name&columns={NAME}"

    def send(value: Any, version: int) -> Any:
        edits = [[case.deal, version, {NAME: value}]]
        parcel = {"step": str(uuid.uuid4()), "part": 0, "kind": "type", "edits": edits, "news": []}
        answer = client.post(url, json.dumps(parcel), content_type="application/json")
        assert answer.status_code == 200, body(answer)
        return answer.json()

    answer = send(case.kind.then, 1)
    if not answer["refused"]:
        assert case.now() == case.stored
    else:
        assert not case.kind.cell, answer["refused"]
    if case.kind.bad:
        refused = send(case.kind.bad, 2)["refused"]
        assert refused[0][1] == NAME
        assert refused[0][2]
        assert case.now() in (case.stored, None)


@every_kind
def test_an_automation_asks_for_it_and_sets_it(case: Case) -> None:
    put(case)
    stored = case.stored
    asked = {
        FieldKind.LONGTEXT: "amount__lte=5", FieldKind.BOOLEAN: f"{NAME}=1", FieldKind.CHOICES: f"{NAME}=big",
    }.get(case.kind.kind, f"{NAME}={stored}")  # fmt: skip
    with case.inside():
        mia = case.people["mia"]
        made = automations.create(actor=mia, values={"name": "规则", "record_type": "opportunity"}).record
        automations.set_trigger(made, actor=mia, trigger="done", verb="win")
        automations.set_conditions(made, actor=mia, conditions=asked)
        value = case.kind.first if case.kind.kind not in (FieldKind.MEMBER, FieldKind.REFERENCE) else str(
            case.ids["bob" if case.kind.kind == FieldKind.MEMBER else "first"]
        )  # fmt: skip
        automations.set_steps(made, actor=mia, steps=write([{"kind": "set", "field": NAME, "value": value}]))
        automations.turn_on(made, actor=mia)
        opportunities.win(Opportunity.objects.get(pk=case.deal), actor=case.people["alice"])
        other = Opportunity.objects.exclude(pk=case.deal).get()
        opportunities.win(other, actor=case.people["alice"])
    jobs.drain()
    assert case.now() != stored, "the condition held, and the step set the other value"
    with case.inside():
        assert "test" not in Opportunity.objects.get(pk=other.pk).extra, "the condition did not hold here"


@every_kind
def test_a_program_makes_changes_filters_and_sorts_by_it(case: Case) -> None:
    world = World(case.company, case.people)
    api = world.client("alice")
    where = "/acme/api/v1/opportunities"

    def send(method: str, path: str, what: Any) -> Any:
        return api.generic(method, path, json.dumps(what), content_type="application/json", headers={"If-Match": "*"})

    value = case.stored if case.kind.kind != FieldKind.DECIMAL else "1234.5"
    made = send("POST", where, {"name": "六期", "customer": case.ids["first"], "extra": {"test": value}})
    assert made.status_code == 201, made.content.decode()
    told = made.json()["extra"]["test"]
    assert (told["id"] if isinstance(told, dict) else told) == case.stored
    if isinstance(told, dict):
        assert told["label"] == case.kind.seen
    changed = send("PATCH", f"{where}/{case.deal}", {"extra": {"test": value}})
    assert changed.status_code == 200, changed.content.decode()
    if case.kind.bad:
        refused = send("PATCH", f"{where}/{case.deal}", {"extra": {"test": case.kind.bad}})
        assert refused.status_code in (400, 422)
        assert "test" in refused.content.decode()
    asked = {FieldKind.BOOLEAN: "1", FieldKind.CHOICES: "big"}.get(case.kind.kind, str(case.stored))
    if case.kind.kind != FieldKind.LONGTEXT:
        found = api.get(where, {NAME: asked}).json()["items"]
        assert {one["name"] for one in found} == {"一期", "六期"}
    if case.kind.sorts:
        answer = api.get(where, {"sort": f"-{NAME}"})
        assert answer.status_code == 200, answer.content.decode()
        assert answer.json()["items"][-1]["name"] == "二期", "what has no value stands last"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_formula_is_in_words_and_never_written(
    language: str,
    acme: Company,
    alice: Member,
    adam: Member,
    client: Client,
    login: Login,
    tmp_path: Any,
    settings: Any,
) -> None:
    """The fourteenth kind: worked out from another field, in lists, files and cards; whoever writes it is told."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with company_scope(acme):
        base = {"record_type": "opportunity", "on_card": True}
        actions.create(actor=system(), values=base | {"kind": "money", "key": "base", "label_zh": "底价"})
        made = actions.create(
            actor=system(), values=base | {"kind": "formula", "key": "test", "label_zh": LABEL, "formula": "[底价] * 2"}
        ).record
        firm = customers.create(actor=alice, values={"name": "第一家"}).record
        deal = opportunities.create(actor=alice, values={"name": "一期", "customer": firm, "extra.base": "1500"}).record
        with translation.override(language):
            chosen = export.Extract.parse(records.get("opportunity"), alice.as_actor(), "", f"name,{NAME}")
            table = list(csv.reader(io.StringIO("".join(lines(export.rows(chosen))).removeprefix("\ufeff"))))
        assert table[1] == ["一期", "3000"]
        found = CustomField.objects.get(pk=made.pk)
        assert found.formula == "[extra.base] * 2"
    jobs.drain()
    login(client, alice)
    for where in (f"{deal.pk}", f"?columns=name&columns={NAME}", "board"):
        assert "3,000" in words_of(body(client.get(f"/acme/opportunities/{where}"))), where
    url = f"/acme/opportunities/grid/save?columns=name&columns={NAME}"
    parcel = {"step": str(uuid.uuid4()), "part": 0, "kind": "type", "edits": [[deal.pk, 1, {NAME: "5"}]], "news": []}
    answer = client.post(url, json.dumps(parcel), content_type="application/json").json()
    assert answer["refused"][0][1:2] == [NAME]
    world = World(acme, {"alice": alice})
    refused = world.client("alice").generic(
        "PATCH", f"/acme/api/v1/opportunities/{deal.pk}", json.dumps({"extra": {"test": "5"}}),
        content_type="application/json", headers={"If-Match": "*"},
    )  # fmt: skip
    assert refused.status_code in (400, 422)


@pytest.mark.usefixtures("scope")
def test_every_kind_is_here() -> None:
    assert {one.kind for one in KINDS} == set(FieldKind) - {FieldKind.FORMULA}
