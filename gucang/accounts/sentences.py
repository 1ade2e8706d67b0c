"""What a role means, in sentences: made from its rights, so that they can never say something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext, pgettext_lazy

from gucang.accounts import words
from gucang.accounts.rules import Rules, field_rule, formula_rule
from gucang.kernel import permissions, records
from gucang.kernel.actors import REACHES, Access, FieldRule, Reach
from gucang.kernel.fields import FieldSpec
from gucang.kernel.fields.values import MASKS
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType
from gucang.surface import nav

Grants = Mapping[str, str]
# Whoever may delete or share may take it back; the sentences say it once.
_UNSAID = frozenset({"view", "create", "import", "export", "restore", "unshare"})
_USUAL = {"edit": pgettext_lazy("deed", "edit"), "delete": pgettext_lazy("deed", "delete")}


_opened: dict[str, list[tuple[str, Any]]] = {}


def opens(record: str, permission: str, sentence: Any) -> None:
    """Say of whoever holds `permission` that they see more records of the type `record` than their reach covers."""
    _opened.setdefault(record, []).append((permission, sentence))


@dataclass(frozen=True)
class Sentence:
    """What a role may do with one thing; `record` is "" for what is about several."""

    record: str
    title: str
    icon: str
    text: str


def sentences(grants: Grants, rules: Rules) -> list[Sentence]:
    """The sentences of a role with these rights: one for each record type of daily work, then the special rights."""
    if "*" in grants:
        everything = _t("May do everything in the whole company.")
        return [Sentence("", _t("Everything"), "shield-check", everything)]
    daily = [
        Sentence(one.name, words.things(one.name), one.icon, words.joined(about(one, grants, rules)))
        for one in daily_types()
    ]
    return daily + [one for one in _special(grants, rules) if one.text]


def is_daily(record_type: RecordType) -> bool:
    """Whether a record type is daily work: somebody owns its records and drops them, and people look for them or write
    them about others. So is what a company has made for itself; the rest is set-up.
    """
    sought = bool(record_type.search) or issubclass(record_type.model, AboutRecord)
    return record_type.own or (sought and bool(record_type.owner) and "delete" in record_type.verbs)


def daily_types() -> list[RecordType]:
    """The record types of daily work, as the rail has them; what has no place there stands behind what it belongs to,
    and what is written about others last.
    """
    return sorted((one for one in records.every() if is_daily(one)), key=_place)


def _place(record_type: RecordType) -> tuple[bool, float, int]:
    """Where a type stands among the others: see `daily_types`."""
    position: float | None = nav.position(record_type.name)
    if position is None:
        targets = (record_type.specs[name].target for name in record_type.concerns)
        above = [nav.position(records.by_model(target).name) for target in targets if target is not None]
        position = max((found for found in above if found is not None), default=nav.OWN_ORDER) + 0.5
    return issubclass(record_type.model, AboutRecord), position, len(record_type.concerns)


def about(record_type: RecordType, grants: Grants, rules: Rules) -> list[str]:
    """The clauses about one record type of daily work."""
    view = words.held(grants, f"{record_type.name}.view")
    if not view:
        return [_t("does not see %(things)s") % {"things": record_type.label_plural}]
    return [
        _sees(record_type, view),
        *_sees_besides(record_type, grants, view),
        *_creates(record_type, grants),
        *_does(record_type, grants, view),
        *_lacks(record_type, grants),
        *_fields(record_type, rules),
    ]


def _sees(record_type: RecordType, view: str) -> str:
    things = {"things": record_type.label_plural}
    if record_type.visible_with_about:
        return _t("sees the %(things)s about the records it sees") % things
    return {
        "own": _t("sees own %(things)s"),
        "department": _t("sees the %(things)s of the own department"),
        "tree": _t("sees the %(things)s of the own department and those below"),
        "company": _t("sees the %(things)s of the whole company"),
    }[view] % things


def _sees_besides(record_type: RecordType, grants: Grants, view: str) -> Iterator[str]:
    """What is seen beyond the reach: shared records, and what other rights of the module open."""
    if "share" in record_type.verbs and view != Reach.COMPANY:
        yield _t("sees what is shared with it")
    for permission, sentence in _opened.get(record_type.name, ()):
        if words.held(grants, permission):
            yield str(sentence)


def _creates(record_type: RecordType, grants: Grants) -> Iterator[str]:
    if record_type.create is not None and words.held(grants, record_type.create.name):
        yield _t("adds new ones")


def _does(record_type: RecordType, grants: Grants, view: str) -> Iterator[str]:
    """What is done with what is seen, the usual verbs before the others, each reach once."""
    seen = Reach.COMPANY if record_type.visible_with_about else Reach(view)
    usual: dict[Reach | None, list[str]] = {}
    others: dict[Reach | None, list[str]] = {}
    for verb, action in record_type.verbs.items():
        if verb not in _UNSAID and (held := words.held(grants, action.name)):
            narrower = Reach(held) if REACHES.index(Reach(held)) < REACHES.index(seen) else None
            if verb in _USUAL:
                usual.setdefault(narrower, []).append(str(_USUAL[verb]))
            else:
                others.setdefault(narrower, []).append(words.verb(action.name))
    for narrower, verbs in usual.items():
        yield _usual_clause(narrower) % {"verbs": pgettext("between two deeds", " and ").join(verbs)}
    for narrower, verbs in others.items():
        yield _other_clause(narrower) % {"verbs": words.listed(verbs)}


def _usual_clause(narrower: Reach | None) -> str:
    if narrower is None:
        return _t("can %(verbs)s them")
    return {
        Reach.OWN: _t("can %(verbs)s only own ones"),
        Reach.DEPARTMENT: _t("can %(verbs)s only those of the own department"),
        Reach.TREE: _t("can %(verbs)s only those of the own department and those below"),
    }[narrower]


def _other_clause(narrower: Reach | None) -> str:
    if narrower is None:
        return _t("also: %(verbs)s")
    return {
        Reach.OWN: _t("with own ones also: %(verbs)s"),
        Reach.DEPARTMENT: _t("with those of the own department also: %(verbs)s"),
        Reach.TREE: _t("with those of the own department and those below also: %(verbs)s"),
    }[narrower]


def _lacks(record_type: RecordType, grants: Grants) -> Iterator[str]:
    names = {verb: f"{record_type.name}.{verb}" for verb in _USUAL if verb in record_type.verbs}
    missing = [str(_USUAL[verb]) for verb, name in names.items() if not words.held(grants, name)]
    if missing:
        yield _t("cannot %(verbs)s them") % {"verbs": pgettext("between what is lacking", " or ").join(missing)}


def _fields(record_type: RecordType, rules: Rules) -> Iterator[str]:
    """The field rules, fields with the same rule in one clause."""
    found: dict[FieldRule, list[str]] = {}
    for name, spec in ruled(record_type).items():
        stored = rules.get(f"{record_type.name}.{name}")
        if spec.computed:
            label, rule = _formula(record_type, spec, rules)
            if rule != FieldRule():
                found.setdefault(_as_felt(rule, spec.kind in MASKS), []).append(label)
        elif stored:
            found.setdefault(_as_felt(field_rule(stored), spec.kind in MASKS), []).append(str(spec.label))
    for rule, labels in found.items():
        yield from _rule(record_type, rule, words.listed(labels))


def ruled(record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields that a role can have rules about: those of the form, and the formulas."""
    formulas = {spec.name: spec for spec in record_type.custom_fields() if spec.computed}
    return record_type.form_specs() | formulas


