"""Schemas from field specs: pydantic models that let only the right JSON types in, and what the documentation says.

They check names and JSON types. Whether a value is a good one is said by the action, for the API as for every form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from gucang.kernel.actions import Action
from gucang.kernel.fields import LONGTEXT_MAX, FieldSpec, to_json
from gucang.kernel.lines import MOST as MOST_LINES
from gucang.kernel.lines import Lines
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType
from gucang.surface.api.output import readable, told_too

Json = dict[str, Any]
DECIMAL = r"^-?\d+(\.\d+)?$"
STRING_KINDS = frozenset(["text", "longtext", "email", "phone", "code", "date", "moment"])

_TYPES: dict[str, tuple[tuple[type, ...], Any]] = {
    "choice": ((str, int), _("Write one of the choices here.")),
    "integer": ((int,), _("Write a whole number here.")),
    "decimal": ((str, int, Decimal), _('Write a number here, best as text: "12.50".')),
    "money": ((str, int, Decimal), _('Write a number here, best as text: "12.50".')),
    "boolean": ((bool,), _("Write true or false here.")),
    "reference": ((int, str), _("Write the id or the number of the record here.")),
    "choices": ((list,), _("Write a list of the choices here.")),
    "references": ((list,), _("Write a list of ids here.")),
    "tags": ((list,), _("Write a list of words here.")),
}
_ITEMS: dict[str, tuple[type, ...]] = {"choices": (str,), "references": (int, str), "tags": (str,)}


def pascal(*names: str) -> str:
    """The schema name of a record type, and of its verb: "FollowUpFinish"."""
    return "".join(part.title() for name in names for part in name.split("_"))


# ---- what comes in


def body_model(action: Action) -> type[BaseModel]:
    """The body of an action: the form's fields with the company's own under "extra", or the action's parameters."""
    name, record_type = pascal(action.record_name, action.verb), action.type
    if not action.on_values:
        return model(name, action.params, {spec.name for spec in action.params if spec.required})
    specs = [record_type.specs[field] for field in record_type.form.fields]
    required = {spec.name for spec in specs if action.creates and spec.required and spec.default in (None, "")}
    objects = {"extra": _("The company's own fields, by their keys.")} if hasattr(record_type.model, "extra") else {}
    return model(name, specs, required, objects, record_type.lines)


def model(
    name: str,
    specs: Iterable[FieldSpec],
    required: set[str],
    objects: Mapping[str, Any] | None = None,
    lines: Lines | None = None,
) -> type[BaseModel]:
    """The gate of a body with these fields; `objects` are further ones that hold an object, each with what it is.

    `lines` are the rows that the record owns, all of them.
    """
    fields: dict[str, Any] = {}
    for spec in specs:
        annotation = Annotated[Any, AfterValidator(_gate(spec, spec.name in required))]
        # The attribute has a prefix, because a field may be called like a method of pydantic's.
        settings = Field(
            ... if spec.name in required else None,
            alias=spec.name,
            json_schema_extra=_replace_by(spec, spec.name in required),
        )
        fields[f"f_{spec.name}"] = (annotation, settings)
    for key, description in (objects or {}).items():
        fields[f"f_{key}"] = (
            Annotated[Any, AfterValidator(_object_gate)],
            Field(None, alias=key, json_schema_extra=_object(description)),
        )
    if lines is not None:
        fields["f_lines"] = (
            Annotated[Any, AfterValidator(_lines_gate)],
            Field(None, alias="lines", json_schema_extra=_replace_by_lines(lines)),
        )
    return create_model(name, __config__=ConfigDict(extra="forbid", protected_namespaces=()), **fields)


