"""A JSON answer. Plain `json` over plain dicts: fifty rows of a list take a fraction of a millisecond."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


class JsonAnswer(HttpResponse):
    """A response that remembers its data, so that an idempotency key can keep it."""

    data: Any = None


def answer(
    data: Any, status: int = 200, headers: Mapping[str, str] | None = None, *, media_type: str = "application/json"
) -> JsonAnswer:
    """An answer with `data` (JSON values; lazy texts become text) as its body; None is an empty body."""
    body = b"" if data is None else json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    found = JsonAnswer(body, status=status, headers=dict(headers or {}), content_type=f"{media_type}; charset=utf-8")
    found.data = data
    if data is None:
        del found.headers["Content-Type"]
    return found
