"""A company to measure with, from the superuser's connection that goes past row security: it touches no other one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from gucang.config.testing import TestDatabases
from gucang.demo import benchmark
from gucang.demo.benchmark import proof
from gucang.kernel.actors import system
from gucang.kernel.errors import Refused
from gucang.kernel.models import Company, Event, FieldValue
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SIZE = 60


@pytest.fixture
def superuser(test_databases: TestDatabases) -> Callable[[], psycopg.Connection[Any]]:
    return lambda: psycopg.connect(**{**test_databases.admin_parameters, "dbname": test_databases.name})


def test_it_is_whole_and_gets_its_own_fields_then_or_later(
    superuser: Callable[[], psycopg.Connection[Any]], acme: Company
) -> None:
    with company_scope(acme):
        theirs = customers.create(actor=system(), values={"name": "阿克梅的客户"}).record.pk
    said: list[str] = []

    def make(own: int) -> None:
        benchmark.make("bench-tiny", SIZE, seed=1, say=said.append, superuser=superuser, own=own)

    make(4)  # refused if `proof` found a flaw
    with company_scope(Company.objects.get(slug="bench-tiny")):
        assert Customer.objects.filter(extra__has_key="scale").count() > SIZE // 2
        assert not Customer.objects.filter(extra__has_key="terms").exists()
    make(20)
    with company_scope(Company.objects.get(slug="bench-tiny")):
        assert Customer.objects.filter(extra__has_key="terms").count() > SIZE // 2
        assert list(proof.flaws()) == []
    with pytest.raises(Refused, match="these own fields already"):
        make(20)
    with pytest.raises(Refused, match="there already"):
        make(0)
    with company_scope(acme):
        untouched = Customer.objects.get(pk=theirs)
        assert (untouched.extra, untouched.version) == ({}, 1)
        assert [event.name for event in Event.objects.filter(subject_type="customer", subject_id=theirs)] == [
            "customer.create"
        ]
        assert not FieldValue.objects.exists()
