"""The addresses of the API, built from the registry once it is complete. Mounted at /<company>/api/v1/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from pydantic import BaseModel

from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.records import RecordType
from gucang.surface.api import buckets, openapi, operations, platform, problems, schemas
from gucang.surface.api.door import guarded


class StrictParser(Parser):
    """The door has read the body already, strictly."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.json  # type: ignore[attr-defined]


def build() -> NinjaAPI:
    """The API of every registered record type."""
    made = NinjaAPI(
        title="Gucang", version="1", urls_namespace="api", docs_url=None, openapi_url=None, parser=StrictParser()
    )
    for kind in (Exception, Http404, HttpError, ValidationError):
        made.add_exception_handler(kind, problems.from_exception)
    _add_platform(made)
    for record_type in records.every():
        _RecordOperations(made, record_type).add()
    return made


def _add_platform(made: NinjaAPI) -> None:
    add, tags = made.default_router.add_api_operation, ["company"]
    add(
        "/me", ["GET"], platform.me, operation_id="me", summary=_("Who am I"), tags=tags,
        response=schemas.documented("Me", openapi.me_schema),
    )  # fmt: skip
    add(
        "/search", ["GET"], platform.search_all, operation_id="search", summary=_("Search everything"), tags=tags,
        response=schemas.page_model("Hits", openapi.HIT),
        openapi_extra={"parameters": openapi.search_parameters()},
    )  # fmt: skip
    add(
        "/events", ["GET"], platform.log, operation_id="events", summary=_("The event log"), tags=tags,
        response=schemas.page_model("Events", EVENT),
        openapi_extra={"parameters": [*openapi.page_parameters(), openapi.name_parameter()]},
    )  # fmt: skip


class _RecordOperations:
    """Adds the operations of one record type."""

    def __init__(self, made: NinjaAPI, record_type: RecordType) -> None:
        self.router, self.type = made.default_router, record_type
        self.root = f"/{record_type.plural}"
        self.one = self.root + "/{int:id}"
        self.record = schemas.record_model(record_type)

    def add(self) -> None:
        self._add_reading()
        if self.type.create is not None:
            self._add_making(self.type.create, self.root)
        if self.type.edit is not None:
            body = schemas.form_model(self.type, new=False)
            self._add(self.one, "PATCH", operations.editing, self.type.edit, body=body, match=True)
        for verb, action in self.type.verbs.items():
            if verb in ("create", "edit"):
                continue
            if action.creates:
                self._add_making(action, f"{self.root}/{verb}")
            elif verb == "delete":
                self._add(self.one, "DELETE", operations.deleting, action, match=True, answers={204: None})
            else:
                body = (
                    schemas.form_model(self.type, new=False, name=schemas.pascal(self.type.name, verb))
                    if action.on_values
                    else schemas.params_model(action)
                )
                self._add(f"{self.one}/{verb}", "POST", operations.acting, action, body=body, match=False)

    def _add_reading(self) -> None:
        name, tags, label = self.type.name, [self.type.plural], self.type.label_plural
        self.router.add_api_operation(
            self.root, ["GET"], operations.listing(self.type), operation_id=f"{name}.list", summary=label, tags=tags,
            response=schemas.page_model(schemas.pascal(name, "page"), {"$ref": _ref(schemas.pascal(name))}),
            openapi_extra={"parameters": openapi.list_parameters(self.type)},
        )  # fmt: skip
        self.router.add_api_operation(
            self.one, ["GET"], operations.reading(self.type), operation_id=f"{name}.read", summary=self.type.label,
            tags=tags, response=self.record, openapi_extra={"parameters": [openapi.with_parameter()]},
        )  # fmt: skip
        self.router.add_api_operation(
            f"{self.one}/timeline", ["GET"], operations.timeline(self.type), operation_id=f"{name}.timeline",
            summary=_("What happened"), tags=tags,
            response=schemas.page_model(schemas.pascal(name, "timeline"), EVENT),
            openapi_extra={"parameters": openapi.page_parameters()},
        )  # fmt: skip

    def _add_making(self, action: Action, where: str) -> None:
        body = (
            schemas.form_model(self.type, new=True, name=schemas.pascal(self.type.name, action.verb))
            if action.on_values
            else schemas.params_model(action)
        )
        self._add(where, "POST", operations.creating, action, body=body, match=None, answers={201: self.record})

    def _add(
        self,
        where: str,
        method: str,
        make: Callable[[Action], operations.Operation],
        action: Action,
        *,
        match: bool | None,
        body: type[BaseModel] | None = None,
        answers: dict[int, Any] | None = None,
    ) -> None:
        view = make(action)
        if body is not None:
            # ninja reads the signature; the body's class is known only now.
            view.__annotations__["body"] = body
        self.router.add_api_operation(
            where, [method], view, operation_id=action.name, summary=action.label, tags=[self.type.plural],
            description=action.__doc__, response=answers or {200: self.record},
            openapi_extra={"parameters": openapi.write_headers(match=match)},
        )  # fmt: skip


def _ref(name: str) -> str:
    return f"#/components/schemas/{name}"


EVENT = {"$ref": _ref("Event")}

api = build()


def _behind_door(found: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Every address of ninja's behind the door; search costs more than another reading."""
    for pattern in found:
        cost = buckets.SEARCH if pattern.name == "search_all" else buckets.READ
        pattern.callback = guarded(pattern.callback, cost=cost)  # type: ignore[union-attr, arg-type]
    return [pattern for pattern in found if pattern.name != "api-root"]


app_name = "api"
urlpatterns = [
    path("openapi.json", guarded(openapi.document), name="openapi"),
    path("docs", guarded(openapi.page), name="docs"),
    *_behind_door(api.urls[0]),
]
