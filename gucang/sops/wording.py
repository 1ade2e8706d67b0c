"""A process in words: blocks, steps, time limits, and what is different between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from gucang.kernel import records
from gucang.sops import vocabulary
from gucang.sops.definitions import CHOICE, LOOP, OPTIONAL, PARALLEL, SEQ, Definition, Limit, Node, Step, keys_of

KINDS: dict[str, Any] = {
    SEQ: _("One after the other"),
    CHOICE: _("One of these"),
    PARALLEL: _("All of these, in any order"),
    LOOP: _("Again as often as needed"),
    OPTIONAL: _("May be left out"),
}
UNITS: dict[str, Any] = {
    "minutes": pgettext_lazy("process", "working minutes"),
    "hours": pgettext_lazy("process", "working hours"),
    "days": pgettext_lazy("process", "working days"),
}


def limit(one: Limit, words: Definition) -> str:
    """ "Within 4 working hours after “Order”"."""
    amount = {
        "minutes": ngettext("%(count)s working minute", "%(count)s working minutes", one.amount),
        "hours": ngettext("%(count)s working hour", "%(count)s working hours", one.amount),
        "days": ngettext("%(count)s working day", "%(count)s working days", one.amount),
    }[one.unit] % {"count": one.amount}
    if one.after is None:
        return _t("within %(amount)s of the beginning") % {"amount": amount}
    return _t("within %(amount)s after “%(step)s”") % {"amount": amount, "step": name_of(one.after, words)}


def name_of(key: str, words: Definition) -> str:
    """What a step is called."""
    step = words.steps.get(key)
    return step.name or key if step is not None else key


def steps(keys: tuple[str, ...], words: Definition) -> str:
    """Steps by name, in one line."""
    return "、".join(f"“{name_of(key, words)}”" for key in keys)


def fields(names: tuple[str, ...], case_type: str) -> str:
    """Fields of the case by their labels."""
    specs = records.get(case_type).specs
    return "、".join(str(specs[name].label) if name in specs else name for name in names)


def facts(step: Step, words: Definition, case_type: str) -> list[tuple[str, str]]:
    """What is told of a step besides its name and instruction: (label, words)."""
    told = [
        (_t("Done in the program as"), "、".join(vocabulary.deed_label(name) for name in step.events)),
        (_t("Who"), "、".join(vocabulary.role_name(role) for role in step.roles)),
        (_t("Until when"), limit(step.limit, words) if step.limit is not None else ""),
        (_t("Four eyes: somebody else than at"), steps(step.four_eyes, words)),
        (_t("Filled in by then"), fields(step.required, case_type)),
        (_t("Whom it serves next"), step.whom),
        (_t("When it is late"), step.when_late),
    ]
    return [(label, value) for label, value in told if value]


# --- what is different -----------------------------------------------------------------------------------------------


def differences(old: Definition, new: Definition, case_type: str) -> list[str]:
    """What a later version says otherwise, a sentence each."""
    return [*_of_steps(old, new, case_type), *_of_order(old, new), *_of_end(old, new)]


def _of_steps(old: Definition, new: Definition, case_type: str) -> Iterator[str]:
    for key, step in new.steps.items():
        before = old.steps.get(key)
        if before is None:
            yield _t("New step: “%(step)s”.") % {"step": step.name or key}
        elif before != step:
            yield from _of_step(before, step, old, new, case_type)
    for key, step in old.steps.items():
        if key not in new.steps:
            yield _t("Step left out: “%(step)s”.") % {"step": step.name or key}


def _of_step(before: Step, step: Step, old: Definition, new: Definition, case_type: str) -> Iterator[str]:
    if before.name != step.name:
        yield _t("“%(old)s” is now called “%(new)s”.") % {"old": before.name, "new": step.name}
    was, now = dict(facts(before, old, case_type)), dict(facts(step, new, case_type))
    for label in dict.fromkeys((*was, *now)):
        if was.get(label) != now.get(label):
            yield _t("“%(step)s”, %(what)s: %(new)s instead of %(old)s.") % {
                "step": step.name, "what": label, "new": now.get(label, "—"), "old": was.get(label, "—"),
            }  # fmt: skip
    if before.instruction != step.instruction:
        yield _t("“%(step)s” has another instruction.") % {"step": step.name}


def _of_order(old: Definition, new: Definition) -> Iterator[str]:
    both = old.steps.keys() & new.steps.keys()
    before, after = _only(old.outline, both), _only(new.outline, both)
    if before == after:
        return
    was, now = list(keys_of(before)), list(keys_of(after))
    if was == now:
        yield _t("The same steps stand in other blocks.")
    else:
        yield _t("The order is now: %(order)s.") % {
            "order": " → ".join(name_of(key, new) for key in keys_of(new.outline))
        }


def _only(node: Node, keys: set[str]) -> Node:
    """The outline with these steps alone."""
    if isinstance(node, str):
        return node
    kept = [_only(child, keys) for child in node[1:] if not isinstance(child, str) or child in keys]
    return [node[0], *(one for one in kept if isinstance(one, str) or len(one) > 1)]


def _of_end(old: Definition, new: Definition) -> Iterator[str]:
    if set(old.final) != set(new.final):
        ends = "、".join(vocabulary.deed_label(name) for name in new.final)
        yield _t("A case now ends with: %(ends)s.") % {"ends": ends or "—"}
