"""账龄: what is owed, by how late it is; each number opens what is behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from gucang.accounts.models import Department, Member
from gucang.billing import queries, reports
from gucang.billing.ageing import BUCKETS
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.surface import workbook
from gucang.surface.labels import labels_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.surface.ui import headed

TONES = {"d30": "warn", "d60": "warn", "d90": "bad", "older": "bad"}


@require_safe
@answered
def show(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The report, a page of rows, the largest first."""
    asked = _asked(request)
    found = reports.ageing(request.actor, asked, request.GET.get("after", ""))
    heads = _heads(found)
    context = {
        "found": found,
        "heads": heads,
        "by": asked.by,
        "what": _groups()[asked.by],
        "ways": [(text, _url(request, by=way), way == asked.by) for way, text in _groups().items()],
        "rows": [_drawn(request, asked, row, heads) for row in found.rows],
        "sums": [(label, found.total.amounts[key] if found.total else 0, TONES.get(key, "")) for key, label in heads],
        "only": _only(request.actor, asked),
        "all_url": f"{request.base}/ageing?{urlencode({'by': asked.by})}",
        "next_url": _url(request, after=found.after) if found.after else "",
        "file_url": _url(request, file=True),
        "today": asked.today,
        "currency": request.company.currency,
    }
    return render(request, "billing/ageing.html", context)


@require_safe
@answered
def file(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The whole report as a workbook."""
    asked = _asked(request)
    keys = [(bucket.key, headed(bucket.label)) for bucket in BUCKETS] + [(reports.WAITING, _waiting())]
    rows: list[list[Any]] = [[_groups()[asked.by], _t("Total"), *(label for _key, label in keys)]]
    for row in reports.every_row(request.actor, asked):
        rows.append([_name(row), row.total, *(row.amounts[key] for key, _label in keys)])
    title = _t("Ageing %(day)s") % {"day": asked.today.isoformat()}
    answer = HttpResponse(workbook.workbook(title, rows), content_type=workbook.CONTENT_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="ageing-{asked.today.isoformat()}.xlsx"'
    return answer


def _asked(request: CompanyRequest) -> reports.Asked:
    """What the address asks for. Raises NotVisible and Forbidden: sums would tell what a field rule hides."""
    actor = request.actor
    if not actor.may("instalment.view"):
        raise NotVisible
    if not queries.sees_amounts(actor, "instalment", "receivable"):
        raise Forbidden(_t("Your role does not show the amounts of receivables, so it shows no sums of them either."))
    by = request.GET.get("by", "")
    return reports.Asked(
        by if by in reports.GROUPS else "customer", clock.today(), _id(request, "owner"), _id(request, "department")
    )


def _id(request: CompanyRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _groups() -> dict[str, str]:
    return {"customer": _t("Customer"), "owner": _t("Owner"), "department": _t("Department")}


def _waiting() -> str:
    return _t("Waits for acceptance")


def _heads(found: reports.Ageing) -> list[tuple[str, str]]:
    """The buckets; what has no due day yet only where there is any."""
    heads = [(bucket.key, headed(bucket.label)) for bucket in BUCKETS]
    if found.total is not None and found.total.amounts[reports.WAITING]:
        heads.append((reports.WAITING, _waiting()))
    return heads


def _name(row: reports.Row) -> str:
    return row.name or (_t("Nobody") if not row.key else _t("not visible"))


def _drawn(request: CompanyRequest, asked: reports.Asked, row: reports.Row, heads: list[Any]) -> dict[str, Any]:
    """A row, each of its numbers with the list behind it."""
    cells = [(row.amounts[key], _behind(request, asked, row, key), TONES.get(key, "")) for key, _label in heads]
    return {"name": _name(row), "url": _further(request, asked, row), "total": row.total, "cells": cells}


def _further(request: CompanyRequest, asked: reports.Asked, row: reports.Row) -> str:
    """Where a row leads: a customer's page, an owner's customers, a department's owners."""
    if asked.by == "customer":
        return f"{request.base}/customers/{row.key}" if row.name else ""
    inside = {"owner": "customer", "department": "owner"}[asked.by]
    return f"{request.base}/ageing?{urlencode({'by': inside, asked.by: row.key})}"


def _behind(request: CompanyRequest, asked: reports.Asked, row: reports.Row, key: str) -> str:
    """The instalments behind a number of a customer; none for sums over several."""
    if asked.by != "customer" or not row.amounts[key] or not row.name:
        return ""
    where: dict[str, Any] = {"customer": row.key, "is_open": 1}
    if key == reports.WAITING:
        return f"{request.base}/instalments/?{urlencode(where | {'due_on': 'none'})}"
    first, last = next(bucket for bucket in BUCKETS if bucket.key == key).days(asked.today)
    where |= {"due_on__gte": first.isoformat()} if first else {}
    where |= {"due_on__lte": last.isoformat()} if last else {}
    return f"{request.base}/instalments/?{urlencode(where)}"


def _url(request: CompanyRequest, *, by: str = "", after: str = "", file: bool = False) -> str:
    asked = {name: request.GET[name] for name in ("by", "owner", "department") if request.GET.get(name)}
    asked |= {"by": by} if by else {}
    asked |= {"after": after} if after else {}
    return f"{request.base}/ageing{'.xlsx' if file else ''}" + (f"?{urlencode(asked)}" if asked else "")


def _only(actor: Actor, asked: reports.Asked) -> str:
    """Of whom the report is, where it is not of everybody."""
    for model, pk in ((Member, asked.owner), (Department, asked.department)):
        if pk is not None:
            return labels_of(actor, {model: [pk]}).get((model, pk), _t("Nobody"))
    return ""
