"""Which policy an action falls under: asked of every action, so it begins with what is kept of the policies in force.

Its conditions are judged by the database, in the language of list addresses, on the record as it is and on the record
as the action would leave it: whichever holds is enough, so that nobody comes past a policy by what they type.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from gucang.approvals import people
from gucang.approvals.definition import Definition, How, Other, of
from gucang.approvals.models import ApprovalPolicy, ApprovalRequest, PolicyVersion, State
from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface import filters


class InForce(NamedTuple):
    """A policy that is in force, with its present words."""

    policy: int
    name: str
    version: int
    words: Definition


class Policies(NamedTuple):
    """What is kept of a company's policies: those in force by action, and of which types there ever was one."""

    in_force: dict[str, tuple[InForce, ...]]
    types: frozenset[str]


def in_force(action: str) -> tuple[InForce, ...]:
    """The policies in force for an action, the one that decides first. No query once they are kept."""
    return _kept().in_force.get(action, ())


def types_with_policies() -> frozenset[str]:
    """The record types of which something may wait: there is a policy, or was one."""
    return _kept().types


def _kept() -> Policies:
    return kept("approval policies", _read)


def _read() -> Policies:
    every = list(ApprovalPolicy.with_bin.all())
    types = frozenset(one.record_type for one in every)
    return Policies(_by_action([one for one in every if one.active and one.deleted_at is None]), types)


def _by_action(active: list[ApprovalPolicy]) -> dict[str, tuple[InForce, ...]]:
    if not active:
        return {}
    found: dict[str, list[InForce]] = {}
    policies = {one.pk: one for one in active}
    versions = PolicyVersion.objects.filter(policy__in=policies).order_by("policy_id", "-number").distinct("policy_id")
    latest = {one.policy_id: one for one in versions}
    for policy in sorted(policies.values(), key=lambda one: (one.rank, one.pk)):
        if version := latest.get(policy.pk):
            one = InForce(policy.pk, policy.name, version.pk, of(version.definition))
            found.setdefault(policy.action, []).append(one)
    return {action: tuple(many) for action, many in found.items()}


def is_asked(action: Action, actor: Actor) -> bool:
    """Whether a deed of this actor may need approval: a member's, never the program's own."""
    return actor.member_id is not None and actor.kind != "system" and bool(in_force(action.name))


def holding_before(action: Action, actor: Actor, record: Any) -> frozenset[int]:
    """The policies whose conditions hold for the record as it is."""
    if action.creates or record.pk is None:
        return frozenset()
    return frozenset(one.policy for one in in_force(action.name) if holds(one.words, action.type, record.pk))


def decides(
    action: Action, actor: Actor, record: Any, before: frozenset[int], changes: Collection[str]
) -> InForce | None:
    """The policy that the action falls under, now that it is done and has made these changes; None: it needs nobody."""
    deed = Deed(action, actor, record, before, changes)
    return next((one for one in in_force(action.name) if deed.is_meant_by(one)), None)


class Deed:
    """One action of somebody, now that it is done, against the policies for it; each is looked at once."""

    def __init__(
        self, action: Action, actor: Actor, record: Any, before: frozenset[int], changes: Collection[str]
    ) -> None:
        self.action, self.record, self.before, self.changes = action, record, before, changes
        self.member = actor.member_id or 0
        self._meant: dict[int, bool] = {}

    def is_meant_by(self, one: InForce) -> bool:
        """Whether a policy asks about this deed, by its own words and by what the others say that it names."""
        if one.policy not in self._meant:
            self._meant[one.policy] = False  # one that names itself by a round about way does not ask
            self._meant[one.policy] = (
                concerns(one.words, self.member)
                and touches(one.words, self.changes)
                and (one.policy in self.before or holds(one.words, self.action.type, self.record.pk))
                and all(self._says(other) for other in one.words.others)
            )
        return self._meant[one.policy]

    def _says(self, other: Other) -> bool:
        if other.how in (How.AGREED, How.NOT_AGREED):
            pk = 0 if self.action.creates else self.record.pk
            return was_agreed(other.policy, self.action.record_name, pk) is (other.how is How.AGREED)
        found = next((one for one in in_force(self.action.name) if one.policy == other.policy), None)
        return (found is not None and self.is_meant_by(found)) is (other.how is How.APPLIES)


def was_agreed(policy: int, record_type: str, pk: int) -> bool:
    """Whether something about this record was agreed to under a policy, in any version of it. One query."""
    found = ApprovalRequest.objects.filter(policy_version__policy_id=policy, about_type=record_type, about_id=pk)
    return bool(pk) and found.filter(state=State.CARRIED_OUT).exists()


def touches(words: Definition, changes: Collection[str]) -> bool:
    """Whether something is changed that the policy wants to be asked about."""
    return not words.fields or any(name in changes for name in words.fields)


def concerns(words: Definition, submitter: int) -> bool:
    """Whether a policy is meant for what this member asks for."""
    if not words.departments:
        return True
    return bool(set(words.departments) & set(people.departments_above(submitter, people.company())))


def holds(words: Definition, record_type: RecordType, pk: int) -> bool:
    """Whether the conditions hold for a record, with everybody's eyes. One query; none without conditions.

    Conditions that mean nothing any more (a field was retired) hold: what cannot be judged is asked about.
    """
    if not words.conditions:
        return True
    result = parsed(words.conditions, record_type, system())
    if result.problems:
        return True
    return bool(result.query.filter(pk=pk).exists())


def parsed(text: str, record_type: RecordType, actor: Actor) -> filters.Filtered:
    """The conditions as a filtered query of what the actor may see. Raises Invalid."""
    try:
        groups = filters.read_groups(text.splitlines())
    except BadValue as problem:
        raise Invalid({"definition": [str(problem)]}) from None
    return filters.parse(record_type, actor, {filters.OR: filters.write_groups(groups)})


def check_conditions(text: str, record_type: RecordType, actor: Actor) -> None:
    """Raise Invalid with the sentence for the first condition that means nothing to the actor."""
    if text and (problems := parsed(text, record_type, actor).problems):
        raise Invalid({"definition": [next(iter(problems.values()))]})


def condition_fields(words: Definition, record_type: RecordType) -> frozenset[str]:
    """The fields that the conditions read: what was agreed to, was agreed to of these."""
    if not words.conditions:
        return frozenset()
    found = parsed(words.conditions, record_type, system()).applied
    return frozenset(one.param.partition("__")[0] for one in found)
