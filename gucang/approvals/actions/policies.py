"""What may be done with a policy. Its words are never changed: each change is a version of its own."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Department, Member, Role
from gucang.approvals import definition, holding, people, rules
from gucang.approvals.definition import Definition, How, Kind
from gucang.approvals.models import ApprovalPolicy, PolicyVersion
from gucang.kernel import clock, records
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text


def _edited(policy: ApprovalPolicy, actor: Actor) -> None:
    was = ApprovalPolicy.with_bin.values_list("action", flat=True).get(pk=policy.pk)
    if was != policy.action:
        raise Invalid({"action": [_t("What needs approval stays: its words name fields of that. Make a new policy.")]})


create = creating("approval_policy", label=_("New approval policy"))
edit = editing("approval_policy", prepare=_edited)
delete = deleting("approval_policy", guard=rules.why_in_force)
restore = restoring("approval_policy")


@action(
    "approval_policy.define", label=_("Say who agrees"), always=True, icon="list-check",
    labels={"definition": _("definition")},
)  # fmt: skip
def define(
    policy: ApprovalPolicy, *, actor: Actor, definition: Annotated[str, Text(long=True, max_length=200_000)]
) -> dict[str, Any]:
    """Give it new words, as JSON; requests under way keep the old ones."""
    words = checked(definition, policy, actor)
    number = PolicyVersion.objects.filter(policy=policy).count() + 1
    PolicyVersion.objects.create(
        policy=policy, number=number, definition=words.to_json(), made_at=clock.now(), made_by_id=actor.member_id
    )
    return {"version": number}


def checked(text: str, policy: ApprovalPolicy, actor: Actor) -> Definition:
    """The definition in `text`, if everything that it names is there. Raises Invalid."""
    words = definition.read(text)
    record_type = records.get(policy.record_type)
    holding.check_conditions(words.conditions, record_type, actor)
    named = people.fields_naming_people(record_type)
    every = [who for step in words.steps for who in step.who] + list(words.copies)
    for who in every:
        if who.kind is Kind.FIELD and who.name not in named:
            raise Invalid({"definition": [_t("“%(field)s” names no colleague.") % {"field": who.name}]})
    changeable = record_type.form_specs()
    for name in words.fields:
        if name not in changeable:
            sentence = _t("There is no field “%(field)s” that could be changed.")
            raise Invalid({"definition": [sentence % {"field": name}]})
    _check_there(Member, {who.id for who in every if who.kind is Kind.PERSON} | ({words.empty_person} - {0}))
    _check_there(Role, {who.id for who in every if who.kind is Kind.ROLE})
    _check_there(Department, set(words.departments))
    _check_others(policy, words)
    return words


def _check_others(policy: ApprovalPolicy, words: Definition) -> None:
    """Raise Invalid for another policy that cannot say anything about this one's deeds, or for a circle of such."""
    found = {one.pk: one for one in ApprovalPolicy.objects.filter(record_type=policy.record_type)}
    for other in words.others:
        same_deed = other.how in (How.AGREED, How.NOT_AGREED) or (
            other.policy in found and found[other.policy].action == policy.action
        )
        if other.policy not in found or other.policy == policy.pk or not same_deed:
            raise Invalid({"definition": [_t("Choose another policy that is asked about the same.")]})
    if _leads_back(policy, words):
        raise Invalid({"definition": [_t("These policies wait for each other in a circle. Leave one of them out.")]})


def _leads_back(policy: ApprovalPolicy, words: Definition) -> bool:
    """Whether what the policy asks of others comes back to itself."""
    latest = PolicyVersion.objects.filter(policy__action=policy.action, policy__deleted_at=None)
    rows = latest.order_by("policy_id", "-number").distinct("policy_id").values_list("policy_id", "definition")
    next_of = {pk: _asked_of(definition.of(raw)) for pk, raw in rows} | {policy.pk: _asked_of(words)}
    seen: set[int] = set()
    edge = next_of[policy.pk]
    while edge:
        seen |= edge
        edge = {one for each in edge for one in next_of.get(each, ())} - seen
    return policy.pk in seen


def _asked_of(words: Definition) -> set[int]:
    return {other.policy for other in words.others if other.how in (How.APPLIES, How.NOT)}


def _check_there(model: Any, ids: set[int]) -> None:
    if ids and model.objects.filter(pk__in=ids).count() != len(ids):
        label = model._meta.verbose_name
        raise Invalid({"definition": [_t("A %(what)s that is named here is not there any more.") % {"what": label}]})


@action(
    "approval_policy.put_in_force", label=_("Put in force"), guard=rules.why_in_force, icon="player-play",
    tone="primary",
)  # fmt: skip
def put_in_force(policy: ApprovalPolicy, *, actor: Actor) -> None:
    """Ask from now on. Its words are looked at once more."""
    version = PolicyVersion.objects.filter(policy=policy).order_by("-number").first()
    if version is None:
        raise Refused(_t("It does not say yet who agrees. Say that first."))
    checked(json.dumps(version.definition), policy, actor)
    policy.active = True


@action(
    "approval_policy.put_out_of_force", label=_("Put out of force"), guard=rules.why_out_of_force, icon="player-pause"
)
def put_out_of_force(policy: ApprovalPolicy) -> None:
    """Ask no more; what waits already is decided all the same."""
    policy.active = False
