"""What is to be done to many records: a verb with values that were checked before the first record is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.bulk import rules
from gucang.kernel import custom, permissions, records
from gucang.kernel.actions import Action, Row
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Forbidden, Invalid, NotVisible
from gucang.kernel.events import jsonable
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType

# How a list of words is changed; without, it is replaced.
ADD, REMOVE = "add", "remove"


@dataclass(frozen=True)
class Deed:
    """A verb and its values as JSON. Those of a field of words may be {"add": […]} or {"remove": […]}."""

    type: RecordType
    action: Action
    values: Mapping[str, Any]

    @property
    def edits(self) -> bool:
        """Whether it is an edit, which is done in sets."""
        return self.action is self.type.edit

    @property
    def specs(self) -> dict[str, FieldSpec]:
        """The fields that it fills in."""
        known = self.type.form_specs() if self.edits else {spec.name: spec for spec in self.action.params}
        return {name: known[name] for name in self.values if name in known}

    def row(self, pk: int) -> Row:
        """The edit of one record. Words are added or taken away when it is locked."""
        parts = {name: value for name, value in self.values.items() if isinstance(value, Mapping)}
        whole = {name: value for name, value in self.values.items() if name not in parts}
        specs = self.specs if parts else {}

        def fill(record: Any) -> dict[str, Any]:
            return {name: _words(specs[name], record, value) for name, value in parts.items()}

        return Row(whole, record=pk, fill=fill if parts else None)


def _words(spec: FieldSpec, record: Any, value: Mapping[str, Any]) -> list[Any]:
    now = custom.read(record, spec) if spec.custom else getattr(record, spec.name)
    gone = set(value.get(REMOVE, ()))
    return list(dict.fromkeys([*(word for word in now or () if word not in gone), *value.get(ADD, ())]))


def verb_of(actor: Actor, record_type: RecordType, verb: str) -> Action:
    """The verb for many records of this name. Raises NotVisible for none, Forbidden without the right."""
    action = record_type.verbs.get(verb)
    if action is None or not rules.fits_many(record_type, action):
        raise NotVisible
    if not actor.may(action.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    return action


def deed_of(actor: Actor, record_type: RecordType, verb: str, raw: Mapping[str, Any]) -> Deed:
    """The deed that was asked for, its values cleaned once. Raises NotVisible, Forbidden, Invalid."""
    action = verb_of(actor, record_type, verb)
    if action is not record_type.edit:
        return Deed(record_type, action, _settled(action.clean(dict(raw), actor), raw))
    if not raw:
        raise Invalid({"": [_t("Choose what you want to change.")]})
    if "lines" in raw:
        raise Invalid({"lines": [_t("Lines are changed in each document by itself.")]})
    specs = record_type.form_specs()
    whole = {name: _all_words(specs.get(name), value) for name, value in raw.items()}
    clean = _settled(action.clean({"values": whole}, actor)["values"], whole)
    return Deed(record_type, action, {name: _part(raw[name], value) for name, value in clean.items()})


def _settled(clean: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, references as ids: a name that is unmistakable now may be none when its turn comes."""
    return {name: jsonable(value) for name, value in clean.items() if name in raw}


def _all_words(spec: FieldSpec | None, value: Any) -> Any:
    """The words of an addition or removal, to be checked like a whole value. Raises Invalid."""
    if not isinstance(value, Mapping):
        return value
    if spec is None or spec.kind != "tags" or len(value) != 1 or not set(value) <= {ADD, REMOVE}:
        name = spec.name if spec is not None else ""
        raise Invalid({name: [_t("Only to words something can be added, or taken away from them.")]})
    return next(iter(value.values()))


def _part(raw: Any, clean: Any) -> Any:
    """The cleaned words again as the addition or removal that they were."""
    return {next(iter(raw)): clean} if isinstance(raw, Mapping) else clean


def stored(run: Any, values: Mapping[str, Any]) -> Deed:
    """The deed of a run that has begun. Raises NotVisible when its record type or verb is gone."""
    try:
        record_type = records.get(run.record_type)
        return Deed(record_type, record_type.verbs[run.verb], values)
    except LookupError:
        raise NotVisible from None


def why_not(deed: Deed, actor: Actor, record: Any) -> str | None:
    """Why this cannot be done to `record` now; None when it can. See `Action.why_not`; here the fields count, too."""
    if sentence := deed.action.why_not(actor, record):
        return sentence
    for name, spec in deed.specs.items() if deed.edits else ():
        if permissions.access(actor, deed.type, name, record) is not Access.WRITE:
            return _t("You may not change “%(field)s”.") % {"field": spec.label}
    return None
