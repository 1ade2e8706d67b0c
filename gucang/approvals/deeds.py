"""What may need approval: the verbs of everything that one may write about, as far as they can be asked for later."""

from __future__ import annotations

from typing import Any

from gucang.activity import subjects
from gucang.kernel import records
from gucang.kernel.actions import Action, get

# Requests themselves are subjects too; sharing and the like change nothing that anybody would have to agree to.
OWN = "approval_request"
# Nobody writes about an export, but others may have to agree to it.
ALSO = ("export",)
FREE_VERBS = frozenset(["share", "unshare"])


def types() -> list[tuple[str, Any]]:
    """The record types whose deeds may need approval, as choices."""
    return [(one.name, one.label) for one in _types()]


def _types() -> list[records.RecordType]:
    return [one for one in subjects.types(ALSO) if one.name != OWN]


def deeds() -> list[tuple[str, Any]]:
    """The deeds that may need approval, as choices: "opportunity.win"."""
    return [
        (action.name, f"{one.label} · {action.label}")
        for one in _types()
        for action in one.verbs.values()
        if may_need_approval(action)
    ]


def may_need_approval(action: Action) -> bool:
    """Whether a policy can be made for this action."""
    return not action.internal and action.verb not in FREE_VERBS and not action.binned


def label_of(name: str) -> str:
    """What the action of a request is called, also one that is not there any more."""
    try:
        return str(get(name).label)
    except LookupError:
        return name


def type_of(name: str) -> records.RecordType:
    """The record type of a policy or request. Raises LookupError when a company has done away with it."""
    return records.get(name)
