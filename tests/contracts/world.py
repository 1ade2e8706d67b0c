"""A company with a record of every type, browsers of its people, and every address filled in.

Records come from the maker of the API's tests; here are only those that are made from a file, and what pages need.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gucang.accounts.actions import members
from gucang.accounts.models import Member, User
from gucang.activity import files
from gucang.activity.actions import attachments, tasks
from gucang.approvals.actions import delegations, policies
from gucang.audits import engine
from gucang.audits.actions import findings, setup
from gucang.audits.models import AuditRule
from gucang.bulk import actions as runs
from gucang.court.actions import deviations, verdicts
from gucang.customtypes import actions as types
from gucang.exchange import intake, store
from gucang.exchange.actions import exports, imports
from gucang.kernel import clock, records
from gucang.kernel.actions import get as get_action
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.kernel.models import fieldable
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope, deriving
from gucang.parties.actions import customers
from gucang.processes.actions import exports as log_exports
from gucang.processes.actions import logs
from gucang.processes.mining.logs import Header
from gucang.processes.models import LogCase, LogEvent, LogFile, LogVariant
from gucang.sops.actions import versions
from gucang.sops.models import ProcessVersion
from gucang.surface.tests.api_world import World, can_be_made

__all__ = [
    "CANARY",
    "OWN",
    "TYPES",
    "Pages",
    "can_be_made",
    "every_filling",
    "hashes",
    "of_every_type",
    "own_type",
    "routes",
    "text_of",
    "words_of",
]

TYPES = list(records.every())
# The type that Acme has made for itself, which only its scope knows; see `own_type`.
OWN = "own_equipment"
of_every_type = pytest.mark.parametrize(
    "record_type", [*TYPES, OWN], ids=lambda one: getattr(one, "name", one), indirect=True
)
CANARY = "金丝雀"
# Of these some come with the program or hold, and nobody edits them.
EDITABLE = {"audit_rule": {"key": ""}, "process_version": {"state": "draft"}}
COMPANY = "<company:company>/"


class Pages(World):
    """Acme (and the people of others) as browsers see it. Every text that it makes up sings."""

    def browser(self, name: str) -> Client:
        """A browser in which this person has signed in."""
        client = Client(raise_request_exception=True)
        client.force_login(User.objects.get(pk=self.people[name].user_id), "django.contrib.auth.backends.ModelBackend")
        return client

    def value(self, spec: Any, by: str) -> Any:
        found = super().value(spec, by)
        if isinstance(found, str) and found.startswith("测试"):
            return found.replace("测试", CANARY)
        return found

    def any_record(self, record_type: RecordType, by: str = "adam") -> Any:
        """A record of this type that `by` sees, made if need be, also of types that are made from a file."""
        query = record_type.query(self.people[by].as_actor())
        found = query.filter(**EDITABLE.get(record_type.name, {})).order_by("pk").first()
        if found is not None:
            return found
        special = {
            "attachment": self._attachment,
            "import": self._import,
            "outside_log": self._outside_log,
            "export": self._export,
            "log_export": self._log_export,
            "bulk_run": self._bulk_run,
            "approval_request": self._approval_request,
            "delegation": self._delegation,
            "stock_level": self._stock_level,
            "instalment": self._instalment,
            "finding": self._finding,
            "correction": self._correction,
            "process_version": self._process_version,
            "deviation": self._deviation,
            "lesson": self._lesson,
        }
        return special[record_type.name](by) if record_type.name in special else self.make(record_type, by)

    def several(self, record_type: RecordType, number: int, by: str = "adam") -> int:
        """Make records until there are `number`; how many there are then: some companies have one of at most."""
        query = record_type.query(self.people[by].as_actor())
        self.any_record(record_type, by)
        while can_be_made(record_type) and query.count() < number:
            try:
                self.make(record_type, by)
            except Problem:
                break
        return query.count()

    def _attachment(self, by: str) -> Any:
        about = self.any_record(records.get("customer"), by)
        stored = files.receive(SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode()))
        where = {"about_type": "customer", "about_id": about.pk}
        return attachments.create(actor=self.people[by], file=stored.file, name=stored.name, **where).record

    def _import(self, by: str) -> Any:
        file = intake.receive(SimpleUploadedFile("rows.csv", f"名称\n{CANARY}\n".encode()))
        return imports.upload(actor=self.people[by], file=file, name=f"{CANARY}.csv", record_type="customer").record

    def _outside_log(self, by: str) -> Any:
        """A log that was read, with one case of one event."""
        file = store.new_name()
        store.receive(SimpleUploadedFile("log.xes", b"<log/>"), store.path_of(file))
        log = logs.upload(actor=self.people[by], file=file, name=f"{CANARY}{file[:4]}", file_name="log.xes").record
        store.remove(file)
        with deriving("processes"):
            LogFile.objects.create(log=log, header=asdict(Header()), activities=[[CANARY, 1, 1]], handoffs=[0, 0, 0])
            LogVariant.objects.create(log=log, number=1, activities=[CANARY], cases=1)
            LogCase.objects.create(log=log, number=1, name=CANARY, variant=1, events=1)
            told = [["string", "concept:name", CANARY]]
            LogEvent.objects.create(log=log, case=1, number=1, activity=CANARY, attributes=told)
        totals = {"cases": 1, "events": 1, "variants": 1, "begins_at": "", "ends_at": ""}
        return logs.finish(log, actor=system(), totals=json.dumps(totals)).record

    def _bulk_run(self, by: str) -> Any:
        rows = {"record_type": "customer", "ids": str(self.any_record(records.get("customer"), by).pk)}
        given = json.dumps({"note": CANARY})
        return runs.start(actor=self.people[by], verb="edit", given=given, **rows).record

    def _approval_request(self, by: str) -> Any:
        """A customer's progress that waits, asked for by this person or, if they may not, by the administrator."""
        who = self.people[by]
        if not who.as_actor().may("customer.progress"):
            who = next(one for one in self.people.values() if one.as_actor().may("*"))
        customer = customers.create(actor=who, values={"name": f"{CANARY}待审"}).record
        values = {"name": f"{CANARY}规则", "record_type": "customer", "action": "customer.progress"}
        policy = policies.create(actor=system(), values=values).record
        words = {"steps": [{"who": [{"kind": "person", "id": who.pk}]}], "same": "allow"}
        policies.define(policy, actor=system(), definition=json.dumps(words))
        policies.put_in_force(policy, actor=system())
        try:
            get_action("customer.progress")(customer, actor=who, status="engaged")
        except NeedsApproval as waiting:
            policies.put_out_of_force(policy, actor=system())
            return waiting.request
        raise AssertionError("nothing was parked")

    def _delegation(self, by: str) -> Any:
        who = self.people[by]
        deputy = Member.objects.exclude(pk=who.pk).first() or members.create(
            actor=system(), values={"name": f"{CANARY}副手"}
        ).record  # fmt: skip
        day = clock.today().isoformat()
        values = {"deputy": deputy.pk, "starts_on": day, "ends_on": day, "reason": CANARY}
        return delegations.create(actor=who, values=values).record

    def _stock_level(self, by: str) -> Any:
        """What the administrator has received lies in a warehouse."""
        self.make(records.get("stock_move"), "adam")
        return records.get("stock_level").query(self.people[by].as_actor()).first()

    def _instalment(self, by: str) -> Any:
        """One of a receivable: nobody makes it by itself."""
        self.any_record(records.get("receivable"), by)
        return records.get("instalment").query(self.people[by].as_actor()).order_by("pk").first()

    def _finding(self, by: str) -> Any:
        """A task of this person that is late, as a rule has found it; it is theirs, so they see it."""
        who = self.people[by]
        day = clock.today() - timedelta(days=30)
        tasks.create(actor=system(), values={"title": f"{CANARY}晚了", "assignee": who, "due_on": day})
        setup.ensure_rules()
        engine.run(AuditRule.objects.get(key="activity.task-late"))
        return records.get("finding").query(who.as_actor()).order_by("-pk").first()

    def _correction(self, by: str) -> Any:
        """What was agreed after a finding, to be done by this person."""
        who = self.people[by]
        found = self._finding(by)
        findings.surface(found, actor=system())
        words = {"what": f"{CANARY}改", "prevents": CANARY, "owner": who, "until": clock.today()}
        findings.correct(found, actor=system(), **words)
        return records.get("correction").query(who.as_actor()).order_by("-pk").first()

    def _process_version(self, by: str) -> Any:
        """A draft of a process; who may not write one sees what the administrator has drafted."""
        process = self.any_record(records.get("process"), "adam")
        done = versions.draft(actor=self.people["adam"], process=process, reason=f"{CANARY}改").record
        return records.get("process_version").query(self.people[by].as_actor()).filter(pk=done.pk).first()

    def _deviation(self, by: str) -> Any:
        """A better way than a process of one step, which the administrator has proposed."""
        process = self.make(records.get("process"), "adam")
        draft = versions.draft(actor=self.people["adam"], process=process, reason=CANARY).record
        steps = [{"key": "a", "name": CANARY, "events": ["customer.edit"], "roles": ["salesperson"]}]
        words = json.dumps({"tree": ["seq", "a"], "steps": steps, "final": []})
        versions.define(draft, actor=system(), definition=words)
        former = ProcessVersion.objects.filter(case_type=draft.case_type, state="in_force").first()
        if former is not None:
            versions.supersede(former, actor=system())
        versions.put_in_force(draft, actor=system(), reason=CANARY)
        given = {"process": process, "kind": "skipped", "step": "a", "why": CANARY}
        made = deviations.propose(actor=self.people["adam"], **given).record
        return records.get("deviation").query(self.people[by].as_actor()).filter(pk=made.pk).first()

    def _lesson(self, by: str) -> Any:
        """What was judged harmful, for everybody who sells."""
        found = self._deviation("adam")
        verdicts.find_harmful(found, actor=system(), reason=CANARY, lesson=CANARY, exercise=CANARY)
        return records.get("lesson").query(self.people[by].as_actor()).order_by("-pk").first()

    def _export(self, by: str) -> Any:
        return exports.create(actor=self.people[by], record_type="customer", query="").record

    def _log_export(self, by: str) -> Any:
        return log_exports.create(actor=self.people[by]).record


