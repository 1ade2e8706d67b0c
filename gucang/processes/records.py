"""What people see of this module, declared once."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Layout, RecordType, register
from gucang.processes import models, rules
from gucang.processes.actions import exports, logs
from gucang.processes.actions import models as process_models

process_model = register(
    RecordType(
        name="process_model",
        model=models.ProcessModel,
        plural="process-models",
        icon="sitemap",
        visible=rules.visible_models,
        columns=("name", "updated_at"),
        form=Layout((pgettext_lazy("process", "Model"), "name", "definition"), first=("name", "definition")),
        create=process_models.create,
        edit=process_models.edit,
        actions=(process_models.delete, process_models.restore),
        search={"name": "A"},
    )
)

outside_log = register(
    RecordType(
        name="outside_log",
        model=models.OutsideLog,
        plural="outside-logs",
        icon="git-compare",
        owner="owner_id",
        visible=rules.visible_logs,
        columns=(
            "name",
            "state",
            "cases",
            "events",
            "variants",
            "begins_at",
            "ends_at",
            "process_model",
            "cost",
            "owner",
        ),
        filters=("state", "process_model", "owner"),
        order="-id",
        form=Layout((pgettext_lazy("log", "Log"), "name"), first=("name",)),
        edit=logs.edit,
        actions=(logs.upload, logs.compare, logs.delete, logs.restore),
        search={"name": "A"},
    )
)  # fmt: skip

log_export = register(
    RecordType(
        name="log_export",
        model=models.LogExport,
        plural="log-exports",
        number="RZ-{yy}{mm}-{seq:04}",
        icon="file-export",
        owner="owner_id",
        visible=rules.visible_exports,
        columns=("number", "form", "since", "until", "events", "objects_told", "state", "owner", "created_at"),
        filters=("state", "form", "owner", "since", "until"),
        form=Layout(),
        actions=(exports.create,),
        order="-id",
    )
)

_MODEL = tuple(f"process_model.{verb}" for verb in ("view", "create", "edit", "delete", "restore"))
_LOG = tuple(f"outside_log.{verb}" for verb in ("view", "upload", "edit", "compare", "delete", "restore"))
for key in ("auditor", "executive"):
    roles.grant(key, dict.fromkeys((*_MODEL, *_LOG), Reach.COMPANY))
    roles.grant(key, {"log_export.create": Reach.COMPANY})
roles.grant("sales_manager", dict.fromkeys(("log_export.view", "log_export.create"), Reach.OWN))
