"""Rows that a person takes out of the grid: into the bin, each by itself, those that cannot go with a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _t

from gucang.grid.parcel import Removal
from gucang.grid.saving import Refusal
from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Problem
from gucang.kernel.records import RecordType


@dataclass
class Removed:
    """What came of it: the records that went, by id, with the events that tell so, and why the others stayed."""

    gone: dict[int, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def verb_of(record_type: RecordType, actor: Actor) -> Action | None:
    """The verb by which rows go; None where they cannot, or not by this person, or could not come back."""
    verb = record_type.verbs.get("delete")
    if verb is None or "restore" not in record_type.verbs or verb.params or not actor.may(verb.name):
        return None
    return verb


def remove(record_type: RecordType, actor: Actor, removal: Removal) -> Removed:
    """Delete the rows that can be. Raises Forbidden for who may delete none."""
    verb = verb_of(record_type, actor)
    if verb is None:
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    done = Removed()
    for pk in removal.rows:
        try:
            event = verb(pk, actor=actor).event
        except Problem as problem:
            done.refused.append(Refusal(pk, "", str(problem)))
        else:
            assert event is not None, "whoever deletes a record changes it"
            done.gone[pk] = event.pk
    return done
