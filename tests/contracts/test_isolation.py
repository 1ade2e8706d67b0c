"""Nobody reaches another company: every registered address, reading and writing, from outside and from inside."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client

from gucang.accounts.actions import tokens
from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope, deriving, writing
from gucang.messages.kinds import every as kinds
from gucang.messages.models import Notification
from gucang.parties.cards import reading
from gucang.surface.api import buckets
from tests.contracts.world import CANARY, TYPES, Pages, every_filling, hashes, own_type, routes, text_of
from tests.pictures import photo, upload

ROUTES = routes()
of_every_route = pytest.mark.parametrize("route", list(ROUTES))
# What an address may answer to a method that it does not take; it says nothing about what is there.
NOT_THIS_WAY = {"get": {405, 409}, "post": {405}}


@dataclass
class Prey:
    """Acme full of rows, and what their ids are."""

    world: Pages
    ids: dict[str, int]
    extra: dict[str, Any]
    bodies: dict[str, dict[str, Any]]
    fitting: dict[str, dict[str, Any]]
    before: dict[str, str]
    own: RecordType


@pytest.fixture(scope="module")
def prey(founded: Pages) -> Prey:
    """One row at least of every record type in Acme; every text in them sings."""
    own = own_type(founded)
    every = [*TYPES, own]
    with company_scope(founded.company):
        ids = {one.name: founded.any_record(one).pk for one in every}
        _sing(founded, every)
        event = Event.objects.order_by("id").first()
        notice = Notification.objects.order_by("pk").first()
        assert event is not None
        extra = {
            "event": event.pk,
            "notifications": notice.pk if notice else _notice(founded),
            "key": _ended_feed(founded),
            "card": _card(founded),
        }
        bodies = {one.name: _body(founded, one, ids[one.name]) for one in every}
        fitting = {verb.name: _foreign(founded.body(verb)) for one in every for verb in one.verbs.values()}
    return Prey(founded, ids, extra, bodies, fitting, hashes(founded), own)


def _sing(world: Pages, every: list[RecordType]) -> None:
    """Write the canary into every plain text of Acme's rows."""
    for record_type in every:
        if getattr(record_type.model, "for_good", False):
            continue
        label = record_type.model._meta.app_label
        texts = [
            name
            for name, spec in record_type.specs.items()
            if spec.kind in ("text", "longtext") and not spec.choices and (spec.max_length or 99) >= 20
        ]
        if label == "kernel" or not texts:
            continue
        with writing(label):
            for row in record_type.model._base_manager.all():
                values = {name: f"{CANARY}{row.pk}" for name in texts if _plain(record_type, name)}
                record_type.model._base_manager.filter(pk=row.pk).update(**values)


def _plain(record_type: RecordType, name: str) -> bool:
    """Whether any text may stand in this column: it is no key that something else hangs on."""
    field = record_type.model._meta.get_field(name)
    return (
        isinstance(field, models.CharField | models.TextField)
        and (field.editable or name == "number")
        and name != "key"
    )


def _notice(world: Pages) -> int:
    alice, kind = world.people["alice"], kinds()[0].name
    with deriving("gucang_messages"):
        made = Notification.objects.create(member=alice, kind=kind, key="1", sentence=CANARY, created_at=clock.now())
    return int(made.pk)


def _ended_feed(world: Pages) -> str:
    """The key in the address of a calendar that was revoked: the right one would rightly open it for anybody."""
    ends = clock.today() + timedelta(days=9)
    values = {"name": CANARY, "scopes": [tokens.FEED], "expires_on": ends}
    token = tokens.create(actor=world.people["adam"], values=values).record
    tokens.revoke(token, actor=world.people["adam"])
    return str(token.key)


def _card(world: Pages) -> str:
    """A business card that waits to be confirmed."""
    waiting = reading.receive(world.people["adam"].as_actor(), upload(f"{CANARY}.png", photo("PNG")))
    reading.keep(replace(waiting, state=reading.DONE, lines=[[f"{CANARY}有限公司", 0, 0, 90, 20]]))
    return waiting.file


