"""From the definition of a company's own type to a record type like any other.

Each type is a proxy model of the one table, in an app registry of its own, so that Django's knows nothing of it. What
was built is used again for as long as the definition is the same, so that caches by class or record type stay right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Annotated, Any

from django.apps.registry import Apps
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.customtypes import definitions, rules
from gucang.customtypes.definitions import Definition
from gucang.customtypes.models import BELONGS, CustomRecord
from gucang.kernel import records
from gucang.kernel.actions import Action, creating, deleting, editing, restoring, sharing
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec, Text
from gucang.kernel.permissions import may_give_away
from gucang.kernel.records import Board, Calendar, Exchange, Layout, Own, RecordType
from gucang.kernel.setup import kept
from gucang.surface import filters

MOST_BUILT = 1024
_IN_COLUMNS = frozenset(["text", "choice", "integer", "decimal", "money", "date", "boolean", "phone", "email", "code"])
MOST_COLUMNS, MOST_FIRST = 8, 8


@records.own_from
def own_types() -> Own:
    """The active company's own types by name, in their order."""
    return kept("own types", lambda: {one.name: build(one) for one in definitions.read()})


@dataclass(frozen=True, eq=False)
class OwnType(RecordType):
    """A record type that a company has made; see `build`."""

    definition: Definition | None = None

    @cached_property
    def specs(self) -> dict[str, FieldSpec]:
        """The specs of the columns that this type uses, under the names that its company gave them."""
        assert self.definition is not None
        return _specs(self.definition, super().specs)


@lru_cache(maxsize=MOST_BUILT)
def build(definition: Definition) -> OwnType:
    """The record type of a definition."""
    name, plural = definition.name, definition.name.replace("_", "-")
    resting: dict[str, Any] = {"own": True, "guard": rules.why_resting(definition)}
    belongs = definition.belongs_to
    day = ("day",) if definition.day else ()
    owner = ("owner",) if definition.has_owner else ()
    stage = ("stage",) if definition.stages else ()
    number = ("number",) if definition.number_rule else ()
    actions = (
        *((_move(definition, resting),) if stage else ()),
        *((_assign(definition, resting), *sharing(name, Member, **resting)) if owner else ()),
        deleting(name, **resting),
        restoring(name, **resting),
    )
    every = tuple(f"extra.{key}" for key, _kind in definition.fields)
    fields = tuple(f"extra.{key}" for key, kind in definition.fields if kind in _IN_COLUMNS)
    usual = ("name", *number, *belongs[:1], *stage, *day, *fields)[: MOST_COLUMNS - len(owner)]
    return OwnType(
        name=name,
        model=_model(definition.type_id, name, definition.zh, definition.en, definition.plural_en),
        plural=plural,
        icon=definition.icon,
        number=definition.number_rule,
        owner="owner_id" if owner else "",
        concerns=tuple(one for one in BELONGS if one in belongs),
        visible=rules.visible_records(definition),
        columns=(*usual, *owner),
        filters=(*stage, *belongs, *owner, *day),
        form=Layout((definition.label, "name", *belongs, *day), first=("name", *belongs, *day, *every[:MOST_FIRST])),
        create=creating(name, _beginning(definition), **resting),
        edit=editing(name, **resting),
        actions=actions,
        order="-updated_at",
        board=_board(definition) if stage else None,
        calendar=Calendar(title=("name",), on="day", about=belongs[0] if belongs else "", move="edit") if day else None,
        search=_search(definition),
        exchange=Exchange(key="number" if number else "name", also=(*number, *stage, *owner)),
        own=True,
        retired=definition.retired,
        tones={"stage": {one.key: one.tone for one in definition.stages}},
        due=_due(definition),
        definition=definition,
    )


