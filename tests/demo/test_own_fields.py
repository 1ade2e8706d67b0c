"""The own fields of companies to measure with are what people and the kernel would have made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection

from gucang.accounts.models import Member
from gucang.demo.benchmark import own_fields, shapes
from gucang.demo.benchmark.load import Server
from gucang.demo.benchmark.shapes import MOST, SHAPES, People
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import as_actor, system
from gucang.kernel.custom import read, terms
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Company, Event, FieldKind, FieldValue, FieldWork
from gucang.kernel.scope import company_scope, writing
from gucang.parties.models import Customer
from gucang.surface import filters

CUSTOMERS = 120


@pytest.fixture
def filled(acme: Company, adam: Member) -> Iterator[list[FieldSpec]]:
    """Acme with its customers and all the fields, made in two goes."""
    with company_scope(acme):
        rows = [Row({"name": f"客户{number}"}) for number in range(CUSTOMERS)]
        create_many(records.get("customer"), rows, actor=system())
        for count in (3, MOST):
            _fill(own_fields.make(count), acme, adam)
        yield list(records.get("customer").custom_fields())


def _fill(specs: list[FieldSpec], company: Company, actor: Member) -> None:
    members = tuple(Member.objects.order_by("id").values_list("id", flat=True))
    server = Server(connection.connection)
    whom = People(members, date(2026, 11, 22))
    own_fields.fill(server, company.pk, specs, actor=actor.pk, whom=whom, say=lambda line: None)
    for table in ("bench_own", "bench_edits"):
        server.connection.execute(f"DROP TABLE {table}")  # its transaction would have ended here


def _index() -> set[Any]:
    return set(FieldValue.objects.values_list(*terms.COLUMNS))


def test_there_are_twenty_of_every_kind() -> None:
    assert len(SHAPES) == 20
    assert {shape.kind for shape in SHAPES} == set(FieldKind)
    assert all(3 <= len(shape.among) <= 12 for shape in SHAPES if shape.among)
    assert all(10 <= shape.empty <= 40 for shape in SHAPES if shape.kind != FieldKind.FORMULA)


def test_nobody_waits_for_what_they_hold(filled: list[FieldSpec]) -> None:
    assert [spec.name for spec in filled] == [f"extra.{shape.key}" for shape in SHAPES]
    assert not FieldWork.objects.exists()


def test_the_index_is_what_working_it_out_anew_makes(filled: list[FieldSpec]) -> None:
    loaded = _index()
    assert len({row[1] for row in loaded}) == MOST - 1  # a long text is in no index
    with writing("kernel"):
        for spec in terms.indexed(records.get("customer")):
            terms.rewrite(spec, Customer.with_bin.all())
    assert _index() == loaded


def test_every_value_is_one_that_a_form_would_leave(filled: list[FieldSpec]) -> None:
    for customer in Customer.objects.all():
        for spec in filled:
            if not spec.computed and spec.own is not None and spec.own.key in customer.extra:
                stored = customer.extra[spec.own.key]
                assert spec.to_json(spec.clean(stored, system())) == stored


def test_values_are_spread_unevenly_and_some_are_missing(filled: list[FieldSpec]) -> None:
    for shape, spec in zip(SHAPES, filled, strict=True):
        held = [read(customer, spec) for customer in Customer.objects.all()]
        missing = sum(value is None for value in held)
        assert 0 < missing < CUSTOMERS * 0.8, shape.key
        if shape.kind == FieldKind.CHOICE:
            heaviest = max(shape.among, key=lambda one: one[3])[0]
            lightest = min(shape.among, key=lambda one: one[3])[0]
            assert held.count(heaviest) > held.count(lightest), shape.key


def test_every_customer_has_one_event_of_each_filling(filled: list[FieldSpec], adam: Member) -> None:
    for customer in Customer.objects.all():
        told: dict[str, Any] = {}
        edits = Event.objects.filter(name="customer.edit", subject_id=customer.pk).order_by("subject_version")
        for event in edits:
            assert event.actor_id == adam.pk
            assert event.subject_label == customer.name
            assert all(old is None for old, _new in event.changes.values())
            told |= {name: new for name, (_old, new) in event.changes.items()}
        assert told == {f"extra.{key}": value for key, value in customer.extra.items()}
        assert [event.subject_version for event in edits] == list(range(2, customer.version + 1))


def test_a_list_finds_by_them(filled: list[FieldSpec], adam: Member) -> None:
    wanted = {"extra.scale": "small", "extra.purchase__gte": "100000", "extra.monthly__gte": "10000"}
    result = filters.parse(records.get("customer"), as_actor(adam), wanted)
    assert result.problems == {}
    expected = [
        one.pk
        for one in Customer.objects.all()
        if one.extra.get("scale") == "small" and int(one.extra.get("purchase", 0)) >= 120_000 - 6
    ]
    assert expected
    assert sorted(result.query.values_list("pk", flat=True)) == sorted(expected)


def test_the_same_company_gets_the_same_values_again(filled: list[FieldSpec]) -> None:
    whom = People((1, 2), date(2026, 11, 22))
    first, again = (dict(shapes.columns(SHAPES, whom)) for _time in range(2))
    assert first == again
