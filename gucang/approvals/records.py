"""Policies, requests and delegations as people see them, and who may have them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.approvals import cases, models, parking, rules
from gucang.approvals.actions import delegations, policies, requests
from gucang.kernel import permissions
from gucang.kernel.actors import Reach
from gucang.kernel.records import Layout, RecordType, register

approval_policy = register(
    RecordType(
        name="approval_policy",
        model=models.ApprovalPolicy,
        plural="approval-policies",
        icon="git-branch",
        visible=rules.visible_policies,
        columns=("name", "record_type", "action", "rank", "active", "updated_at"),
        filters=("record_type", "action", "active"),
        form=Layout((_("Approval policy"), "name", "record_type", "action", "rank")),
        create=policies.create,
        edit=policies.edit,
        actions=(
            policies.put_in_force, policies.put_out_of_force, policies.define, policies.delete, policies.restore,
        ),
        order="rank",
    )
)  # fmt: skip

approval_request = register(
    RecordType(
        name="approval_request",
        model=models.ApprovalRequest,
        plural="approvals",
        icon="rubber-stamp",
        number="SP-{yy}{mm}-{seq:04}",
        owner="submitter_id",
        visible=rules.visible_requests,
        columns=("number", "subject", "action", "submitter", "state", "since", "due_at", "policy_name"),
        filters=("state", "action", "submitter", "about_type", "since", "decided_at"),
        form=Layout((pgettext_lazy("approval", "What is asked for"),)),
        actions=(
            requests.agree, requests.send_back, requests.refuse, requests.transfer, requests.add_signer,
            requests.withdraw, requests.resubmit, requests.urge, requests.unlock,
        ),
        order="-id",
    )
)  # fmt: skip

delegation = register(
    RecordType(
        name="delegation",
        model=models.Delegation,
        plural="delegations",
        icon="user-share",
        owner="owner_id",
        visible=rules.visible_delegations,
        columns=("owner", "deputy", "starts_on", "ends_on", "policy", "reason", "stopped_at"),
        filters=("owner", "deputy", "starts_on", "ends_on"),
        form=Layout((_("Delegation"), "deputy", "starts_on", "ends_on", "policy", "reason")),
        create=delegations.create,
        edit=delegations.edit,
        actions=(delegations.stop,),
        order="-ends_on",
    )
)

subjects.allow("approval_request", internal=True)

# Asking has no button: the deed that needs it asks.
permissions.declare(requests.submit.name, requests.submit.label)

# Who is asked must be able to answer, whatever their role; whose turn it is, the flow says.
DECIDE = {
    f"approval_request.{verb}": Reach.COMPANY
    for verb in ("agree", "send_back", "refuse", "transfer", "add_signer", "withdraw", "resubmit", "urge")
}
roles.grant_all(
    DECIDE
    | {"approval_request.view": Reach.OWN, "approval_policy.view": Reach.COMPANY}
    | dict.fromkeys(("delegation.view", "delegation.create", "delegation.edit", "delegation.stop"), Reach.OWN)
)
roles.grant("sales_manager", {"approval_request.view": Reach.TREE, "delegation.view": Reach.TREE})
for key in ("executive", "auditor"):
    roles.grant(key, {"approval_request.view": Reach.COMPANY})

__all__ = ["cases", "parking"]