def own_type(world: World, who: str = "adam") -> RecordType:
    """The own record type of somebody's company, made if need be: with owner, number, stages and a day."""
    by = world.people[who]
    with company_scope(by.company_id):
        if OWN not in records.own():
            values = {"key": "equipment", "name_zh": "设备", "number_rule": "SB{yy}{mm}-{seq:04}", "day_zh": "保修到"}
            kind = types.create(actor=by, values=values | {"has_owner": True}).record
            types.set_stages(
                kind, actor=by, stages="using | 使用中 | In use | ok\nscrapped | 报废 | Scrapped | mute | closed"
            )
        return records.get(OWN)


def text_of(answer: Any) -> str:
    """An answer's body, streamed or not; JSON with its characters as they are read."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = str(content.decode("utf-8", "replace"))
    is_json = answer.headers.get("Content-Type", "").partition(";")[0].endswith("json")
    return json.dumps(json.loads(text), ensure_ascii=False) if is_json and text else text


def words_of(page: str) -> str:
    """What a person reads of a page, on one line."""
    bare = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def routes() -> dict[str, dict[str, str]]:
    """Every registered address below a company, with the kind of each of its parameters."""
    found: dict[str, dict[str, str]] = {}

    def walk(patterns: list[Any], before: str) -> None:
        for one in patterns:
            where = before + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, where)
            elif isinstance(one, URLPattern) and where.startswith(COMPANY):
                kinds = {name: type(by).__name__ for name, by in one.pattern.converters.items()}
                found[where.removeprefix(COMPANY)] = kinds

    walk(get_resolver().url_patterns, "")
    return found


def hashes(world: World) -> dict[str, str]:
    """What stands in each table of Acme, in one short text per table."""
    with company_scope(world.company), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'company_id'"
            " AND table_schema = 'public' ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        text = "coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"
        one = f"SELECT '{{0}}', {text} FROM {{0}} t WHERE company_id = %s"
        cursor.execute(" UNION ALL ".join(one.format(name) for name in tables), [world.company.pk] * len(tables))
        return dict(cursor.fetchall())


def every_filling(
    route: str, ids: dict[str, int], extra: dict[str, Any], own: Iterable[RecordType] = ()
) -> Iterator[tuple[str, RecordType | None]]:
    """The route with the ids of real rows, once for each record type that it takes, also for `own` ones.

    `ids` are by record type name, `extra` are those of rows that are no records.
    """
    route = route.replace("<str:who>", f"m{ids['member']}").replace("<path:rest>", "opportunities/new")
    if "<slug:name>" in route:
        for name, _label in fieldable():
            yield route.replace("<slug:name>", name), None
        return
    if "plural>" in route:
        for record_type in [*TYPES, *own]:
            filled = re.sub(r"<\w+:plural>", record_type.plural, route)
            yield from _with_id(filled, record_type, ids, extra)
        return
    plurals = {one.plural: one for one in [*TYPES, *own]} | {"files": records.get("attachment")}
    found = next((plurals[part] for part in reversed(route.split("/")) if part in plurals), None)
    yield from _with_id(route, found, ids, extra)


def _with_id(
    route: str, record_type: RecordType | None, ids: dict[str, int], extra: dict[str, Any]
) -> Iterator[tuple[str, RecordType | None]]:
    if "<int:number>" in route:
        route = route.replace("<int:number>", "1")
    if "<str:key>" in route:
        route = route.replace("<str:key>", str(extra["key"]))
    if "<slug:file>" in route:
        route = route.replace("<slug:file>", str(extra["card"]))
    if "<slug:name>" in route:
        route = route.replace("<slug:name>", "customer")
    if "<int:event_id>" in route:
        route = route.replace("<int:event_id>", str(extra["event"]))
    if "<str:name>" in route and record_type is not None:
        route = route.replace("<str:name>", record_type.form.fields[0] if record_type.form.fields else "name")
    if re.search(r"<int:(pk|id)>", route):
        pk = ids.get(record_type.name) if record_type else extra.get(route.split("/")[0])
        assert pk is not None, f"say in every_filling which row {route} is about"
        route = re.sub(r"<int:(pk|id)>", str(pk), route)
    if "verb>" in route:
        verbs = list(record_type.verbs) if record_type else []
        for verb in verbs:
            yield re.sub(r"<\w+:verb>", verb, route), record_type
        return
    assert "<" not in route, f"say in every_filling what {route} takes"
    yield route, record_type
