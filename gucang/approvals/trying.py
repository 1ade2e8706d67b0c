"""The dry run of a policy: who would get this deed, of this person, with these values or about this record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.approvals import holding
from gucang.approvals.definition import Definition, How, Other, label
from gucang.approvals.models import ApprovalPolicy
from gucang.kernel.actors import Actor, system
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filterform
from gucang.surface.filters import Applied

ASKED = ("figure", "many", "yes", "words")


@dataclass(frozen=True)
class Trial:
    """What a dry run is about. Of `values` only those are compared that somebody gave; a `record` has its own."""

    who: Member
    values: Mapping[str, Any]
    record: Any = None


def asks_for(policy: ApprovalPolicy, words: Definition, record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields that this policy and those beside it compare, as far as a value can simply be given."""
    every = [words, *(one.words for one in holding.in_force(policy.action) if one.policy != policy.pk)]
    found: dict[str, FieldSpec] = {}
    for one in every:
        for applied in _applied(one, record_type):
            if applied.spec is not None and filterform.family(applied.spec) in ASKED:
                found.setdefault(applied.spec.name, applied.spec)
    return found


def _applied(words: Definition, record_type: RecordType) -> list[Applied]:
    return holding.parsed(words.conditions, record_type, system()).applied if words.conditions else []


def why_nobody(policy: ApprovalPolicy, words: Definition, record_type: RecordType, trial: Trial) -> str:
    """Why this policy would ask nobody about it: it is for others, says something else, or another comes first.

    "" when it would ask.
    """
    if not holding.concerns(words, trial.who.pk):
        return _t("Nobody: it is only for who asks from other departments.")
    if not _holds(words, record_type, trial):
        return _t("Nobody: what it asks about is something else.")
    if (no := _says_no(words, policy.action, record_type, trial)) is not None:
        return _t("Nobody: “%(policy)s” %(how)s is wanted, and it is not so.") % {
            "policy": ApprovalPolicy.with_bin.get(pk=no.policy), "how": label(no.how)
        }  # fmt: skip
    for other in holding.in_force(policy.action):
        if other.policy == policy.pk:
            break
        if _is_meant(other.policy, other.words, policy.action, record_type, trial):
            if policy.active:
                return _t("“%(policy)s” decides: it comes first.") % {"policy": other.name}
            break
    return ""


Seen = frozenset[int]


def _is_meant(
    pk: int, words: Definition, action: str, record_type: RecordType, trial: Trial, seen: Seen = frozenset()
) -> bool:  # fmt: skip
    """Whether a policy would ask about it: for whom it is, its conditions, and what the others say that it names."""
    return (
        pk not in seen
        and holding.concerns(words, trial.who.pk)
        and _holds(words, record_type, trial)
        and _says_no(words, action, record_type, trial, seen | {pk}) is None
    )


def _says_no(
    words: Definition, action: str, record_type: RecordType, trial: Trial, seen: Seen = frozenset()
) -> Other | None:
    """The first of the other policies that is not as it should be; what was agreed to of no record is taken to be."""
    for other in words.others:
        if other.how in (How.AGREED, How.NOT_AGREED):
            wanted = other.how is How.AGREED
            if trial.record is not None and (
                holding.was_agreed(other.policy, record_type.name, trial.record.pk) is not wanted
            ):
                return other
            continue
        found = next((one for one in holding.in_force(action) if one.policy == other.policy), None)
        meant = found is not None and _is_meant(other.policy, found.words, action, record_type, trial, seen)
        if meant is not (other.how is How.APPLIES):
            return other
    return None


def _holds(words: Definition, record_type: RecordType, trial: Trial) -> bool:
    if trial.record is not None:
        return holding.holds(words, record_type, trial.record.pk)
    ways: dict[int, list[bool]] = {}
    for applied in _applied(words, record_type):
        ways.setdefault(applied.group, []).append(_compared(applied, trial.values))
    must = ways.pop(0, [])
    return all(must) and (not ways or any(all(way) for way in ways.values()))


def _compared(one: Applied, values: Mapping[str, Any]) -> bool:
    """Whether a condition holds of a value that was given; of one that was not, it is taken to."""
    value = values.get(one.spec.name) if one.spec is not None else None
    if one.spec is None or value in (None, "", []):
        return True
    raw = one.raw[0]
    family = filterform.family(one.spec)
    if family == "figure":
        return _figure(one, value, raw)
    if family == "many":
        among = bool({str(part) for part in (value if isinstance(value, list) else [value])} & set(raw.split(",")))
        return among is (one.verb == "is") if one.verb in ("is", "not") else one.verb == "filled"
    if family == "yes":
        return str(value).lower() in ("1", "true") if raw.lower() in ("1", "true", "yes") else not _is_true(value)
    return {"is": str(value) == raw, "has": raw in str(value), "not": str(value) != raw}.get(one.verb, True)


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


def _figure(one: Applied, value: Any, raw: str) -> bool:
    assert one.spec is not None
    try:
        given, wanted = (Decimal(str(one.spec.clean(each, system()))) for each in (value, raw))
    except (BadValue, ArithmeticError):
        return True
    return {
        "gte": given >= wanted, "lte": given <= wanted, "gt": given > wanted, "lt": given < wanted,
        "is": given == wanted, "not": given != wanted,
    }.get(one.verb, True)  # fmt: skip


def record_of(actor: Actor, record_type: RecordType, text: str) -> Any:
    """The record with this id that the actor sees; None for none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return record_type.query(actor).filter(pk=int(text)).first()
