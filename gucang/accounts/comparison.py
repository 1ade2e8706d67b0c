"""Two roles side by side: where they differ, in sentences and cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _t

from gucang.accounts import sentences as wording
from gucang.accounts import words
from gucang.accounts.models import Role
from gucang.accounts.rules import field_rule
from gucang.kernel import permissions, records
from gucang.kernel.actors import FieldRule
from gucang.surface.ui import headed


@dataclass(frozen=True)
class Pair:
    """One right of both roles, in words; `differs` says whether it is worth a look."""

    label: str
    left: str
    right: str
    differs: bool


@dataclass
class Compared:
    """One kind of thing: what both may do with it."""

    label: str
    pairs: list[Pair] = field(default_factory=list)

    @property
    def differing(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.differs]


def compare(left: Role, right: Role) -> list[Compared]:
    """Every right and field rule of two roles by kind of thing, those of daily work first."""
    found: dict[str, Compared] = {}
    for record in _order():
        pairs = [*_rights(record, left, right), *_fields(record, left, right)]
        if pairs:
            found[record] = Compared(words.things(record), pairs)
    return list(found.values())


def sentences(compared: list[Compared], left: Role, right: Role) -> list[str]:
    """The differences in sentences, rights that differ in the same way together."""
    return [sentence for one in compared for sentence in _told(one, left, right)]


def _told(compared: Compared, left: Role, right: Role) -> Iterator[str]:
    same: dict[tuple[str, str], list[str]] = {}
    for pair in compared.differing:
        same.setdefault((pair.left, pair.right), []).append(pair.label)
    for (of_left, of_right), labels in same.items():
        yield _t("%(things)s, %(rights)s: %(left)s %(of_left)s, %(right)s %(of_right)s.") % {
            "things": headed(compared.label),
            "rights": words.listed(labels),
            "left": left,
            "of_left": of_left,
            "right": right,
            "of_right": of_right,
        }


def _order() -> list[str]:
    daily = [one.name for one in wording.daily_types()]
    others = {name.partition(".")[0] for name in permissions.known()} - set(daily) - records.own().keys()
    return daily + sorted(others, key=words.things)


def _rights(record: str, left: Role, right: Role) -> Iterator[Pair]:
    for name in words.permissions_about(record):
        one, other = (words.how_far_of(name, words.held(role.grants, name)) for role in (left, right))
        yield Pair(words.verb(name), one, other, one != other)


def _fields(record: str, left: Role, right: Role) -> Iterator[Pair]:
    names = {name for role in (left, right) for name in role.field_rules if name.partition(".")[0] == record}
    for name in sorted(names):
        one, other = field_rule(left.field_rules.get(name)), field_rule(right.field_rules.get(name))
        label = words.field_label(name) or name
        yield Pair(label, rule_words(one), rule_words(other), one != other)


def rule_words(rule: FieldRule) -> str:
    """A field rule in a few words: "own: read and change, all others: shown in part"."""
    if rule.within is None:
        return words.access_label(rule.inside)
    return _t("%(within)s: %(inside)s, all others: %(beyond)s") % {
        "within": rule.within.label,
        "inside": words.access_label(rule.inside),
        "beyond": words.access_label(rule.beyond),
    }
