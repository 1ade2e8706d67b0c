"""The OpenAPI document and its page: what ninja derives from the operations, with what every operation shares."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import permissions, records
from gucang.kernel.fields import FieldSpec, LiveChoices
from gucang.kernel.models import CustomField
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface import filters
from gucang.surface.api import problems
from gucang.surface.api.answers import answer
from gucang.surface.api.schemas import Json, incoming, page_schema, pascal, record_schema

PROBLEMS_OF = {
    "get": (401, 403, 404, 422, 429, 500, 503),
    "post": (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503),
    "patch": (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 500, 503),
    "delete": (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 500, 503),
}
TEXT = {"type": "string"}


# ---- parameters, put beside each operation when it is made


def list_parameters(record_type: RecordType) -> list[Json]:
    """The parameters of a list: its filters, search, sort and paging."""
    names = [*record_type.filters, filters.owner_field(record_type), *filters.ALWAYS, "number"]
    specs = {name: record_type.specs[name] for name in names if name in record_type.specs}
    found = [parameter for spec in specs.values() for parameter in _filter_parameters(spec)]
    sortable = [name for name, spec in record_type.specs.items() if spec.kind in filters.SORTABLE]
    ways = {"type": "array", "items": TEXT, "maxItems": filters.MOST_GROUPS}
    said = _("A filter, encoded, such as city%3D苏州%26level%3DA; given several times, one of them must hold.")
    found.append(_query(filters.OR, ways, said) | {"style": "form", "explode": True})
    found.append(_query("q", TEXT | {"maxLength": filters.MAX_TEXT}, _("Chinese, pinyin, initials or digits.")))
    if record_type.owner:
        whose = _("1: only what belongs to you; team: and to your department and those below it.")
        found.append(_query("mine", TEXT | {"enum": ["0", "1", "team"]}, whose))
    found.append(
        _query(
            "sort",
            TEXT
            | {"enum": [sign + name for name in ("id", *sortable) for sign in ("", "-")], "default": record_type.order},
            _("The field to sort by, with - for the largest first."),
        )
    )
    return [*found, *page_parameters(), with_parameter(counts=True, lines=record_type.lines is not None)]


def _filter_parameters(spec: FieldSpec) -> list[Json]:
    words = ": " + "、".join(str(value) for value, _label in spec.choices) + ", none" if spec.kind == "choice" else ""
    found = [_query(spec.name, TEXT, format_lazy("{}{}", spec.label, words))]
    found.append(_query(f"{spec.name}__not", TEXT, format_lazy("{}: {}", spec.label, _("is not"))))
    if spec.kind in filters.WORDS:
        found.append(_query(f"{spec.name}__has", TEXT, format_lazy("{}: {}", spec.label, _("contains"))))
    if spec.kind in filters.RANGED:
        for word, said in filters.RANGES.items():
            found.append(_query(f"{spec.name}__{word}", TEXT, format_lazy("{}: {}", spec.label, said)))
    return found


def page_parameters() -> list[Json]:
    """`after` and `limit`."""
    limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    return [_query("after", TEXT, _("`next` of the page before.")), _query("limit", limit, _("Rows of a page."))]


def with_parameter(*, counts: bool = False, lines: bool = False) -> Json:
    """`with=actions`; of lists also `total`, and `lines` where there are any."""
    said = _("actions: also what you may do, and why not.")
    if counts:
        said = format_lazy("{} {}", said, _("total: count also what own fields filter."))
    offered = ["actions", "total", "actions,total"] if counts else ["actions"]
    if lines:
        said = format_lazy("{} {}", said, _("lines: also the lines of each."))
        offered = [*offered, "lines", "lines,total", "actions,lines", "actions,lines,total"]
    return _query("with", TEXT | {"enum": offered}, said)


def _query(name: str, schema: Json, description: Any) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def search_parameters() -> list[Json]:
    """`q`, `types` and `limit`."""
    limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": 8}
    q = _query("q", TEXT | {"minLength": 1, "maxLength": 100}, _("Chinese, pinyin, initials or digits.")) | {
        "required": True
    }
    types = _query("types", TEXT, _("Record types, with commas between them; all when left out."))
    return [q, types, _query("limit", limit, _("Hits of each record type."))]


def log_parameters() -> list[Json]:
    """`name`, `after` and `limit`."""
    return [_query("name", TEXT, _("Only events of this name, such as customer.claim.")), *page_parameters()]


def duplicates_parameter() -> Json:
    """`duplicates`: whether an exact duplicate is made all the same."""
    said = _("refuse: 409 with who has it, where the record would be an exact duplicate; allow: make it all the same.")
    return _query("duplicates", TEXT | {"enum": ["refuse", "allow"], "default": "refuse"}, said)


def write_headers(*, match: bool | None) -> list[Json]:
    """The headers of a write: Idempotency-Key, and If-Match where it is needed (True) or welcome (False)."""
    key = _("Your own key for this request; a repeat within 72 hours gets the first answer.")
    found = [_header("Idempotency-Key", TEXT | {"minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}, key, False)]
    if match is not None:
        found.append(_header("If-Match", TEXT, _('The ETag of what you read, such as "3"; * for any.'), match))
    return found


def _header(name: str, schema: Json, description: Any, required: bool) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": description}


def answers_with(schema: str, status: int = 200) -> Json:
    """The answer of an operation that goes well: the schema of this name."""
    found = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"responses": {status: {"content": {"application/json": found}}}}


# ---- the document


def document(request: Any) -> HttpResponse:
    """GET openapi.json, in the reader's language, with the company's address, own record types and own fields."""
    language = get_language() or ""
    with records.only_declared():
        common = _common(language)
    own = kept(f"own openapi:{language}", _own_parts)
    schemas = common["components"]["schemas"] | own["schemas"]
    if records.own():
        schemas = schemas | _with_own_choices(schemas)
    schemas = schemas | _with_custom_fields(schemas)
    return answer(
        common
        | {
            "servers": [{"url": f"{request.base}/api/v1"}],
            "paths": common["paths"] | own["paths"],
            "tags": [*common["tags"], *own["tags"]],
            "components": common["components"] | {"schemas": schemas},
        }
    )


def _own_parts() -> Json:
    """What the company's own record types add: paths, tags and schemas."""
    from gucang.surface.api.urls import own_api

    types = [one for one in records.own().values() if not one.retired]
    if not types:
        return {"paths": {}, "tags": [], "schemas": {}}
    made: Json = own_api().get_openapi_schema(path_prefix="")
    _share_all(made["paths"])
    schemas = made["components"]["schemas"] | _record_schemas(types)
    return _plain({"paths": made["paths"], "tags": _tags(types), "schemas": schemas})


