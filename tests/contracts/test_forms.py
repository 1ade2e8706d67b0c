"""Whatever is sent to a form or a list: never a broken page, a sentence for each refusal, and nothing typed is lost."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from gucang.approvals.models import ApprovalRequest
from gucang.kernel.actions import Action
from gucang.kernel.actors import system
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.surface.tests.api_world import NOT_FREE as NAMES
from gucang.worktime.models import WEEKDAYS
from tests.contracts.world import TYPES, Pages, can_be_made, of_every_type, own_type, text_of, words_of

BAD = {
    "nul": "a\x00b",
    "control": "a\x07\x1b[31m\x7fb",
    "right to left": "a\u202etxt.exe\u2066",
    "invisible": "\ufeff\u200b\u200d",
    "long": "长" * 22_000,
    "huge number": "9" * 400,
    "beyond bigint": str(2**63),
    "negative": "-1",
    "markup": "<script>alert(1)</script>'\"><b>",
    "template": "{{ 7*7 }}${7*7}%(x)s{0}",
    "json": '{"a": [1, 2]}',
    "not a day": "2026-02-30T25:61",
    "half a pair": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "wide digits": "١٢３",
}
# What may come of any of these. Sent to the wrong address or not understood, 400 and 404 are answers, too.
ANSWERS = {200, 202, 204, 301, 302, 303, 400, 403, 404, 405, 409, 413, 422}
BAD_PARTS = ["%ED%A0%80", "%00", "%E2%80%AE", "9" * 25, "9" * 300, "-1", "a" * 3000, "%2e%2e", "'"]
TURNS = 5
PARAMETERS = ("q", "sort", "after", "view", "columns", "mine", "peek", "lane", "fragment", "type", "next", "edit")


@pytest.fixture(scope="module")
def filled(founded: Pages) -> Pages:
    every = [*TYPES, own_type(founded)]
    with company_scope(founded.company):
        for one in every:
            founded.any_record(one)
    return founded


@pytest.fixture
def full(filled: Pages, world: Pages) -> Pages:
    """Acme with a record of every type, for one test."""
    return world


def answered(answer: Any, what: Any) -> Any:
    """The answer, which is one of ours and says something when it refuses."""
    assert answer.status_code in ANSWERS, (what, answer.status_code)
    if answer.status_code >= 400 and not answer.streaming:
        assert len(words_of(text_of(answer)).strip()) > 5, (what, answer.status_code)
    assert "<script>alert(1)" not in (text_of(answer) if not answer.streaming else ""), what
    return answer


def addresses(record_type: RecordType, pk: int) -> list[str]:
    """Every address of a record type that takes a form."""
    base = f"/acme/{record_type.plural}"
    found = [f"{base}/new", f"{base}/bulk", f"{base}/advise", f"{base}/{pk}/edit", f"{base}/{pk}/drop"]
    return [*found, *(f"{base}/{pk}/{verb.verb}" for verb in record_type.actions if not verb.creates)]


def named(record_type: RecordType) -> list[str]:
    """Every name that a form of this type may send."""
    of_actions = [spec.name for verb in record_type.actions for spec in verb.params]
    own = [
        "_key",
        "seen",
        "next",
        "picked",
        "do",
        "lane",
        "query",
        "_change",
        "_run",
        "_ask",
        "every",
        "_sent",
        "_check",
        "unknown",
    ]
    return list(dict.fromkeys([*record_type.form.fields, *of_actions, *own]))


def mixed(names: list[str], turn: int) -> dict[str, str]:
    """Every name with another of the values; with each turn it gets one that is further on."""
    values = list(BAD.values())
    return {name: values[(place + turn * 3) % len(values)] for place, name in enumerate(names)}


@pytest.mark.slow
@of_every_type
def test_no_value_in_every_field_at_once_breaks_a_form(full: Pages, record_type: RecordType) -> None:
    browser = full.browser("adam")
    with company_scope(full.company):
        pk = full.any_record(record_type).pk
    for turn in range(TURNS):
        body = mixed(named(record_type), turn)
        headers = {"HX-Request": "true"} if turn % 2 else {}
        for address in addresses(record_type, pk):
            answered(browser.post(address, body, headers=headers), (address, turn))
        for name in record_type.form.fields[turn::TURNS]:
            answered(browser.post(f"/acme/{record_type.plural}/{pk}/cell/{name}", body), (name, turn))


@pytest.mark.slow
@of_every_type
def test_no_value_in_one_field_breaks_a_form_that_is_right_otherwise(full: Pages, record_type: RecordType) -> None:
    if record_type.create is None or not record_type.create.on_values:
        return
    browser = full.browser("adam")
    with company_scope(full.company):
        right = {name: value for name, value in full.body(record_type.create).items() if value is not None}
    for name in record_type.form.fields:
        for kind in ("nul", "long", "beyond bigint"):
            answer = browser.post(f"/acme/{record_type.plural}/new", right | {name: BAD[kind], "_check": "done"})
            answered(answer, (name, kind))


@pytest.mark.slow
@of_every_type
def test_no_parameter_breaks_a_page(full: Pages, record_type: RecordType) -> None:
    browser = full.browser("adam")
    with company_scope(full.company):
        pk = full.any_record(record_type).pk
    names = [*PARAMETERS, *record_type.specs, "unknown", "extra.nothing", "id__in"]
    base = f"/acme/{record_type.plural}"
    pages = [f"{base}/", f"{base}/new", f"{base}/board", f"{base}/options", f"{base}/{pk}", f"{base}/{pk}/timeline"]
    ranges = [f"{name}__{op}" for name in record_type.specs for op in ("gte", "lt", "in")]
    for turn in range(TURNS):
        short = {name: value[:2000] for name, value in mixed(names, turn).items()}
        for page in pages:
            answered(browser.get(page, short), (page, turn))
        answered(browser.get(f"{base}/", {n: v[:500] for n, v in mixed(ranges, turn).items()}), (base, turn, "ranges"))
    for raw in ("%ED%A0%80", "%FF%00", "a%0d%0aSet-Cookie:x=y"):
        for page in pages:
            answered(browser.get(f"{page}?" + "&".join(f"{name}={raw}" for name in [*names, raw])), (page, raw))


@pytest.mark.parametrize("part", BAD_PARTS)
def test_no_address_breaks_a_page(full: Pages, part: str) -> None:
    browser = full.browser("adam")
    wheres = ("{0}", "{0}/", "{0}/new", "customers/{0}", "customers/{0}/edit", "customers/1/{0}", "bin/{0}/1/restore")
    for where in (*wheres, "customers/1/cell/{0}", "customers/1/undo/{0}", "notifications/{0}", "files/{0}"):
        for send in (browser.get, browser.post):
            answer = answered(send(f"/acme/{where.format(part)}"), (where, part))
            assert answer.status_code in (301, 302, 303, 400, 404, 405, 409), (where, part, answer.status_code)


@of_every_type
def test_what_was_typed_is_still_there_after_a_refusal(full: Pages, record_type: RecordType) -> None:
    browser = full.browser("adam")
    with company_scope(full.company):
        record = full.any_record(record_type)
        adam, edit = full.people["adam"].as_actor(), record_type.edit
        offered = edit is not None and edit.why_not(adam, record) is None
    asks = [spec for spec in (record_type.specs[name] for name in record_type.form.shown) if shows_text(spec)]
    strict = [spec for spec in asks if spec.kind in ("date", "moment", "integer", "decimal", "money", "phone", "email")]
    if not offered or not strict:
        return
    typed = {spec.name: "打错了 <i>" if spec in strict else "写好了" for spec in asks}
    answer = browser.post(f"/acme/{record_type.plural}/{record.pk}/edit", typed)
    page = text_of(answer)
    assert answer.status_code == 422
    for spec in strict:
        assert f'id="f-{spec.name}-error"' in page, spec.name
    for name, value in typed.items():
        assert html.escape(value) in control(page, name), (name, control(page, name))


def shows_text(spec: FieldSpec) -> bool:
    return (
        spec.target is None
        and not spec.choices
        and spec.kind not in ("boolean", "tags", "references")
        and spec.name not in STAYS
    )


# An entry stays with the record that it is about: the form of one that is there does not ask for it.
STAYS = ("about_id",)
# What a form draws as rows: the field, and what the text of a row is called.
IN_ROWS = {"options": "option_zh"}


def control(page: str, name: str) -> str:
    """The control of a field, as it stands in the page."""
    found = re.search(rf'<(input|textarea)[^>]*\sname="{re.escape(IN_ROWS.get(name, name))}"[^>]*>([^<]*)', page)
    if found:
        return found.group(0)
    among = re.search(rf'<select[^>]*\sname="{re.escape(name)}".*?</select>', page, re.DOTALL)
    chosen = re.search(r"<option[^>]*\sselected[^>]*>[^<]*", among.group(0)) if among else None
    return chosen.group(0) if chosen else ""


# --- twice, late, and back again -------------------------------------------------------------------------------------


# Texts of forms that do not take just any text, though nothing but the action knows it.
NOT_FREE = {*NAMES, "company.language", "company.currency", "work_calendar.zone"}
NOT_FREE |= {"audit_rule.responsible", "audit_rule.conditions"}
NOT_FREE |= {f"work_calendar.{day}" for day in WEEKDAYS}


def free_text(record_type: RecordType) -> str:
    """A field of the form that takes any text; "" where there is none."""
    specs = (record_type.specs[name] for name in record_type.form.shown)
    fits = [one for one in specs if one.kind in ("text", "longtext") and not one.choices and (one.max_length or 99) > 9]
    return next((one.name for one in reversed(fits) if f"{record_type.name}.{one.name}" not in NOT_FREE), "")


def unique(record_type: RecordType, name: str) -> bool:
    """Whether no two rows may have the same value there."""
    return any(
        name in getattr(one, "fields", ()) or f"{name}_key" in str(one) for one in record_type.model._meta.constraints
    )


def form_of(world: Pages, action: Action) -> dict[str, Any]:
    return {name: value for name, value in world.body(action).items() if value is not None}


@of_every_type
def test_a_form_sent_twice_makes_one_record(full: Pages, record_type: RecordType) -> None:
    if not can_be_made(record_type) or not record_type.form_makes or not record_type.create.on_values:
        return
    browser, address = full.browser("adam"), f"/acme/{record_type.plural}/new"
    with company_scope(full.company):
        body = form_of(full, record_type.create) | {"_key": f"twice-{record_type.name}", "_check": "done"}
        before = record_type.model._base_manager.count()
    first, second = browser.post(address, body), browser.post(address, body)
    with company_scope(full.company):
        made = record_type.model._base_manager.count() - before
    if first.status_code == 409:
        assert made == 0  # there is one of these at most, and it is there
        return
    assert (first.status_code, second.status_code) == (302, 302), words_of(text_of(first))
    assert first.url == second.url
    assert made == 1


@of_every_type
def test_of_two_who_edit_a_field_the_second_sees_both_values(full: Pages, record_type: RecordType) -> None:
    name = free_text(record_type)
    if record_type.edit is None or not name:
        return
    browser = full.browser("adam")
    with company_scope(full.company):
        record = full.make(record_type) if can_be_made(record_type) and record_type.name != "member" else None
        record = record or full.any_record(record_type)
    address = f"/acme/{record_type.plural}/{record.pk}/edit"
    form = text_of(browser.get(address))
    assert control(form, name), f"{name} is not in the form"
    with company_scope(full.company):
        record_type.edit(record.pk, actor=system(), values={name: "她的值"})
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert seen
    answer = browser.post(address, {name: "我的值", "seen": seen.group(1)})
    page = text_of(answer)
    assert answer.status_code == 409, words_of(page)
    assert "她的值" in page
    assert "我的值" in control(page, name)
    again = re.search(r'name="seen" value="(\d+)"', page)
    assert again
    assert browser.post(address, {name: "我的值", "seen": again.group(1)}).status_code == 302
    with company_scope(full.company):
        assert getattr(record_type.model._base_manager.get(pk=record.pk), name) == "我的值"


@of_every_type
def test_an_edit_is_taken_back_unless_somebody_changed_it_since(full: Pages, record_type: RecordType) -> None:
    name = free_text(record_type)
    if record_type.edit is None or not name:
        return
    browser = full.browser("adam")
    with company_scope(full.company):
        pk = full.any_record(record_type).pk
        before = getattr(record_type.model._base_manager.get(pk=pk), name)
    address = f"/acme/{record_type.plural}/{pk}"
    assert browser.post(f"{address}/edit", {name: "新的值"}).status_code == 302
    with company_scope(full.company):
        edits = Event.objects.filter(subject_type=record_type.name, subject_id=pk, name=f"{record_type.name}.edit")
        event = edits.order_by("-id").first()
        assert event is not None
    undo = f"{address}/undo/{event.pk}"
    answered(browser.get(undo), undo)
    assert browser.post(undo).status_code == 302
    with company_scope(full.company):
        assert getattr(record_type.model._base_manager.get(pk=pk), name) == before
        record_type.edit(pk, actor=system(), values={name: "她的值"})
    assert browser.post(undo).status_code == 409
    with company_scope(full.company):
        assert getattr(record_type.model._base_manager.get(pk=pk), name) == "她的值"


@of_every_type
def test_of_many_picked_rows_a_foreign_one_is_refused_and_the_others_done(full: Pages, record_type: RecordType) -> None:
    name = free_text(record_type)
    if record_type.edit is None or not name or not can_be_made(record_type):
        return
    theirs = own_type(full, "dan") if record_type.own else record_type
    with company_scope(full.people["dan"].company_id):
        stranger = Pages(full.company, {"adam": full.people["dan"]})
        foreign = stranger.any_record(theirs)
        before = str(getattr(foreign, name))
    with company_scope(full.company):
        full.several(record_type, 3)
        adam = full.people["adam"].as_actor()
        most = 1 if unique(record_type, name) else 2
        waiting = ApprovalRequest.objects.filter(about_type=record_type.name, state="waiting", locked=True)
        mine = record_type.query(adam).exclude(pk__in=waiting.values("about_id"))
        free = [r.pk for r in mine if record_type.edit.why_not(adam, r) is None][:most]
    body = {"picked": [*free, foreign.pk], "do": "edit", "_run": "1", "_change": name, name: "一起改"}
    answer = full.browser("adam").post(f"/acme/{record_type.plural}/bulk", body, follow=True)
    assert answer.redirect_chain, words_of(text_of(answer))
    assert answer.status_code == 200
    assert before not in text_of(answer) or not before
    with company_scope(full.company):
        changed = record_type.model._base_manager.filter(pk__in=free, **{name: "一起改"}).count()
        assert changed == len(free) > 0
    with company_scope(full.people["dan"].company_id):
        assert str(getattr(theirs.model._base_manager.get(pk=foreign.pk), name)) == before