def _formula(record_type: RecordType, spec: FieldSpec, rules: Rules) -> tuple[str, FieldRule]:
    """A formula with the fields that hold it back, and what they leave of it."""
    stored = {name: rules.get(f"{record_type.name}.{name}") for name in spec.inputs}
    rule = formula_rule(
        field_rule(rules.get(f"{record_type.name}.{spec.name}")), [field_rule(one) for one in stored.values()]
    )
    held = [str(record_type.spec(name).label) for name, one in stored.items() if one]
    if not held:
        return str(spec.label), rule
    named = {"field": spec.label, "inputs": words.listed(held)}
    return pgettext("formula", "%(field)s (worked out from %(inputs)s)") % named, rule


def formula_clauses(record_type: RecordType, spec: FieldSpec, rules: Rules) -> list[str]:
    """What the fields that a formula is worked out from leave of it; nothing where none of them has a rule."""
    if not any(rules.get(f"{record_type.name}.{name}") for name in spec.inputs):
        return []
    label, rule = _formula(record_type, spec, rules)
    return list(_rule(record_type, _as_felt(rule, spec.kind in MASKS), label))


def _as_felt(rule: FieldRule, masks: bool) -> FieldRule:
    """The rule as its reader feels it: of an amount no part can be shown, so masking hides it."""
    if masks:
        return rule
    felt = {Access.MASKED: Access.HIDDEN}
    return FieldRule(felt.get(rule.inside, rule.inside), rule.within, felt.get(rule.beyond, rule.beyond))


