"""A role's rights as a matrix: one group for each record type, a cell for each permission, field rules where needed.

A cell knows how far the person who looks may set it: nobody gives what they lack, and the cell says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from gucang.accounts import words
from gucang.accounts.rules import Rules, covers, field_rule
from gucang.accounts.sentences import daily_types, formula_clauses, ruled
from gucang.kernel import permissions, records
from gucang.kernel.actors import ACCESSES, REACHES, Access, Actor, FieldRule, Reach
from gucang.kernel.errors import Invalid
from gucang.kernel.records import RecordType

USUAL = ("view", "create", "edit", "delete")
CARRIED = ("export", "import")
# Set-up records have fields worth hiding only where they are about people.
SENSITIVE = frozenset({"phone", "email"})


@dataclass(frozen=True)
class Choice:
    """One choice of a cell; `off` is what the person who looks cannot give."""

    value: str
    label: str
    off: bool = False


@dataclass(frozen=True)
class Cell:
    """One permission: how far the role has it, what may be chosen, and why nothing may be."""

    name: str
    label: str
    reach: str
    shown: str
    choices: list[Choice]
    why: str = ""


@dataclass(frozen=True)
class FieldLine:
    """The rule of one field: what is allowed within a reach, and beyond it."""

    name: str
    label: str
    inside: str
    within: str
    beyond: str
    insides: list[Choice]
    beyonds: list[Choice]
    why: str = ""
    note: str = ""


@dataclass
class Group:
    """The rights about one record type. `usual` holds None where the type has no such verb.

    `formulas` say what rules about other fields leave of the formulas that are worked out from them.
    """

    name: str
    label: str
    icon: str = "settings"
    usual: list[Cell | None] = field(default_factory=list)
    more: list[Cell] = field(default_factory=list)
    fields: list[FieldLine] = field(default_factory=list)
    addable: list[tuple[str, str]] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    @property
    def in_short(self) -> str:
        """What the role has of this, in a line: "See, Edit (own)"."""
        had = [cell for cell in self.more if cell.reach]
        return words.listed(f"{cell.label} {cell.shown}" if words.has_reach(cell.name) else cell.label for cell in had)


@dataclass(frozen=True)
class Matrix:
    """`daily` work in rows, and the special rights apart: bringing in and out, settings."""

    daily: list[Group]
    special: list[Group]
    accesses: list[Choice]
    withins: list[Choice]


def matrix(grants: Mapping[str, str], rules: Rules, actor: Actor) -> Matrix:
    """The rights of a role as `actor` may set them. Asks for the company's own fields, and nothing else."""
    make = _Maker(grants, rules, actor)
    return Matrix([make.daily(one) for one in daily_types()], [make.carried(), *make.set_ups()], accesses(), withins())


class _Maker:
    """One matrix: the rights of the role, and who looks at them."""

    def __init__(self, grants: Mapping[str, str], rules: Rules, actor: Actor) -> None:
        self.grants, self.rules, self.actor = grants, rules, actor
        self.known = permissions.known()

    def daily(self, record_type: RecordType) -> Group:
        names = _about(record_type.name)
        group = Group(record_type.name, str(record_type.label_plural), record_type.icon)
        usual = [f"{record_type.name}.{verb}" for verb in USUAL]
        group.usual = [self.cell(name) if name in names else None for name in usual]
        group.more = [self.cell(name) for name in names if name not in usual]
        self._add_fields(group, record_type)
        return group

    def carried(self) -> Group:
        retired = {name for name, one in records.own().items() if one.retired}
        names = [n for n in self.known if n.partition(".")[2] in CARRIED and n.partition(".")[0] not in retired]
        cells = [self.cell(name, whole=True) for name in sorted(names, key=lambda name: name.partition(".")[2])]
        return Group("carried", _t("Import and export"), "arrows-exchange", more=cells)

    def set_ups(self) -> Iterator[Group]:
        daily = {one.name for one in daily_types()}
        others = {name.partition(".")[0] for name in self.known} - daily - records.own().keys()
        yield from sorted((self._set_up(record) for record in others), key=lambda group: group.label)

    def _set_up(self, record: str) -> Group:
        record_type = words.type_of(record)
        group = Group(record, words.things(record), record_type.icon if record_type else "history")
        group.more = [self.cell(name) for name in _about(record)]
        if record_type is not None:
            self._add_fields(group, record_type)
            if not any(spec.kind in SENSITIVE for spec in record_type.form_specs().values()):
                group.addable = []
        return group

    def cell(self, name: str, *, whole: bool = False) -> Cell:
        reach = words.held(self.grants, name)
        held = self.actor.reach(name)
        label = words.named(words.verb(name), words.things(name.partition(".")[0])) if whole else words.verb(name)
        return Cell(
            name,
            label,
            reach,
            words.how_far_of(name, reach),
            _reaches(reach, held) if words.has_reach(name) else _yes_or_no(reach, held),
            self._why(reach, held),
        )

    def _why(self, reach: str, held: Reach | None) -> str:
        if held is None:
            return _t("You do not have this right yourself, so you can neither give nor take it.")
        if reach and not covers(held, Reach(reach)):
            return _t("The role reaches farther here than you do, so you cannot change it.")
        return ""

    def _add_fields(self, group: Group, record_type: RecordType) -> None:
        for name, spec in ruled(record_type).items():
            full = f"{record_type.name}.{name}"
            told = words.listed(formula_clauses(record_type, spec, self.rules))
            if full in self.rules:
                group.fields.append(
                    line(full, str(spec.label), self.rules[full], self.actor, computed=spec.computed, note=told)
                )
            else:
                group.addable.append((full, str(spec.label)))
                group.formulas += [told] if told else []