def _gate(spec: FieldSpec, required: bool) -> Callable[[Any], Any]:
    types, sentence = _TYPES.get(spec.kind, ((str,), _("Write text here.")))
    items = _ITEMS.get(spec.kind, ())

    def check(value: Any) -> Any:
        if value is None:
            if required:
                raise _refused(_t("Fill in %(field)s.") % {"field": spec.label})
            return value
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise _refused(sentence)
        if isinstance(value, list) and not all(isinstance(one, items) and not isinstance(one, bool) for one in value):
            raise _refused(sentence)
        return value

    return check


def _object_gate(value: Any) -> Any:
    if value is not None and not isinstance(value, dict):
        raise _refused(_("Write an object with fields and their values here."))
    return value


def _lines_gate(value: Any) -> Any:
    if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        raise _refused(_("Write a list of lines here, each with its fields."))
    return value


def _replace_by_lines(lines: Lines) -> Callable[[Json], None]:
    def describe(schema: Json) -> None:
        whole = {"type": ["integer", "null"], "description": str(_("The key of a line that is there already."))}
        properties = {"key": whole} | {name: incoming(spec, False) for name, spec in lines.specs.items()}
        # What goes out may come back: an object for a reference, amounts that are worked out again.
        for name, spec in lines.specs.items():
            if spec.target is not None:
                properties[name] = {"type": ["integer", "string", "object", "null"], "title": str(spec.label)}
        properties |= {name: outgoing(spec) for name, spec in lines.shown_specs.items()} | {"position": dict(whole)}
        items = {"type": "object", "properties": properties, "additionalProperties": False}
        schema.clear()
        said = str(_("All lines in their order; what is left out is taken out. Without it, lines stay as they are."))
        schema.update({"type": ["array", "null"], "items": items, "maxItems": MOST_LINES, "description": said})

    return describe


def _refused(sentence: Any) -> PydanticCustomError:
    return PydanticCustomError("gate", "{sentence}", {"sentence": str(sentence)})


def _replace_by(spec: FieldSpec, required: bool) -> Callable[[Json], None]:
    def describe(schema: Json) -> None:
        schema.clear()
        schema.update(incoming(spec, required))

    return describe


def _object(description: Any) -> Callable[[Json], None]:
    def describe(schema: Json) -> None:
        schema.clear()
        schema.update({"type": ["object", "null"], "description": str(description)})

    return describe


def incoming(spec: FieldSpec, required: bool) -> Json:
    """The JSON schema of a value that comes in."""
    schema: Json = _incoming[spec.kind](spec) if spec.kind in _incoming else {"type": "string"}
    if spec.kind in STRING_KINDS and required:
        schema["minLength"] = 1
    schema["title"] = str(spec.label)
    if spec.help:
        schema["description"] = str(spec.help)
    if not required:
        _or_null(schema)
        if spec.default not in (None, "", []) and not callable(spec.default):
            schema["default"] = to_json(spec.default)
    return schema


def _texts(spec: FieldSpec) -> Json:
    return {"type": "string", "maxLength": spec.max_length or LONGTEXT_MAX}


def _choices(spec: FieldSpec) -> Json:
    values = [value for value, _label in spec.choices]
    words = "、".join(f"{value} = {label}" for value, label in spec.choices)
    kinds = sorted({"integer" if isinstance(value, int) else "string" for value in values}) or ["string"]
    return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values, "description": words}


def _reference(spec: FieldSpec) -> Json:
    what = str(spec.target._meta.verbose_name) if spec.target else ""
    return {"type": ["integer", "string"], "description": _t("The id or the number of a %(what)s.") % {"what": what}}


