"""Records of a type that a company made itself: every address, for a stranger, for who lacks the right, and for who has
it and may not see a field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from gucang.accounts.models import Role
from gucang.customfields import actions as fields
from gucang.customtypes import actions as types
from gucang.exchange.actions import exports
from gucang.kernel import clock, records
from gucang.kernel.actions import get
from gucang.kernel.actors import system
from gucang.kernel.models import CustomField, Event, FieldValue, SearchEntry
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.surface.api import buckets
from tests.contracts.world import OWN, TYPES, Pages, every_filling, own_type, routes, text_of

# What nobody else may read: the name of the record, and what its own field holds.
NAME, SERIAL, DAY_LABEL = "云雀机床", "云雀序号", "云雀校验日"
of_every_route = pytest.mark.parametrize("route", list(routes()))
OWN_PLURAL = OWN.replace("_", "-")


@dataclass
class Nest:
    """Acme with one machine of Adam's, which stands in every place where machines can stand."""

    world: Pages
    kind: RecordType
    pk: int
    ids: dict[str, int]
    extra: dict[str, Any]
    fitting: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def nest(founded: Pages) -> Nest:
    adam = founded.people["adam"]
    own_type(founded)
    with company_scope(founded.company):
        definition = records.get("record_type").model.objects.get(key="equipment")
        types.edit(definition, actor=adam, values={"of_customer": True})
        serial = {"kind": "text", "key": "serial", "label_zh": "序列号", "searchable": True, "on_card": True}
        checked = {"kind": "date", "key": "checked", "label_zh": DAY_LABEL, "in_calendar": True}
        for values in (serial, checked):
            fields.create(actor=adam, values={"record_type": OWN, **values})
    with company_scope(founded.company):
        kind = records.get(OWN)
        customer = founded.any_record(records.get("customer"))
        values = {"name": NAME, "customer": customer.pk, "day": clock.today().isoformat()}
        values |= {"extra.serial": SERIAL, "extra.checked": clock.today().isoformat()}
        pk = int(get(f"{OWN}.create")(actor=adam, values=values).record.pk)
        about = {"about_type": OWN, "about_id": pk}
        for name in ("task", "follow_up"):
            get(f"{name}.create")(actor=adam, values=founded.body(get(f"{name}.create")) | about)
        exports.create(actor=adam, record_type=OWN, query="")
        ids = {one.name: founded.any_record(one).pk for one in TYPES} | {OWN: pk}
        event = Event.objects.filter(subject_type=OWN, subject_id=pk).order_by("id").first()
        assert event is not None
        extra = {"event": event.pk, "notifications": 0, "key": "none", "card": "none"}
        fitting = {name: founded.body(verb) for name, verb in kind.verbs.items() if name not in ("create", "edit")}
    return Nest(founded, kind, pk, ids, extra, fitting)


@pytest.fixture(autouse=True)
def undone(nest: Nest) -> Iterator[None]:
    """Whatever a test sets up or does is taken back."""
    buckets.empty_all()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def addresses(nest: Nest, route: str) -> Iterator[tuple[str, bool]]:
    """The route filled in, and whether it is about machines."""
    for path, kind in every_filling(route, nest.ids, nest.extra, [nest.kind]):
        yield path, kind is not None and kind.name == OWN


def send(nest: Nest, browser: Client, method: str, where: str) -> Any:
    """Ask, or send a body that fits: another would be refused for itself, whoever sends it."""
    buckets.empty_all()
    if method == "get":
        return browser.get(where)
    if "/api/" in where:
        body = nest.fitting.get(where.rsplit("/", 1)[-1], {"name": "别的"})
        return browser.post(where, json.dumps(body), content_type="application/json")
    picked = {"picked": nest.pk, "do": "delete", "_run": "1", "name": "别的", "day": "2026-12-24"}
    return browser.post(where, picked | nest.fitting.get(where.rsplit("/", 1)[-1], {}))


def silent(answer: Any, what: str, *words: str) -> None:
    said = text_of(answer) + str(answer.headers)
    for word in words or (NAME, SERIAL, DAY_LABEL):
        assert word not in said, (what, word)


def untouched(nest: Nest) -> None:
    with company_scope(nest.world.company):
        row = nest.kind.model._default_manager.get(pk=nest.pk)  # raises for one in the bin
        assert (row.name, row.version, row.stage, row.owner_id) == (NAME, 1, "using", nest.world.people["adam"].pk)


