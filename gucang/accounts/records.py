"""What people see of this module, declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles, rules
from gucang.accounts.actions import companies, departments, members, tokens
from gucang.accounts.actions import roles as role_actions
from gucang.accounts.models import Department, Member, Role, Token
from gucang.kernel import permissions
from gucang.kernel.models import Company
from gucang.kernel.records import Layout, RecordType, Related, register

company = register(
    RecordType(
        name="company",
        model=Company,
        plural="company",
        columns=("name", "slug", "language", "currency"),
        form=Layout((_("Company"), "name", "language", "currency")),
        visible=rules.visible_company,
        edit=companies.edit,
        actions=(
            companies.set_number_rule,
            companies.set_rounding,
            companies.set_letterhead,
            companies.set_logo,
            companies.require_second_step,
            companies.retry_job,
            companies.drop_job,
        ),
        icon="building",
    )
)

department = register(
    RecordType(
        name="department",
        model=Department,
        plural="departments",
        columns=("name", "parent", "head"),
        filters=("parent", "head"),
        form=Layout((_("Department"), "name", "parent", "head")),
        order="name",
        visible=rules.visible_departments,
        create=departments.create,
        edit=departments.edit,
        actions=(departments.delete, departments.restore),
        related=(Related("member", "department", ("name", "position", "status")),),
        search={"name": "A"},
        icon="hierarchy",
    )
)

member = register(
    RecordType(
        name="member",
        model=Member,
        plural="members",
        columns=("name", "position", "department", "manager", "email", "status"),
        filters=("department", "manager", "status", "joined_on"),
        form=Layout(
            (_("Person"), "name", "position", "email", "phone"),
            (_("Place in the company"), "department", "manager", "status", "joined_on"),
            first=("name", "email", "department"),
        ),
        order="name_key",
        visible=rules.visible_members,
        create=members.create,
        edit=members.edit,
        actions=(
            members.invite,
            members.set_roles,
            members.leave,
            members.rejoin,
            members.sign_out,
        ),
        owner="id",
        concerns=("department",),
        related=(Related("token", "member", ("name", "prefix", "expires_on", "last_used_at")),),
        search={"name": "A", "position": "C", "email": "B"},
        icon="users",
    )
)

role = register(
    RecordType(
        name="role",
        model=Role,
        plural="roles",
        columns=("name", "description", "home"),
        form=Layout((_("Role"), "name", "description", "home")),
        order="id",
        visible=rules.visible_roles,
        create=role_actions.create,
        edit=role_actions.edit,
        actions=(role_actions.set_rights, role_actions.copy, role_actions.delete, role_actions.restore),
        icon="shield-check",
    )
)

token = register(
    RecordType(
        name="token",
        model=Token,
        plural="tokens",
        columns=("name", "member", "prefix", "expires_on", "last_used_at", "revoked_at"),
        filters=("member",),
        form=Layout((_("Token"), "name", "scopes", "expires_on")),
        visible=rules.visible_tokens,
        actions=(tokens.revoke,),
        owner="member_id",
        concerns=("member",),
        icon="key",
    )
)

# What only the pages of looking do is no verb of a record, but a right to be given.
for looking in (members.look_as, role_actions.look_as):
    permissions.declare(looking.name, looking.label)

roles.grant_all(roles.everyday())
roles.grant_all({"token.create": "own", "token.view": "own", "token.revoke": "own", tokens.FEED: "own"})
