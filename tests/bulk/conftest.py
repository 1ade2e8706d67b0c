"""What tests of bulk work share: many customers, and a run from its start to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gucang.bulk import actions, engine
from gucang.bulk.models import BulkRun
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many

Many = Callable[..., list[Any]]
Start = Callable[..., BulkRun]


def make_many(by: Any, count: int, **values: Any) -> list[Any]:
    """So many customers of this person's."""
    rows = [Row({"name": f"{values.get('city', '')}客户{number:04}", **values}) for number in range(count)]
    return [row.record for row in create_many(records.get("customer"), rows, actor=by)]


@pytest.fixture
def many(scope: Any) -> Many:
    """`many(alice, 3, city="苏州")`: customers of hers."""
    return make_many


def begin(by: Any, verb: str, rows: Any = None, query: str | None = None, what: str = "customer", **values: Any) -> Any:
    """Begin a run over these rows, or over the list at `query`."""
    return actions.start(
        actor=by,
        record_type=what,
        verb=verb,
        every=query is not None,
        query=query or "",
        ids=",".join(str(getattr(row, "pk", row)) for row in rows or ()),
        given=json.dumps(values),
    ).record


@pytest.fixture
def start(scope: Any) -> Start:
    """`start(alice, "edit", rows, level="A")`, or `query="city=苏州"` in place of rows: a run that has begun."""
    return begin


@pytest.fixture
def through(start: Start) -> Start:
    """The same, done to the end."""

    def do(*args: Any, **kwargs: Any) -> BulkRun:
        run = start(*args, **kwargs)
        while engine.advance(run.pk):
            pass
        run.refresh_from_db()
        return run

    return do


@pytest.fixture
def taken_back(scope: Any) -> Callable[..., BulkRun]:
    """`taken_back(run, by=alice)`: the run, taken back to the end."""

    def do(run: BulkRun, *, by: Any) -> BulkRun:
        actions.take_back(run, actor=by)
        while engine.step_back(run.pk):
            pass
        run.refresh_from_db()
        return run

    return do