def _body(world: Pages, record_type: RecordType, pk: int) -> dict[str, Any]:
    """What a stranger may send anywhere: values that fit, ids of Acme's rows, and names that screens know."""
    body: dict[str, Any] = {
        "picked": pk,
        "do": "delete",
        "_run": "1",
        "q": "外来",
        "lane": pk,
        "about_type": "customer",
    }
    for action in record_type.verbs.values():
        if not action.on_values or action.creates:
            body |= {name: value for name, value in world.body(action).items() if value not in (None, "")}
    if record_type.create is not None and record_type.create.on_values:
        body |= world.body(record_type.create)
    return _foreign(body)


def _foreign(body: dict[str, Any]) -> dict[str, Any]:
    """The same values, but for the canary: a stranger's own words may come back to them."""
    return {name: value.replace(CANARY, "外来") if isinstance(value, str) else value for name, value in body.items()}


def test_nothing_is_missing_from_the_walk(prey: Prey) -> None:
    assert len(ROUTES) > 150
    assert set(prey.ids) == {one.name for one in TYPES} | {prey.own.name}


def test_what_must_not_be_seen_is_there_to_be_seen(prey: Prey) -> None:
    ours = prey.world.browser("adam")
    for name in (
        "customer",
        "contact",
        "opportunity",
        "lead",
        "task",
        "follow_up",
        "department",
        "attachment",
        prey.own.name,
    ):
        kind = next(one for one in (*TYPES, prey.own) if one.name == name)
        assert CANARY in text_of(ours.get(f"/acme/{kind.plural}/{prey.ids[name]}")), name
    assert CANARY in text_of(
        ours.get(f"/acme/search?q={CANARY}"),
    ).replace(f'value="{CANARY}"', "")


@of_every_route
def test_a_stranger_gets_nothing_from_our_addresses(prey: Prey, route: str) -> None:
    stranger = prey.world.browser("dan")
    for path, kind in every_filling(route, prey.ids, prey.extra, [prey.own]):
        for method in ("get", "post"):
            answer = send(stranger, method, f"/acme/{path}", prey, kind)
            assert answer.status_code in (302, 303, 404), (method, path, answer.status_code)
            silent(answer, prey, f"{method} /acme/{path}")
    assert hashes(prey.world) == prey.before


@of_every_route
def test_our_ids_are_not_there_in_the_strangers_company(prey: Prey, route: str) -> None:
    stranger = prey.world.browser("dan")
    for path, kind in every_filling(route, prey.ids, prey.extra, [prey.own]):
        for method in ("get", "post"):
            with transaction.atomic():
                answer = send(stranger, method, f"/other/{path}", prey, kind)
                if "<int" in route:
                    allowed = {404} | NOT_THIS_WAY[method]
                    assert answer.status_code in allowed, (method, path, answer.status_code)
                silent(answer, prey, f"{method} /other/{path}")
                transaction.set_rollback(True)
    assert hashes(prey.world) == prey.before


@of_every_route
def test_without_signing_in_there_is_only_the_way_to_do_so(prey: Prey, route: str) -> None:
    anybody = Client()
    for path, kind in every_filling(route, prey.ids, prey.extra, [prey.own]):
        for method in ("get", "post"):
            answer = send(anybody, method, f"/acme/{path}", prey, kind)
            if path.startswith(("calendar/feed/", "offer/")):  # where nobody can sign in: a phone asks, or a customer
                assert answer.status_code == 404, (method, path)
            elif path.startswith("api/") and path != "api/v1/docs":  # which is a page
                assert answer.status_code == 401, (method, path)
            else:
                assert answer.status_code in (302, 303), (method, path, answer.status_code)
                assert answer.url.startswith("/accounts/login/")
            silent(answer, prey, f"{method} /acme/{path}")
    assert hashes(prey.world) == prey.before


def send(client: Client, method: str, path: str, prey: Prey, kind: RecordType | None) -> Any:
    buckets.empty_all()  # more types than calls in a minute
    body = prey.bodies[kind.name if kind else "customer"]
    if method == "get":
        return client.get(path)
    if "/api/" in path:
        # A body that the action takes: another would be refused for itself, whatever the address says.
        name = f"{kind.name}.{path.rsplit('/', 1)[1]}" if kind else ""
        body = prey.fitting.get(name, body)
        return client.post(path, json.dumps(body), content_type="application/json")
    return client.post(path, body)


def silent(answer: Any, prey: Prey, what: str) -> None:
    """Nothing of Acme's is in the answer, wherever it says something."""
    said = text_of(answer) + str(answer.headers)
    assert CANARY not in said, what
    assert prey.world.company.name not in said, what
