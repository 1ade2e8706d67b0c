"""A grid as a script talks to it: parcels out, answers in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from gucang.parties.actions import customers
from tests.screens.conftest import inside

__all__ = ["inside"]


@dataclass
class Grid:
    """One person's browser on the grid of one list."""

    client: Client
    url: str = "/acme/customers/grid"
    query: str = "?columns=name&columns=city&columns=level&columns=phone"
    last: dict[str, Any] = field(default_factory=dict)

    def post(self, what: str, body: Any) -> Any:
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(f"{self.url}/{what}{self.query}", text, content_type="application/json")

    def send(self, edits: Any = (), news: Any = (), **more: Any) -> dict[str, Any]:
        """Save cells; the answer."""
        parcel = {"step": str(uuid.uuid4()), "part": 0, "kind": "type", "edits": edits, "news": news} | more
        response = self.post("save", parcel)
        assert response.status_code == 200, response.content.decode()
        self.last = response.json()
        return self.last

    def turn(self, which: str, step: int | None = None) -> Any:
        """Undo or redo what the last answer offered."""
        if step is None:
            step = self.last["history"][which]["id"]
        response = self.post(which, {"step": step, "key": str(uuid.uuid4())})
        if response.status_code == 200:
            self.last = response.json()
        return response

    def rows(self, query: str = "") -> list[list[Any]]:
        response = self.client.get(f"{self.url}/rows{query or self.query}")
        assert response.status_code == 200, response.content.decode()
        return list(response.json()["rows"])

    def row(self, pk: int) -> list[Any]:
        return next(row for row in self.rows() if row[0] == pk)


@pytest.fixture
def grid_of(login: Callable[..., Client]) -> Callable[..., Grid]:
    """`grid_of(alice)`: her browser on the grid of the customers."""
    return lambda member, **more: Grid(login(Client(), member), **more)


@pytest.fixture
def grid(grid_of: Callable[..., Grid], alice: Any) -> Grid:
    return grid_of(alice)


@pytest.fixture
def firm(inside: Any, alice: Any) -> Any:
    """A customer of Alice's."""
    with inside():
        return customers.create(actor=alice, values={"name": "恒力精密", "city": "苏州", "phone": "13800138000"}).record
