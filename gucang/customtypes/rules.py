"""Who may see and do what with a company's own types and their records. Pure: no queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import NOTHING, reach_q, whoever_may

if TYPE_CHECKING:
    from gucang.customtypes.definitions import Definition
    from gucang.customtypes.models import CustomType

# What a role may get at once; the role's page has the finer choices.
SEE, OWN, TREE, ALL = "see", "own", "tree", "all"
GIVEN = ("none", SEE, OWN, TREE, ALL)
_REACH_OF = {OWN: Reach.OWN, TREE: Reach.TREE, ALL: Reach.COMPANY}
_FOR_ALL = frozenset({"delete", "restore", "export", "import"})


# All of them, for whoever may see them at all: they are the company's.
visible_types = whoever_may("record_type.view")


def visible_records(definition: Definition) -> Callable[[Actor], Q]:
    """Records within reach or shared; where nobody owns them, all for whoever may see the type."""
    name = definition.name

    def visible(actor: Actor) -> Q:
        if definition.has_owner:
            return reach_q(actor, f"{name}.view", owner="owner_id", shared=name)
        return Q() if actor.may(f"{name}.view") else NOTHING

    return visible


def why_resting(definition: Definition) -> Callable[[Any], str | None]:
    """Why nothing is done with the records of a retired type."""

    def guard(record: Any) -> str | None:
        if not definition.retired:
            return None
        return _t("“%(what)s” is retired. Bring the record type back first.") % {"what": definition.label_plural}

    return guard


def why_retired(kind: CustomType) -> str | None:
    return _t("“%(type)s” is retired already.") % {"type": kind} if kind.retired else None


def why_in_use(kind: CustomType) -> str | None:
    return None if kind.retired else _t("“%(type)s” is in use; nothing needs bringing back.") % {"type": kind}


def grants_of(name: str, verbs: list[str], level: str) -> dict[str, str]:
    """The grants of a role at one level: to see all, or to work with own ones, the department's, or all."""
    if level == SEE:
        return {f"{name}.view": Reach.COMPANY.value}
    wanted = verbs if level == ALL else [verb for verb in verbs if verb not in _FOR_ALL]
    return dict.fromkeys((f"{name}.{verb}" for verb in wanted), _REACH_OF[level].value)
