"""How tests read the calendar and move what stands in it."""

from __future__ import annotations

import html
import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

CALENDAR = "/acme/calendar"


def text_of(response: Any) -> str:
    return html.unescape(str(response.content.decode()))


def shown(client: Client, days: int = 30, **params: str) -> dict[str, Any]:
    """What stands in the calendar around today."""
    today = timezone.localdate()
    asked = {"from": today - timedelta(days=10), "until": today + timedelta(days=days), "whose": "me"} | params
    response = client.get(f"{CALENDAR}/entries", asked)
    assert response.status_code == 200, response.content.decode()
    found: dict[str, Any] = json.loads(response.content)
    return found


def titles(client: Client, **params: str) -> list[str]:
    return [entry["title"] for entry in shown(client, **params)["entries"]]


def move(client: Client, task: Any, day: Any, *, drag: bool = True, **fields: Any) -> Any:
    data = {"day": str(day), **fields} | ({"_drag": "1"} if drag else {})
    return client.post(f"/acme/tasks/{task.pk}/when", data, headers={"HX-Request": "true"} if drag else {})