def line(
    name: str, label: str, stored: Mapping[str, str] | None, actor: Actor, *, computed: bool = False, note: str = ""
) -> FieldLine:
    """The rule of one field ("customer.phone") as `actor` may set it; `stored` is None where the role has no rule.

    A `computed` field is a formula: all there is of it is to read it. `note` is what else holds back what it shows.
    """
    rule, mine = field_rule(stored), actor.field_rules.get(name, FieldRule())
    beyond = mine.inside if mine.within is None else mine.beyond
    why = "" if beyond is Access.WRITE else _t("You cannot open it farther than it is open to you.")
    offered = _read_only if computed else list
    return FieldLine(
        name,
        label,
        rule.inside.value,
        rule.within.value if rule.within else "",
        rule.beyond.value,
        offered(_accesses(max(mine.inside, beyond, key=ACCESSES.index), rule.inside)),
        offered(_accesses(beyond, rule.beyond)),
        why,
        note,
    )


def _read_only(choices: list[Choice]) -> list[Choice]:
    """The same for what nobody writes: "read and change" is called "read only", which would say it twice."""
    called = replace(choices[0], label=words.access_label(Access.READ))
    return [called, *(one for one in choices[1:] if one.value != Access.READ)]


def accesses() -> list[Choice]:
    """What may be allowed with a field, the most first."""
    return [Choice(access.value, words.access_label(access)) for access in reversed(ACCESSES)]


def withins() -> list[Choice]:
    """Of which records a field rule may say something else than of the others."""
    always = [Choice("", pgettext("field rule", "all records"))]
    return always + [Choice(reach.value, words.briefly(reach)) for reach in REACHES[:-1]]


def _about(record: str) -> list[str]:
    """The permissions about one kind of record, but for carrying it in and out."""
    return [name for name in words.permissions_about(record) if name.partition(".")[2] not in CARRIED]


def _reaches(reach: str, held: Reach | None) -> list[Choice]:
    no = Choice("", words.how_far(""))
    return [no] + [
        Choice(one.value, words.briefly(one), off=not covers(held, one) and one.value != reach) for one in REACHES
    ]


def _yes_or_no(reach: str, held: Reach | None) -> list[Choice]:
    """Yes is as far as the role reaches already, or else as far as the giver does: it makes no difference."""
    yes = reach or (held.value if held else "")
    return [Choice("", words.how_far("")), Choice(yes or "company", pgettext("right", "yes"), off=not yes)]


def _accesses(most: Access, now: Access) -> list[Choice]:
    return [
        Choice(one.value, words.access_label(one), off=ACCESSES.index(one) > ACCESSES.index(most) and one is not now)
        for one in reversed(ACCESSES)
    ]


# ---- what comes back from the page


def posted_grants(posted: Mapping[str, str], grants: Mapping[str, str]) -> dict[str, str]:
    """The grants as the matrix was sent. What was not sent stays: a cell that cannot be set sends nothing.

    A grant of everything about a record ("customer.*") stays while its cells do, and becomes those that are left.
    """
    found = {}
    for name in permissions.known():
        reach = posted.get(f"grant:{name}", words.held(grants, name))
        if reach:
            found[name] = reach
    for wild, reach in grants.items():
        covered = [name for name in permissions.known() if wild == "*" or name.startswith(wild.removesuffix("*"))]
        if wild.endswith("*") and all(found.get(name) == words.held(grants, name) for name in covered):
            found = {name: far for name, far in found.items() if name not in covered or name in grants}
            found[wild] = reach
    return found


def posted_rules(posted: Mapping[str, str], rules: Rules) -> dict[str, dict[str, str]]:
    """The field rules as the matrix was sent, with those that were added; "change it, all" is no rule."""
    found = {name: dict(rule) for name, rule in rules.items()}
    for key in posted:
        kind, _colon, name = key.partition(":")
        if kind == "inside" and not name.startswith("+"):
            _set_rule(found, name, posted, name)
        elif kind == "add" and posted[key]:
            _set_rule(found, posted[key], posted, f"+{name}")
    return found


def _set_rule(found: dict[str, dict[str, str]], name: str, posted: Mapping[str, str], key: str) -> None:
    found.pop(name, None)
    if rule := posted_rule(posted, key):
        found[name] = rule


def posted_rule(posted: Mapping[str, str], key: str) -> dict[str, str] | None:
    """The rule that was sent under `key`; None for "change it, all", which is no rule. Raises Invalid."""
    inside, within = posted.get(f"inside:{key}", "write"), posted.get(f"within:{key}", "")
    beyond = posted.get(f"beyond:{key}", "masked")
    if not {inside, beyond} <= set(Access) or within not in ("", *REACHES[:-1]):
        raise Invalid({"": [_t("Choose what is allowed with a field from the lists.")]})
    if within:
        return {"inside": inside, "within": within, "beyond": beyond}
    return {"inside": inside} if inside != "write" else None
