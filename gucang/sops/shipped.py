"""Processes that come with the program, declared by the modules in `procedures.py`; a company adopts one by a press.

shipped.declare("SOP-LEAD", on="lead", name=_("From enquiry to opportunity"), purpose=_("…"),
    tree=["seq", "answer", ["choice", "convert", "discard"]], final=("lead.convert", "lead.discard"),
    steps=(shipped.step("answer", _("Answer the enquiry"), "lead.contact", roles=("salesperson",), …), …))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gucang.sops.definitions import Definition, Limit, Node, Step

_shipped: dict[str, Shipped] = {}


@dataclass(frozen=True)
class Shipped:
    """One process as the program knows it; its texts are translated when it is adopted."""

    code: str
    case_type: str
    name: Any
    purpose: Any
    tree: Node
    steps: tuple[dict[str, Any], ...]
    final: tuple[str, ...]

    def definition(self) -> Definition:
        """Its words in the language that is active now."""
        many = [
            Step(**(one | {word: str(one[word]) for word in ("name", "whom", "when_late", "instruction")}))
            for one in self.steps
        ]
        return Definition(self.tree, {one.key: one for one in many}, self.final)


def declare(
    code: str,
    *,
    on: str,
    name: Any,
    purpose: Any,
    tree: Node,
    steps: tuple[dict[str, Any], ...],
    final: tuple[str, ...],
) -> None:
    """Add a process to those that can be adopted. Raises ValueError for a code taken."""
    if code in _shipped:
        raise ValueError(f"The process {code} is declared twice.")
    _shipped[code] = Shipped(code, on, name, purpose, tree, steps, final)


def step(
    key: str,
    name: Any,
    *events: str,
    roles: tuple[str, ...],
    within: tuple[Any, ...] = (),
    four_eyes: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    whom: Any = "",
    when_late: Any = "",
    instruction: Any = "",
) -> dict[str, Any]:
    """One step; `within` is (4, "hours") from the case's beginning, or (4, "hours", "other_step")."""
    limit = Limit(*within) if within else None
    return {
        "key": key, "name": name, "events": events, "roles": roles, "limit": limit, "four_eyes": four_eyes,
        "required": required, "whom": whom, "when_late": when_late, "instruction": instruction,
    }  # fmt: skip


def get(code: str) -> Shipped | None:
    """The process declared under `code`."""
    return _shipped.get(code)


def every() -> list[Shipped]:
    """All of them, by code."""
    return [_shipped[code] for code in sorted(_shipped)]