def _with_own_choices(schemas: Json) -> Json:
    """The schemas in which one chooses among record types, with the company's own among the choices."""
    found: Json = {}
    for record_type in records.every():
        live = [spec for spec in record_type.specs.values() if isinstance(spec.choices, LiveChoices)]
        for verb in (record_type.create, record_type.edit) if live else ():
            name = pascal(record_type.name, verb.verb) if verb is not None else ""
            if name in schemas:
                properties = schemas[name]["properties"]
                needed = schemas[name].get("required", ())
                new = {spec.name: incoming(spec, spec.name in needed) for spec in live if spec.name in properties}
                found[name] = schemas[name] | {"properties": properties | new}
    return _plain(found)


def _plain(made: Json) -> Json:
    """The same with lazy texts as plain ones, in the language of the moment."""
    found: Json = json.loads(json.dumps(made, default=str))
    return found


def _tags(types: Iterable[RecordType]) -> list[Json]:
    return [{"name": one.plural, "description": str(one.label_plural)} for one in types]


@lru_cache(maxsize=8)
def _common(language: str) -> Json:
    """What is the same for every company: ninja's document, and what all operations share. Nobody may change it."""
    from gucang.surface.api.urls import api

    made: Json = api.get_openapi_schema(path_prefix="")
    made["info"]["title"] = _t("Gucang CRM API")
    made["info"]["description"] = _t(
        "Every record type and every action. Sign in with a token: `Authorization: Bearer …`."
    )
    components = made["components"]
    components["schemas"] |= _common_schemas() | _record_schemas(records.every())
    components["responses"] = {f"Problem{status}": _problem_response(status) for status in problems.KINDS}
    components["responses"]["Accepted"] = _accepted()
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }
    made["tags"] = _tags(records.every())
    made["security"] = [{"token": []}, {"session": []}]
    _share_all(made["paths"])
    return _plain(made)


def _share_all(paths: Json) -> None:
    for operations in paths.values():
        for method, operation in operations.items():
            _share(method, operation)


def _share(method: str, operation: Json) -> None:
    answers = {str(status): found for status, found in operation["responses"].items()}
    for status in PROBLEMS_OF[method]:
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if method != "get":
        answers["202"] = {"$ref": "#/components/responses/Accepted"}
    operation["responses"] = answers


