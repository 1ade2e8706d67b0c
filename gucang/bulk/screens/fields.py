"""Which fields an edit of many offers, the most useful first, and which another verb changes, such as the owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gucang.bulk import rules
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.screens.inputs import found_by

SUGGESTED = 6
# What many records have in common stands before what is each record's own; a kind that is not named comes in between.
_COMMON = ("choice", "tags", "choices", "date", "moment", "reference", "boolean")
_OWN = ("text", "longtext", "url", "phone", "email", "code")


@dataclass(frozen=True)
class Choice:
    """One field on offer: `name` adds it to the form, or `verb` leads to the form that changes it."""

    name: str
    label: str
    verb: str = ""

    @property
    def option(self) -> tuple[str, str, str]:
        """As a list to choose from wants it."""
        return self.name, self.label, found_by(self.label)


def choices(
    record_type: RecordType, actor: Actor, specs: Mapping[str, FieldSpec], chosen: Collection[str]
) -> tuple[list[Choice], list[Choice]]:
    """What is offered besides the chosen fields: the few at hand, and the rest for a list to choose from."""
    others = [] if chosen else _by_verbs(record_type, actor, specs)
    left = [spec for name, spec in specs.items() if name not in chosen]
    # What the list itself shows is what people mean; then their words for it.
    ordered = sorted(left, key=lambda spec: (_each_its_own(spec), not _in_list(record_type, spec), _rank(spec)))
    found = [Choice(spec.name, ui.headed(spec.label)) for spec in ordered]
    common = [one for one, spec in zip(found, ordered, strict=True) if not _each_its_own(spec)]
    first = [*others, *common][:SUGGESTED]
    return first, [one for one in found if one not in first]


def _by_verbs(record_type: RecordType, actor: Actor, specs: Mapping[str, FieldSpec]) -> list[Choice]:
    """The fields that no form changes but a verb of their own does: its form asks for nothing else that it needs."""
    found: dict[str, Choice] = {}
    for verb in record_type.verbs.values():
        if not rules.fits_many(record_type, verb) or not actor.may(verb.name) or verb is record_type.edit:
            continue
        for spec in verb.params:
            if spec.name in record_type.specs and spec.name not in specs and spec.required:
                label = ui.headed(record_type.specs[spec.name].label)
                found.setdefault(spec.name, Choice(spec.name, label, verb.verb))
    return sorted(found.values(), key=lambda one: one.name != record_type.owner_field)


def _each_its_own(spec: FieldSpec) -> bool:
    return spec.kind in _OWN


def _in_list(record_type: RecordType, spec: FieldSpec) -> bool:
    return spec.kind == "tags" or spec.name in record_type.columns


def _rank(spec: FieldSpec) -> int:
    if spec.kind in _COMMON:
        return _COMMON.index(spec.kind)
    return len(_COMMON) + (1 + _OWN.index(spec.kind) if spec.kind in _OWN else 0) + (9 if spec.name == "name" else 0)
