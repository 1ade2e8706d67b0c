"""What was typed into a form: checked field by field, and put onto a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import custom, events, lines, permissions, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec


def default_of(spec: FieldSpec) -> Any:
    if spec.required:
        raise BadValue(spec.missing)
    return False if spec.kind == "boolean" and spec.default is None else spec.default


def clean_values(
    record_type: records.RecordType,
    raw: Mapping[str, Any],
    actor: Actor,
    instance: Any,
    *,
    new: bool,
    known: dict[Any, Any] | None = None,
    also: Sequence[str] = (),
) -> dict[str, Any]:
    """Clean the values of a create or edit form; a new record also needs its required fields.

    `known` caches references already looked up, `also` names fields allowed beyond the form. Raises Invalid with every
    field's sentences at once.
    """
    specs = _specs(record_type, also, known)
    problems: dict[str, list[Any]] = {}
    clean: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in specs:
            problems[name] = [_t("There is no field “%(field)s” to fill in.") % {"field": name}]
        elif permissions.access(actor, record_type, name, None if new else instance) != Access.WRITE:
            problems[name] = [_t("You may not change “%(field)s”.") % {"field": specs[name].label}]
        else:
            try:
                spec = custom.asked(record_type, specs[name], raw, instance).bound(instance)
                clean[name] = spec.clean(value, actor, known)
            except lines.BadLines as several:
                problems |= {f"{name}.{where}": [said] for where, said in several.problems.items()}
            except BadValue as problem:
                problems[name] = [problem.sentence]
    if new:
        for name, spec in specs.items():
            if name in raw:
                continue
            if (value := custom.default_of(spec, actor)) is not None:
                clean[name] = value
            elif (
                spec.required and spec.default in (None, "") and custom.asked(record_type, spec, raw, instance).required
            ):
                problems[name] = [spec.missing]
    for name, sentence in custom.unshown(record_type, specs, clean, instance).items():
        problems.setdefault(name, [sentence])
    if problems:
        raise Invalid(problems)
    return clean


def _specs(
    record_type: records.RecordType, also: Sequence[str], known: dict[Any, Any] | None
) -> Mapping[str, FieldSpec]:
    """The fields that values are for; for a set they are put together once."""
    key = ("specs", record_type.name, tuple(also))
    if known is not None and key in known:
        found: Mapping[str, FieldSpec] = known[key]
        return found
    specs = record_type.form_specs() | {name: replace(record_type.specs[name], required=False) for name in also}
    if known is not None:
        known[key] = specs
    return specs


def assign(instance: Any, values: Mapping[str, Any]) -> None:
    """Put clean values onto a record, custom ones into its `extra`."""
    for name, value in values.items():
        if name.startswith("extra."):
            instance.extra = {**instance.extra, name.removeprefix("extra."): events.jsonable(value)}
        elif name == lines.NAME and isinstance(value, list | dict):
            lines.put(instance, value)
        else:
            setattr(instance, name, _emptied(instance, name) if value is None else value)


def _emptied(instance: Any, name: str) -> Any:
    """What an emptied field holds: nothing, or where the column must have a value, its empty text or its default."""
    field = instance._meta.get_field(name)
    if field.null:
        return None
    return field.get_default() if field.has_default() or field.empty_strings_allowed else None
