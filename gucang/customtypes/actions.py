"""What an administrator does with the company's own types. Their records have the usual actions: see `kinds`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.actions import roles
from gucang.accounts.models import Role
from gucang.accounts.rights import write_grants
from gucang.accounts.rules import why_fixed
from gucang.customtypes import definitions, rules
from gucang.customtypes.definitions import Stage, read_stages, stages_of
from gucang.customtypes.models import CustomRecord, CustomType
from gucang.kernel import records
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text

# Each adds a search of its own to every look for anything.
MOST_TYPES = 40


def _named(kind: CustomType, actor: Actor) -> None:
    """A new type gets its place at the end of the row."""
    count = CustomType.objects.count()
    if count >= MOST_TYPES:
        raise Refused(
            _t("A company can have %(most)s record types of its own. Use one that is there.") % {"most": MOST_TYPES}
        )
    kind.position = count + 1


create = creating("record_type", _named)
edit = editing("record_type")


@action(
    "record_type.set_stages", label=_("Set stages"), icon="layout-kanban", labels={"stages": _("Stages")},
)  # fmt: skip
def set_stages(kind: CustomType, *, stages: Annotated[str, Text(long=True)] = "") -> dict[str, Any] | None:
    """Replace the stages, one a line: “key | Chinese | English | tone | closed”; the first is where records begin."""
    wanted = read_stages(stages)
    _check_left_empty(kind, wanted)
    kind.stages = definitions.stored(wanted)
    return _begin_with(kind, wanted)


def _check_left_empty(kind: CustomType, wanted: Sequence[Stage]) -> None:
    """Raise Refused when a stage would go in which records stand."""
    gone = {one.key: one for one in stages_of(kind)}.keys() - {one.key for one in wanted}
    if not gone:
        return
    standing = CustomRecord.with_bin.filter(type=kind, stage__in=gone).values_list("stage", flat=True).first()
    if standing is not None:
        name = next(str(one.label) for one in stages_of(kind) if one.key == standing)
        raise Refused(_t("Records stand in the stage “%(stage)s”. Move them into another one first.") % {"stage": name})


def _begin_with(kind: CustomType, wanted: Sequence[Stage]) -> dict[str, Any] | None:
    """Records from before there were stages stand in the first one; the event of the type says how many."""
    if not wanted:
        return None
    moved = CustomRecord.with_bin.filter(type=kind, stage="").update(stage=wanted[0].key)
    return {"records": moved} if moved else None


@action(
    "record_type.retire", label=_("Retire"), guard=rules.why_retired, icon="archive", tone="danger",
    says=_("Nobody meets “%(record)s” and its records any more. All of it is kept and can be brought back."),
)  # fmt: skip
def retire(kind: CustomType) -> None:
    """Let nobody meet the type and its records any more. All of it is kept and can be brought back."""
    kind.retired = True


@action("record_type.bring_back", label=_("Bring back"), guard=rules.why_in_use, icon="arrow-back-up")
def bring_back(kind: CustomType) -> None:
    """Use a retired type again, with all that it holds and the rights that roles had."""
    kind.retired = False


@action(
    "record_type.give", label=_("Set rights"), guard=rules.why_retired, always=True, icon="shield-check",
    labels={"role": _("Role"), "level": _("What it may do")},
)  # fmt: skip
def give(
    kind: CustomType, *, role: Role, level: Literal["none", "see", "own", "tree", "all"], actor: Actor
) -> dict[str, Any]:
    """Say at once what a role may do with records of this type: nothing, see all, or work with own ones up to all.

    The finer choices are on the role's page. Nobody gives what they lack.
    """
    record_type = records.get(kind.record_name)
    if sentence := why_fixed(role):
        raise Refused(str(sentence))
    if level in (rules.OWN, rules.TREE) and not record_type.owner:
        raise Invalid({"level": [_t("Nobody owns these records; choose to see all of them, or to work with all.")]})
    kept = {name: reach for name, reach in role.grants.items() if not name.startswith(f"{record_type.name}.")}
    verbs = ["view", *record_type.verbs, "export", "import"]
    given = {} if level == "none" else rules.grants_of(record_type.name, verbs, level)
    roles.set_rights(role, actor=actor, grants=write_grants(kept | given))
    return {"role": role.pk, "role_name": role.name, "level": level}


__all__ = ["bring_back", "create", "edit", "give", "retire", "set_stages"]
