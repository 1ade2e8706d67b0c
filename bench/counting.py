"""How many queries one request costs, asked inside this process with Django's own counter."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.operations import Operation


def queries(operation: Operation) -> list[str]:
    """The statements of a second request, when what is kept between requests is there."""
    if "testserver" not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client = Client(raise_request_exception=True)
    found: list[str] = []
    for number in (1_001, 1_002):
        ask = operation.make(number)
        headers = {name.upper().replace("-", "_"): value for name, value in ask.headers.items()}
        session = headers.pop("COOKIE", "").removeprefix("sessionid=").partition(";")[0]
        if session:
            client.cookies["sessionid"] = session
        extra = {f"HTTP_{name}": value for name, value in headers.items() if name != "CONTENT_TYPE"}
        with CaptureQueriesContext(connection) as captured:
            answer = client.generic(ask.method, ask.path, ask.body or "", content_type="application/json", **extra)  # type: ignore[arg-type]
        if answer.status_code >= 400:
            raise RuntimeError(f"{operation.name}: {answer.status_code} {answer.content[:300]!r}")
        found = [f"{query['time']} {query['sql']}" for query in captured.captured_queries]
    return found


__all__ = ["queries"]