_incoming: dict[str, Callable[[FieldSpec], Json]] = {
    "text": _texts,
    "longtext": _texts,
    "email": lambda spec: _texts(spec) | {"format": "email"},
    "phone": lambda spec: {"type": "string", "maxLength": 100},
    "code": lambda spec: {"type": "string", "maxLength": 40},
    "choice": _choices,
    "choices": lambda spec: {"type": "array", "items": _choices(spec)},
    "integer": lambda spec: {"type": "integer"},
    "decimal": lambda spec: {"type": ["string", "number"], "pattern": DECIMAL},
    "money": lambda spec: {"type": ["string", "number"], "pattern": DECIMAL},
    "date": lambda spec: {"type": "string", "format": "date"},
    "moment": lambda spec: {"type": "string", "format": "date-time"},
    "boolean": lambda spec: {"type": "boolean"},
    "reference": _reference,
    "references": lambda spec: {"type": "array", "items": {"type": ["integer", "string"]}},
    "tags": lambda spec: {"type": "array", "maxItems": 20, "items": {"type": "string", "maxLength": 40}},
}


def _or_null(schema: Json) -> None:
    kinds = schema["type"]
    schema["type"] = [*kinds, "null"] if isinstance(kinds, list) else [kinds, "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]


# ---- what goes out


def record_schema(record_type: RecordType) -> Json:
    """The JSON schema of a record as it goes out."""
    properties: Json = {"id": {"type": "integer"}}
    properties |= {name: outgoing(spec) for name, spec in readable(record_type).items()}
    model = record_type.model
    if issubclass(model, AboutRecord):
        properties["about"] = {"anyOf": [{"$ref": "#/components/schemas/About"}, {"type": "null"}]}
    if record_type.lines is not None:
        properties["lines"] = _lines_schema(record_type.lines)
    if hasattr(model, "extra"):
        properties["extra"] = {"type": "object", "description": _t("The company's own fields, by their keys.")}
    properties |= {name: {"type": "string", "title": str(label)} for name, (label, _) in told_too(record_type).items()}
    moment = {"type": "string", "format": "date-time"}
    properties |= {
        "version": {"type": "integer", "description": _t('Send it back as If-Match: "3".')},
        "created_at": moment,
        "updated_at": moment,
        "_masked": {"type": "array", "items": {"type": "string"}, "description": _t("Fields shown in part only.")},
        "_actions": {"type": "array", "items": {"$ref": "#/components/schemas/AllowedAction"}},
        "_event": {"$ref": "#/components/schemas/EventBrief"},
    }
    return {
        "type": "object",
        "title": str(record_type.label),
        "properties": properties,
        "required": ["id", "version"],
        "additionalProperties": False,
    }


def _lines_schema(lines: Lines) -> Json:
    properties: Json = {"key": {"type": "integer"}}
    properties |= {name: outgoing(spec) for name, spec in (lines.specs | lines.shown_specs).items()}
    items = {"type": "object", "properties": properties, "required": ["key"], "additionalProperties": False}
    return {"type": "array", "items": items, "description": _t("In lists only where asked for, by with=lines.")}


def outgoing(spec: FieldSpec) -> Json:
    """The JSON schema of a value that goes out."""
    if spec.kind == "reference":
        return {"anyOf": [{"$ref": "#/components/schemas/Reference"}, {"type": "null"}], "title": str(spec.label)}
    schema = dict(_outgoing.get(spec.kind, {"type": "string"}))
    if spec.kind == "choice":
        # An empty choice is "" in the table, and a value from before a choice was withdrawn is still shown.
        schema = {"type": ["string", "integer"], "description": _choices(spec)["description"]}
    _or_null(schema)
    return {**schema, "title": str(spec.label)}


_outgoing: Mapping[str, Json] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": DECIMAL},
    "money": {"type": "string", "pattern": DECIMAL},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "references": {"type": "array", "items": {"type": "integer"}},
    "tags": {"type": "array", "items": {"type": "string"}},
}


def page_schema(items: Json) -> Json:
    """The JSON schema of a page of a list."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": items},
            "next": {"type": ["string", "null"], "description": _t("Send it as `after` for the next page.")},
            "total": {"type": "integer"},
            "total_is_exact": {"type": "boolean", "description": _t("False when there are more than `total`.")},
            "more": {"type": "boolean", "description": _t("Whether there is more right now.")},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    }