def _problem_response(status: int) -> Json:
    _kind, title, sentence = problems.KINDS[status]
    return {
        "description": f"{title}: {sentence}",
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _accepted() -> Json:
    schema = {"type": "object", "properties": {"detail": TEXT, "request": {}}, "required": ["detail"]}
    return {"description": _t("Waits for an approval."), "content": {"application/json": {"schema": schema}}}


def _object(required: str = "", **properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


HIT = _object("type id label", type=TEXT, id={"type": "integer"}, label=TEXT, detail=TEXT)


def _me_schema() -> Json:
    company = _object("name address currency", name=TEXT, address=TEXT, currency=TEXT)
    rights = {"type": "object", "additionalProperties": TEXT, "description": _t("Each right with how far it goes.")}
    return _object(
        "kind name member company language permissions",
        kind=TEXT, name=TEXT, member={"type": ["integer", "null"]}, company=company, language=TEXT, permissions=rights,
    )  # fmt: skip


def _common_schemas() -> Json:
    whole, moment = {"type": "integer"}, {"type": "string", "format": "date-time"}
    some_text, some_whole = {"type": ["string", "null"]}, {"type": ["integer", "null"]}
    label = some_text | {"description": _t("Null when you may not see the record.")}
    named = _object("type id label", type=TEXT, id=whole, label=label)
    fault = _object("field path detail", field=TEXT, path=TEXT, detail=TEXT)
    clash = _object("field theirs yours", field=TEXT, label=TEXT, theirs={}, yours={}, by=TEXT, at=moment)
    duplicate = _object("why name note url", why=TEXT, name=TEXT, note=TEXT, url=some_text)
    return {
        "Me": _me_schema(),
        "HitPage": page_schema(HIT),
        "EventPage": page_schema({"$ref": "#/components/schemas/Event"}),
        "Reference": _object("id label", id=whole, label=label),
        "About": named,
        "AllowedAction": _object("verb may why_not", verb=TEXT, label=TEXT, may={"type": "boolean"}, why_not=some_text),
        "EventBrief": _object("id name", id=whole, name=TEXT, facts={"type": "object"}) | {"type": ["object", "null"]},
        "Event": _object(
            "id name recorded_at occurred_at actor subject changes facts",
            id=whole,
            name=TEXT | {"description": "、".join(permissions.known())[:4000]},
            recorded_at=moment,
            occurred_at=moment,
            actor=_object("kind id label", kind=TEXT, id=some_whole, label=some_text),
            subject=_object("type id label", type=TEXT, id=whole, label=TEXT),
            version=whole,
            changes={"type": "object", "description": _t("{field: [old, new]}")},
            facts={"type": "object"},
            cause=some_whole,
        ),
        "Problem": _object(
            "type title status detail request_id",
            type=TEXT,
            title=TEXT,
            status=whole,
            detail=TEXT,
            request_id=TEXT,
            errors={"type": "array", "items": fault, "maxItems": problems.MAX_ERRORS},
            clashes={"type": "array", "items": clash},
            duplicates={"type": "array", "items": duplicate},
        ),
    }


def _record_schemas(types: Iterable[RecordType]) -> Json:
    found: Json = {}
    for record_type in types:
        name = pascal(record_type.name)
        found[name] = record_schema(record_type)
        found[f"{name}Page"] = page_schema({"$ref": f"#/components/schemas/{name}"})
    return found


def _with_custom_fields(schemas: Json) -> Json:
    """The schemas of create and edit that the company's own fields change. One query, and one per type that has any."""
    found: Json = {}
    for name in set(CustomField.objects.filter(retired=False).values_list("record_type", flat=True)):
        customs = records.get(name).custom_fields()
        keyed = {
            spec.name.removeprefix("extra."): incoming(spec, spec.required) for spec in customs if not spec.computed
        }
        for schema in (pascal(name, "create"), pascal(name, "edit")):
            if schema in schemas and "extra" in schemas[schema]["properties"]:
                extra = schemas[schema]["properties"]["extra"]
                extra = extra | {"properties": keyed, "additionalProperties": False}
                found[schema] = schemas[schema] | {"properties": schemas[schema]["properties"] | {"extra": extra}}
    return found


def page(request: Any) -> HttpResponse:
    """GET docs: the document as a page to read and to try."""
    return render(
        request, "surface/api_docs.html", {"html_language": to_locale(get_language() or "zh").replace("_", "-")}
    )
