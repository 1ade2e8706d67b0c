"""How far the reading or writing of a log has come, asked every second until it is over."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import HttpResponse

from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, go


class Counted(Protocol):
    """What a job keeps of its work: so many of so many."""

    done: int
    total: int


def so_far(url: str, row: Counted | None, *, writes: bool) -> dict[str, Any]:
    """What the template shows; `row` is None until the job has begun. `url` is the page of the log or file."""
    return {"url": url, "writes": writes, "done": row.done if row else 0, "total": row.total if row else 0}


def answer(request: CompanyRequest, found: dict[str, Any], *, over: bool) -> HttpResponse:
    """The numbers anew, for htmx; what leads on to the page when it is over."""
    return go(request, found["url"]) if over else fragment(request, "processes/_progress.html", found)