def _rule(record_type: RecordType, rule: FieldRule, fields: str) -> Iterator[str]:
    named = {"fields": fields, "things": record_type.label_plural}
    if rule.within is None:
        yield access_clause(rule.inside) % {"what": _t("%(fields)s of all %(things)s") % named}
        return
    if rule.inside is not Access.WRITE:
        inside = {
            Reach.OWN: _t("%(fields)s of own %(things)s"),
            Reach.DEPARTMENT: _t("%(fields)s of the own department's %(things)s"),
            Reach.TREE: _t("%(fields)s of the %(things)s of the own department and those below"),
            Reach.COMPANY: _t("%(fields)s of all %(things)s"),
        }[rule.within]
        yield access_clause(rule.inside) % {"what": inside % named}
    if rule.beyond is not Access.WRITE and rule.within is not Reach.COMPANY:
        beyond = {
            Reach.OWN: _t("%(fields)s of others' %(things)s"),
            Reach.DEPARTMENT: _t("%(fields)s of other departments' %(things)s"),
            Reach.TREE: _t("%(fields)s of %(things)s outside the own department and those below"),
        }[rule.within]
        yield access_clause(rule.beyond) % {"what": beyond % named}


def access_clause(access: Access) -> str:
    """What may be done with a field, as a clause that takes %(what)s."""
    return {
        Access.HIDDEN: _t("%(what)s: hidden"),
        Access.MASKED: _t("%(what)s: shown only in part"),
        Access.READ: _t("%(what)s: read, not changed"),
        Access.WRITE: _t("%(what)s: read and changed"),
    }[access]


def _special(grants: Grants, rules: Rules) -> Iterator[Sentence]:
    """Bringing in and out, what is set up, and the field rules of set-up records."""
    carried = [_carries(grants, "export"), _carries(grants, "import")]
    yield Sentence("", _t("Import and export"), "arrows-exchange", words.joined(carried))
    setups = [one for one in records.every() if not is_daily(one)]
    done = [clause for one in setups for clause in (*_sets_up(one, grants), *_fields(one, rules))]
    yield Sentence("", _t("Settings"), "settings", words.joined(done or [_t("changes no settings")]))


def _carries(grants: Grants, verb: str) -> str:
    names = [name for name in permissions.known() if name.endswith(f".{verb}") and words.held(grants, name)]
    things = {"things": words.listed(words.things(name.partition(".")[0]) for name in names)}
    if verb == "export":
        return _t("exports what it sees of: %(things)s") % things if names else _t("exports nothing")
    return _t("imports: %(things)s") % things if names else _t("imports nothing")


def _sets_up(record_type: RecordType, grants: Grants) -> Iterator[str]:
    """What is done with the records of one type of set-up; to see them, and one's own affairs, is not worth a word."""
    by_reach: dict[str, list[str]] = {}
    for action in record_type.verbs.values():
        held = words.held(grants, action.name)
        reach = held if record_type.owner or not held else Reach.COMPANY.value
        if reach and reach != Reach.OWN and action.verb not in _UNSAID - {"create"}:
            by_reach.setdefault(reach, []).append(words.verb(action.name))
    for reach, verbs in by_reach.items():
        things, done = str(record_type.label_plural), words.listed(verbs)
        yield words.named(things, done) if reach == Reach.COMPANY else words.ranged(things, done, reach)
