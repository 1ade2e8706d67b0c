"""The addresses of the API, built from the registry once it is complete. Mounted at /<company>/api/v1/.

Record types that a company has made itself come behind: their operations are made the same way, for each company.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface import panels
from gucang.surface.api import buckets, extras, openapi, operations, platform, problems, schemas
from gucang.surface.api.door import guarded
from gucang.surface.api.schemas import pascal
from gucang.surface.screens.common import check_in_use


class StrictParser(Parser):
    """The door has read the body already, strictly."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.json  # type: ignore[attr-defined]


def build(types: Iterable[RecordType]) -> NinjaAPI:
    """The API of these record types."""
    made = NinjaAPI(
        title="Gucang", version="1", urls_namespace="api", docs_url=None, openapi_url=None, parser=StrictParser()
    )
    for kind in (Exception, Http404, HttpError, ValidationError):
        made.add_exception_handler(kind, problems.from_exception)  # type: ignore[arg-type]
    for record_type in types:
        _RecordOperations(made, record_type).add()
        extras.add_to(made.default_router, record_type)
    return made


def _add_platform(made: NinjaAPI) -> None:
    for where, view, schema, summary, parameters in (
        ("/me", platform.me, "Me", _("Who am I"), []),
        ("/search", platform.search_all, "HitPage", _("Search everything"), openapi.search_parameters()),
        ("/events", platform.log, "EventPage", _("The event log"), openapi.log_parameters()),
    ):
        made.default_router.add_api_operation(
            where, ["GET"], view, operation_id=where[1:], summary=summary, tags=["company"],  # type: ignore[arg-type]
            openapi_extra={"parameters": parameters} | openapi.answers_with(schema),
        )  # fmt: skip


class _RecordOperations:
    """Adds the operations of one record type."""

    def __init__(self, made: NinjaAPI, record_type: RecordType) -> None:
        self.router, self.type = made.default_router, record_type
        self.root = f"/{record_type.plural}"
        self.one = self.root + "/{int:id}"

    def add(self) -> None:
        name, label = pascal(self.type.name), self.type.label
        listed = openapi.list_parameters(self.type)
        paged, chosen = openapi.page_parameters(), [openapi.with_parameter()]
        self._read("list", self.root, operations.listing, self.type.label_plural, f"{name}Page", listed)
        self._read("read", self.one, operations.reading, label, name, chosen)
        self._read("timeline", f"{self.one}/timeline", operations.timeline, _("What happened"), "EventPage", paged)
        for verb, action in self.type.verbs.items():
            self._write(verb, action)

    def _write(self, verb: str, action: Action) -> None:
        if action.creates:
            where = self.root if verb == "create" else f"{self.root}/{verb}"
            self._add(where, "POST", operations.creating, action, match=None, status=201)
        elif verb == "edit":
            self._add(self.one, "PATCH", operations.editing, action, match=True)
        elif verb == "delete":
            self._add(self.one, "DELETE", operations.deleting, action, match=True, status=204)
        else:
            self._add(f"{self.one}/{verb}", "POST", operations.acting, action, match=False)

    def _read(
        self,
        verb: str,
        where: str,
        make: Callable[[RecordType], operations.Operation],
        summary: Any,
        schema: str,
        parameters: list[schemas.Json],
    ) -> None:
        self.router.add_api_operation(
            where, ["GET"], make(self.type), operation_id=f"{self.type.name}.{verb}", summary=summary,
            tags=[self.type.plural], openapi_extra={"parameters": parameters} | openapi.answers_with(schema),
        )  # fmt: skip

    def _add(
        self,
        where: str,
        method: str,
        make: Callable[[Action], operations.Operation],
        action: Action,
        *,
        match: bool | None,
        status: int = 200,
    ) -> None:
        view = make(action)
        if status != 204:
            # ninja reads the signature; the body's class is known only now.
            view.__annotations__["body"] = schemas.body_model(action)
        parameters = openapi.write_headers(match=match)
        if action is self.type.create and panels.duplicates_of(self.type) is not None:
            parameters = [openapi.duplicates_parameter(), *parameters]
        shape = {} if status == 204 else openapi.answers_with(pascal(self.type.name), status)
        self.router.add_api_operation(
            where, [method], view, operation_id=action.name, summary=action.label, description=action.__doc__,
            tags=[self.type.plural], response={status: None},
            openapi_extra={"parameters": parameters} | shape,
        )  # fmt: skip


# These addresses are for all companies, and they may be built in the scope of the first one that asks.
with records.only_declared():
    api = build(records.every())
    _add_platform(api)


def own_api() -> NinjaAPI:
    """The API of the active company's own record types."""
    return kept("own api", lambda: build(one for one in records.own().values() if not one.retired))


def _own_calls() -> dict[str, Callable[..., HttpResponseBase]]:
    """The views of the company's own types by their addresses, as ninja writes those."""
    bound = own_api()._get_bound_routers()  # what its own addresses are made from
    return {where: one.get_view() for router in bound for where, one in router.path_operations.items()}


def _own(request: HttpRequest, plural: str, id: int | None = None, verb: str = "") -> HttpResponseBase:
    """A call on a type that the company has made: what ninja would have found by the address, found by the registry."""
    record_type = records.own().get(plural.replace("-", "_"))
    if record_type is None:
        raise Http404
    check_in_use(record_type)
    where = f"/{plural}" + ("/{int:id}" if id is not None else "") + (f"/{verb}" if verb else "")
    view = kept("own calls", _own_calls).get(where)
    if view is None:
        raise Http404
    return view(request, **({"id": id} if id is not None else {}))


def _behind_door(found: Iterable[Any]) -> Iterator[URLPattern]:
    """Every address of ninja's behind the door; search costs more than another reading."""
    for pattern in found:
        if pattern.name != "api-root":
            cost = buckets.SEARCH if pattern.name == "search_all" else buckets.READ
            pattern.callback = guarded(pattern.callback, cost=cost)
            yield pattern


app_name = "api"
urlpatterns = [
    path("openapi.json", guarded(openapi.document), name="openapi"),
    path("docs", guarded(openapi.page), name="docs"),
    *_behind_door(api.urls[0]),
    path("<slug:plural>", guarded(_own)),
    path("<slug:plural>/<int:id>", guarded(_own)),
    path("<slug:plural>/<int:id>/<slug:verb>", guarded(_own)),
]
