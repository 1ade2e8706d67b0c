"""Processes and their versions, as people see them; and what the built-in roles may do."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.kernel import permissions
from gucang.kernel.actors import Reach
from gucang.kernel.permissions import all_with
from gucang.kernel.records import Layout, RecordType, register
from gucang.sops import models
from gucang.sops.actions import processes, versions

process = register(
    RecordType(
        name="process",
        model=models.Process,
        plural="processes",
        icon="route",
        visible=all_with("process.view"),
        columns=("code", "name", "case_type", "purpose", "updated_at"),
        filters=("case_type",),
        form=Layout(
            (pgettext_lazy("SOP", "Process"), "name", "code", "case_type", "purpose"),
            first=("name", "code", "case_type"),
        ),
        create=processes.create,
        edit=processes.edit,
        actions=(processes.adopt, processes.retire, processes.delete, processes.restore),
        search={"code": "A", "name": "A", "purpose": "C"},
        order="code",
    )
)

process_version = register(
    RecordType(
        name="process_version",
        model=models.ProcessVersion,
        plural="process-versions",
        icon="versions",
        concerns=("process",),
        visible=all_with("process_version.view"),
        columns=("name", "number", "state", "reason", "author", "in_force_from", "in_force_until"),
        filters=("process", "case_type", "state", "author", "in_force_from", "in_force_until"),
        form=Layout((pgettext_lazy("process version", "Version"),)),
        actions=(
            versions.draft, versions.define, versions.put_in_force, versions.confirm_reading, versions.delete,
            versions.restore,
        ),
        order="-id",
    )
)  # fmt: skip

subjects.allow("process", "process_version", internal=True)
for verb in versions.INTERNAL:
    permissions.declare(verb.name, verb.label)

# How one works is no secret, and everybody says for themselves what they have read.
roles.grant_all(
    dict.fromkeys(("process.view", "process_version.view", "process_version.confirm_reading"), Reach.COMPANY)
)
_PROCESS = tuple(f"process.{verb}" for verb in ("create", "adopt", "edit", "retire", "delete", "restore"))
_VERSION = tuple(f"process_version.{verb}" for verb in ("draft", "define", "put_in_force", "delete", "restore"))
roles.grant("auditor", dict.fromkeys((*_PROCESS, *_VERSION), Reach.COMPANY))