def test_what_must_not_be_seen_is_there_to_be_seen(nest: Nest) -> None:
    ours = nest.world.browser("adam")
    day = clock.today()
    base = f"/acme/{OWN_PLURAL}"
    looked = {
        f"{base}/": NAME,
        f"{base}/{nest.pk}": SERIAL,
        f"{base}/{nest.pk}/timeline": "Adam",
        f"{base}/board": NAME,
        f"{base}/print": NAME,
        f"{base}/options?q={NAME}": NAME,
        f"{base}/grid/rows": NAME,
        f"/acme/search?q={SERIAL}": NAME,
        f"/acme/calendar?view=agenda&whose=all&on={day}": DAY_LABEL,
        f"/acme/calendar/entries?whose=all&from={day}&until={day + timedelta(days=1)}": NAME,
        f"/acme/api/v1/{OWN_PLURAL}": NAME,
        f"/acme/customers/{nest.ids['customer']}": NAME,
    }
    for address, word in looked.items():
        assert word in text_of(ours.get(address)), address
    with company_scope(nest.world.company):
        assert SearchEntry.objects.filter(record_type=OWN, object_id=nest.pk).exists()
        checked = CustomField.objects.get(record_type=OWN, key="checked")
        assert FieldValue.objects.filter(field_id=checked.pk, object_id=nest.pk).exists()


@of_every_route
def test_who_lacks_the_right_finds_nothing_of_it(nest: Nest, route: str) -> None:
    browser = nest.world.browser("bob")
    for path, about_it in addresses(nest, route):
        with transaction.atomic():
            for method in ("get", "post") if about_it else ("get",):
                answer = send(nest, browser, method, f"/acme/{path}")
                what = f"{method} /acme/{path}"
                # What a company has set up is in the document of its API; what it keeps there is not.
                silent(answer, what, *((NAME, SERIAL) if path == "api/v1/openapi.json" else ()))
                if about_it and ("plural>" in route or OWN_PLURAL in route):
                    assert answer.status_code in (403, 404, 405), (what, answer.status_code)
            untouched(nest)
            transaction.set_rollback(True)


@of_every_route
def test_a_type_of_the_same_name_elsewhere_does_not_open_ours(nest: Nest, route: str) -> None:
    own_type(nest.world, "dan")
    browser = nest.world.browser("dan")
    for path, about_it in addresses(nest, route):
        if not about_it:
            continue
        with transaction.atomic():
            for company in ("acme", "other"):
                for method in ("get", "post"):
                    answer = send(nest, browser, method, f"/{company}/{path}")
                    silent(answer, f"{method} /{company}/{path}")
                    if company == "acme":
                        assert answer.status_code == 404, (method, path, answer.status_code)
            untouched(nest)
            transaction.set_rollback(True)


@pytest.mark.parametrize("rule", ["hidden", "masked"])
@of_every_route
def test_a_field_out_of_sight_is_on_no_address(nest: Nest, route: str, rule: str) -> None:
    """Carol sees every machine, and neither its serial number nor the day of its check."""
    with company_scope(nest.world.company):
        role: Role = get("role.create")(actor=system(), values={"name": "看不全"}).record
        wanted = "\n".join(f"{OWN}.{verb} company" for verb in ("view", "edit", "create", "export", "move"))
        ruled = f"{OWN}.extra.serial {rule}\n{OWN}.extra.checked {rule}"
        role = get("role.set_rights")(
            role, actor=system(), grants=f"customer.view company\n{wanted}", field_rules=ruled
        ).record
        get("member.set_roles")(nest.world.people["carol"], actor=system(), roles=[role.pk])
    browser = nest.world.browser("carol")
    for path, about_it in addresses(nest, route):
        if about_it or path.startswith(("calendar", "search", "customers/")):
            asked = {"": "", "q": f"?q={SERIAL[:3]}", "serial": f"?extra.serial={SERIAL}", "sort": "?sort=extra.serial"}
            for query in asked.values():
                buckets.empty_all()
                with transaction.atomic():
                    answer = browser.get(f"/acme/{path}{query}")
                    told = text_of(answer).replace(f"extra.serial={SERIAL}", "").replace(f'value="{SERIAL}"', "")
                    assert SERIAL not in told, (path, query)
                    transaction.set_rollback(True)
    day = clock.today()
    page = text_of(browser.get(f"/acme/calendar?view=agenda&whose=all&on={day}"))
    assert NAME in page
    assert DAY_LABEL not in page
    assert browser.get(f"/acme/{OWN_PLURAL}/{nest.pk}/when?field=checked").status_code == 404
