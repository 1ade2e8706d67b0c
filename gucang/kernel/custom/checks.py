"""What own fields ask of a record as a whole: shown only if, required only if shown, required in a stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType

EMPTY: tuple[Any, ...] = (None, "", [], False)


def shown(spec: FieldSpec, value: Callable[[str], Any]) -> bool:
    """Whether the form shows a field; `value` gives what other fields hold."""
    condition = spec.own.show_if if spec.own is not None else None
    return condition is None or condition.holds(value(condition.field))


def asked(record_type: RecordType, spec: FieldSpec, raw: Mapping[str, Any], instance: Any) -> FieldSpec:
    """The spec as this record is asked by it: not required where the form does not show it, and with a choice that is
    not offered any more as long as the record holds it. Any other field's spec as it is.
    """
    own = spec.own
    if own is None:
        return spec
    if spec.required and not shown(spec, reader(record_type, instance, raw)):
        spec = replace(spec, required=False)
    if own.former:
        stored = instance.extra.get(own.key)
        held = stored if isinstance(stored, list) else [stored]
        spec = replace(spec, choices=(*spec.choices, *(one for one in own.former if one[0] in held)))
    return spec


def default_of(spec: FieldSpec, actor: Actor) -> Any:
    """What a new record's own field holds where nothing was said: "today" is this day, "me" who makes the record."""
    raw = spec.own.default if spec.own is not None else None
    if raw is None or raw == "":
        return None
    if spec.kind == "date" and raw == "today":
        return clock.today()
    if spec.kind == "reference" and raw == "me":
        raw = actor.member_id
    try:
        return None if raw is None else spec.clean(raw, actor)
    except BadValue:
        return None  # such as a choice that is not offered any more


def unshown(
    record_type: RecordType, specs: Mapping[str, FieldSpec], clean: Mapping[str, Any], instance: Any
) -> dict[str, str]:
    """Sentences about values that go into fields which the form does not show, by field.

    What such a field holds already may stay: it shows again with its condition.
    """
    found = {}
    value = reader(record_type, instance, clean)
    for name in clean:
        spec = specs.get(name)
        if spec is None or spec.own is None or spec.own.show_if is None or clean[name] in EMPTY:
            continue
        if not shown(spec, value) and spec.to_json(clean[name]) != instance.extra.get(spec.own.key):
            found[name] = _t("“%(field)s” is only filled in when %(condition)s. Leave it empty, or change that.") % {
                "field": spec.label,
                "condition": condition_words(record_type, spec),
            }
    return found


def condition_words(record_type: RecordType, spec: FieldSpec) -> str:
    """When a field is shown, in words: “kind is organisation or person”."""
    assert spec.own is not None
    assert spec.own.show_if is not None
    other = next((one for one in _known(record_type) if one.name == spec.own.show_if.field), None)
    if other is None:
        return spec.own.show_if.field
    if not spec.own.show_if.values:
        return _t("“%(field)s” is filled in") % {"field": other.label}
    words = _t(" or ").join(_word(other, one) for one in spec.own.show_if.values)
    return _t("“%(field)s” is %(values)s") % {"field": other.label, "values": words}


def _word(spec: FieldSpec, value: str) -> str:
    if spec.kind == "boolean":
        return _t("yes")
    return f"“{spec.choice_label(value)}”"


def _known(record_type: RecordType) -> Iterable[FieldSpec]:
    return (*record_type.specs.values(), *record_type.custom_fields())


def reader(record_type: RecordType, instance: Any, clean: Mapping[str, Any]) -> Callable[[str], Any]:
    """What each field holds once `clean` is written."""

    def value(name: str) -> Any:
        if name in clean:
            return clean[name]
        if name.startswith("extra."):
            return instance.extra.get(name.removeprefix("extra."))
        spec = record_type.specs.get(name)
        return getattr(instance, f"{name}_id" if spec is not None and spec.kind == "reference" else name, None)

    return value


def missing_in_stage(record_type: RecordType, instance: Any, changes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Own fields that must be filled where the record now stands on its board, as sentences by field.

    Only a change of the place or of the field itself is asked: nobody is kept from changing anything else.
    """
    board = record_type.board
    if board is None:
        return {}
    found = {}
    for spec in record_type.custom_fields():
        if spec.own is None or not spec.own.required_in or not changes.keys() & {board.by, spec.name}:
            continue
        place = reader(record_type, instance, {})(board.by)
        if str(place) not in spec.own.required_in or instance.extra.get(spec.own.key) not in EMPTY[:3]:
            continue
        if shown(spec, reader(record_type, instance, {})):
            sentence = _t("Fill in “%(field)s” first: “%(place)s” asks for it.")
            found[spec.name] = [sentence % {"field": spec.label, "place": _place(record_type, instance)}]
    return found


def _place(record_type: RecordType, instance: Any) -> str:
    assert record_type.board is not None
    spec = record_type.specs[record_type.board.by]
    value = getattr(instance, record_type.board.by)
    return str(value) if spec.kind == "reference" else spec.show(value)
