"""Bare views over the tables of the benchmark company, for the ratios in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

COLUMNS = "id, number, name, level, status, city, owner_id, next_step_on, last_contact_at, updated_at"


def _rows(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def inside(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """One transaction with the company's setting, without which row security shows nothing."""

    @csrf_exempt
    def answer(request: HttpRequest, company: int, **params: Any) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.company_id', %s, true)", [str(company)])
            return JsonResponse({"rows": view(request, company, **params)})

    return answer


@inside
def listing(request: HttpRequest, company: int) -> Any:
    after = request.GET.get("after")
    where, params = ("AND city = %s", [request.GET["city"]]) if "city" in request.GET else ("", [])
    if after:
        moment, _comma, pk = after.rpartition(",")
        where, params = where + " AND (updated_at, id) < (%s, %s)", [*params, moment, int(pk)]
    return _rows(
        f"SELECT {COLUMNS} FROM parties_customer WHERE company_id = %s AND deleted_at IS NULL {where}"
        " ORDER BY updated_at DESC, id DESC LIMIT 50",
        [company, *params],
    )


@inside
def search(request: HttpRequest, company: int) -> Any:
    from gucang.kernel.text import query_grams

    grams = [f"{company}:customer:{gram}" for gram in query_grams(request.GET["q"])]
    return _rows("SELECT object_id, title FROM gucang_search('customer', %s, NULL, '{}', 40)", [grams])


@inside
def record(request: HttpRequest, company: int, pk: int) -> Any:
    return [
        _rows("SELECT * FROM parties_customer WHERE company_id = %s AND id = %s", [company, pk]),
        _rows("SELECT * FROM parties_contact WHERE company_id = %s AND customer_id = %s LIMIT 20", [company, pk]),
        _rows("SELECT * FROM selling_opportunity WHERE company_id = %s AND customer_id = %s LIMIT 20", [company, pk]),
        _rows(
            "SELECT e.name, e.occurred_at, e.subject_label FROM (SELECT occurred_at, event_id, recorded_at"
            " FROM kernel_eventobject WHERE company_id = %s AND object_type = 'customer' AND object_id = %s"
            " ORDER BY occurred_at DESC, event_id DESC LIMIT 50) o"
            " JOIN kernel_event e ON e.id = o.event_id AND e.recorded_at = o.recorded_at",
            [company, pk],
        ),
    ]


@inside
def create(request: HttpRequest, company: int) -> Any:
    return _rows(
        "INSERT INTO bench_floor (company_id, name, at) VALUES (%s, %s, now()) RETURNING id",
        [company, request.body.decode()],
    )


@inside
def move(request: HttpRequest, company: int, pk: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bench_floor WHERE id = %s FOR NO KEY UPDATE", [pk])
        cursor.execute("UPDATE bench_floor SET at = now() WHERE id = %s", [pk])
    return []


@inside
def board(request: HttpRequest, company: int) -> Any:
    return _rows(
        "SELECT o.* FROM selling_stage s CROSS JOIN LATERAL (SELECT id, name, amount, customer_id"
        " FROM selling_opportunity o"
        " WHERE o.deleted_at IS NULL AND o.company_id = s.company_id AND o.stage_id = s.id"
        " ORDER BY updated_at DESC, id DESC LIMIT 30) o"
        " WHERE s.company_id = %s",
        [company],
    )


@inside
def sums(request: HttpRequest, company: int) -> Any:
    return _rows(
        "SELECT stage_id, sum(count), sum(amount) FROM selling_stagetotal WHERE company_id = %s GROUP BY 1", [company]
    )


urlpatterns = [
    path("<int:company>/list", listing),
    path("<int:company>/search", search),
    path("<int:company>/record/<int:pk>", record),
    path("<int:company>/create", create),
    path("<int:company>/move/<int:pk>", move),
    path("<int:company>/board", board),
    path("<int:company>/sums", sums),
]
