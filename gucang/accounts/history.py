"""What changed in a role's rights, in words: read from its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gucang.accounts import words
from gucang.accounts.comparison import rule_words
from gucang.accounts.rules import field_rule
from gucang.kernel.models import Event
from gucang.surface.timeline import Change


def rights_changed(event: Event) -> list[Change]:
    """The rights and field rules that an event changed, those that changed in the same way together."""
    grants, rules = (_pair(event, name) for name in ("grants", "field_rules"))
    return [*_grants(*grants), *_rules(*rules)]


def _pair(event: Event, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The value before and after; nothing where it did not change or is not told any more."""
    pair = event.changes.get(name) or (None, None)
    before, after = (one if isinstance(one, dict) else {} for one in pair)
    return before, after


def _grants(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    same: dict[tuple[str, str, str], list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            key = (name.partition(".")[0], words.how_far_of(name, old), words.how_far_of(name, new))
            same.setdefault(key, []).append(words.verb(name))
    for (record, old, new), verbs in same.items():
        yield Change(words.named(words.things(record), words.listed(verbs)), old, new)


def _rules(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        old, new = field_rule(before.get(name)), field_rule(after.get(name))
        if old != new:
            yield Change(words.field(name), rule_words(old), rule_words(new))
