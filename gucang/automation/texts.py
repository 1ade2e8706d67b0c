"""Texts with {fields}: checked when they are written, filled when they are used, as far as the readers may see."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t

from gucang.accounts.models import Role
from gucang.kernel import custom, records
from gucang.kernel.actors import ACCESSES, Access, Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface import currencies, filters, ui
from gucang.surface.labels import Labels

_PLACE = re.compile(r"\{([^{}\n]{1,60})\}")
RECORD = "record"
NOTHING = "—"


def places(record_type: RecordType, actor: Actor) -> dict[str, str]:
    """The fields that a text may name, with their labels: those that the actor may see at all."""
    names = [*record_type.columns, *record_type.form.fields, "number", filters.owner_field(record_type)]
    specs = {name: record_type.specs[name] for name in dict.fromkeys(names) if name in record_type.specs}
    specs |= {spec.name: spec for spec in record_type.custom_fields()}
    readable = (Access.MASKED, Access.READ, Access.WRITE)
    return {RECORD: str(record_type.label)} | {
        name: str(spec.label)
        for name, spec in specs.items()
        if spec.kind not in ("longtext", "references") and access(actor, record_type, name) in readable
    }


def check(text: str, field: str, record_type: RecordType, actor: Actor) -> str:
    """`text` with every place written by its field's name; a label is understood too. Raises Invalid."""
    known = places(record_type, actor)
    by_label = {label: name for name, label in known.items()}

    def name_of(match: re.Match[str]) -> str:
        word = match[1].strip()
        name = word if word in known else by_label.get(word)
        if name is None:
            sentence = _t("There is no field {%(word)s} to put here. These are: %(known)s.")
            listed = " ".join(f"{{{label}}}" for label in list(by_label)[:12])
            raise Invalid({field: [sentence % {"word": word, "known": listed}]})
        return f"{{{name}}}"

    return _PLACE.sub(name_of, text)


def fill(
    text: str,
    record_type: RecordType,
    record: Any,
    readers: Sequence[Actor],
    *,
    shared: bool = False,
    labels: Labels | None = None,
) -> str:
    """`text` with the record's values, each only as far as every reader may see it; else masked or a dash.

    A `shared` text (a task) is read by whoever sees the record, so a field that any role masks is masked there.
    `labels` are of the records that are known to be seen; without them each that is named is asked for.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name == RECORD:
            return str(record)
        try:
            spec = record_type.spec(name)
        except KeyError:
            return NOTHING
        may = [access(reader, record_type, name, record) for reader in readers]
        if shared:
            may.append(_least(f"{record_type.name}.{name}"))
        least = min(may, key=ACCESSES.index)
        if least is Access.HIDDEN:
            return NOTHING
        value = _value(spec, record, readers, labels)
        if least is Access.MASKED:
            return str(spec.masked(value) or NOTHING)
        if currencies.has_its_own(record_type, spec) and value is not None:
            return currencies.in_words(value, record.currency)
        return _shown(spec, value)

    return _PLACE.sub(value_of, text)


def _least(name: str) -> Access:
    """The least that any role of the company may see of a field."""
    return kept("least of fields", _restricted).get(name, Access.WRITE)


def _restricted() -> Mapping[str, Access]:
    found: dict[str, Access] = {}
    for rules in Role.objects.exclude(field_rules={}).values_list("field_rules", flat=True):
        for name, rule in rules.items():
            may = [Access(rule.get("inside", "write")), found.get(name, Access.WRITE)]
            if rule.get("within"):
                may.append(Access(rule.get("beyond", "masked")))
            found[name] = min(may, key=ACCESSES.index)
    return found


def _value(spec: FieldSpec, record: Any, readers: Sequence[Actor], labels: Labels | None) -> Any:
    if spec.custom:
        value = custom.read(record, spec)
        if spec.target is None or value is None:
            return value
        if labels is not None:
            return labels.get((spec.target, value))
        return next(iter(_least_labels(spec, value, readers)), None)
    if spec.target is not None and labels is not None:
        return labels.get((spec.target, getattr(record, f"{spec.name}_id")))
    value = getattr(record, spec.name)
    if spec.target is None or value is None:
        return value
    kind = records.by_model(spec.target)
    seen = all(kind.query(reader).filter(pk=value.pk).exists() for reader in readers)
    return str(value) if seen else None


def _least_labels(spec: FieldSpec, pk: int, readers: Sequence[Actor]) -> list[str]:
    """What a record that an own field refers to is called, if every reader sees it."""
    kind = records.by_model(spec.target)  # type: ignore[arg-type]
    found = [kind.query(reader).filter(pk=pk).first() for reader in readers]
    return [str(found[0])] if found and all(one is not None for one in found) else []


def _shown(spec: FieldSpec, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if spec.target is not None:
        return str(value)
    if spec.numeric:
        return ui.number(value)
    return spec.show(value)
