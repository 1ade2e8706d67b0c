"""The companies of the contract tests, founded once for each file of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gucang.kernel.records import RecordType
from tests.contracts.world import OWN, Pages, own_type
from tests.personas import found_acme, found_other


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Files of these tests stay in a folder of their own."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder):
        yield folder


@pytest.fixture(scope="module")
def founded(media: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Pages]:
    """Acme and Other, until the last test of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        acme, other = found_acme(), found_other()
        yield Pages(acme.company, acme.people | other.people)
        transaction.set_rollback(True)


@pytest.fixture
def world(founded: Pages) -> Iterator[Pages]:
    """The companies as they were founded; whatever a test does there is undone."""
    with transaction.atomic():
        yield Pages(founded.company, founded.people)
        transaction.set_rollback(True)


@pytest.fixture
def record_type(request: pytest.FixtureRequest, founded: Pages) -> RecordType:
    """Each type that `of_every_type` names; Acme's own is made when it is asked for."""
    return own_type(founded) if request.param == OWN else request.param