@lru_cache(maxsize=MOST_BUILT)
def _model(type_id: int, name: str, zh: str, en: str, plural_en: str) -> type[CustomRecord]:
    meta = {
        "proxy": True, "app_label": CustomRecord._meta.app_label, "apps": Apps(),
        "verbose_name": definitions.said(zh, en), "verbose_name_plural": definitions.said(zh, plural_en or en),
    }  # fmt: skip
    body = {
        "__module__": CustomRecord.__module__, "Meta": type("Meta", (), meta), "own_name": name,
        "only_rows": {"type_id": type_id},
    }  # fmt: skip
    make: Any = type(CustomRecord)
    model: type[CustomRecord] = make(f"CustomRecord{type_id}", (CustomRecord,), body)
    # A proxy does not inherit them, and who explains a refusal looks for them.
    model._meta.constraints = CustomRecord._meta.constraints
    return model


def _specs(definition: Definition, declared: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    unused = {"type", *BELONGS} - {*definition.belongs_to}
    unused |= {"owner"} if not definition.has_owner else set()
    unused |= {"stage"} if not definition.stages else set()
    unused |= {"day"} if not definition.day else set()
    unused |= {"number"} if not definition.number_rule else set()
    found = {name: spec for name, spec in declared.items() if name not in unused}
    if definition.stages:
        choices = tuple((one.key, one.label) for one in definition.stages)
        found["stage"] = replace(found["stage"], kind="choice", choices=choices)
    if definition.day:
        found["day"] = replace(found["day"], label=definitions.said(*definition.day))
    return found


def _search(definition: Definition) -> dict[str, str]:
    found = {"name": "A"} | ({"number": "A"} if definition.number_rule else {})
    return found | {f"{name}__name": "B" for name in definition.belongs_to}


def _due(definition: Definition) -> dict[str, tuple[str, tuple[str, ...]]]:
    if not definition.day or not definition.deadline:
        return {}
    open_ones = tuple(one.key for one in definition.stages if not one.closed)
    return {"day": ("stage", open_ones) if definition.stages else ("", ())}


# ---- what is done with the records


def _beginning(definition: Definition) -> Any:
    """What the form leaves open: the first stage, and whoever makes it as its owner."""

    def prepare(record: Any, actor: Actor) -> None:
        if definition.stages and not record.stage:
            record.stage = definition.stages[0].key
        if definition.has_owner and record.owner_id is None:
            record.owner_id = actor.member_id

    return prepare


def _move(definition: Definition, options: dict[str, Any]) -> Action:
    choices = tuple((one.key, one.label) for one in definition.stages)
    wanted = FieldSpec("stage", "choice", _("Stage"), required=True, choices=choices)

    def move(record: Any, *, stage: str) -> None:
        """Put the record into another stage."""
        record.stage = stage

    return Action(
        f"{definition.name}.move", move, label=_("Change stage"), icon="arrow-right", params=[wanted], **options
    )


def _assign(definition: Definition, options: dict[str, Any]) -> Action:
    def assign(
        record: Any,
        *,
        owner: Colleague,
        note: Annotated[str, Text(long=True)] = "",
    ) -> dict[str, Any]:
        """Hand the record over to a colleague."""
        return hand_over(record, owner, note=note)

    return Action(
        f"{definition.name}.assign", assign, label=_("Assign"), icon="user-share", unowned=True, hands_over=True,
        allow=may_give_away(f"{definition.name}.assign"),
        labels={"owner": _("New owner"), "note": _("What they should know")}, **options,
    )  # fmt: skip


def _board(definition: Definition) -> Board:
    name = definition.name

    def lanes(actor: Actor, given: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
        return [(one.key, str(one.label), one.tone) for one in definition.stages]

    def drop(record: Any, value: Any) -> tuple[str, dict[str, Any]]:
        return f"{name}.move", {"stage": value}

    def totals(actor: Actor, given: Mapping[str, Any]) -> dict[Any, tuple[int, Mapping[str, Any]]]:
        found = filters.parse(records.get(name), actor, given).query.order_by()
        return {key: (count, {}) for key, count in found.values_list("stage").annotate(count=Count("pk"))}

    card = ("name", *definition.belongs_to[:1], *(("day",) if definition.day else ()))
    card += ("owner",) if definition.has_owner else ()
    return Board(by="stage", lanes=lanes, drop=drop, totals=totals, card=card)
