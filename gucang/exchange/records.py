"""Imports and exports, as people see them; and what the built-in roles may do with them."""

from __future__ import annotations

from gucang.accounts import roles
from gucang.exchange import maps, models, rules
from gucang.exchange.actions import exports, imports
from gucang.kernel.actors import Reach
from gucang.kernel.records import Layout, RecordType, register

import_type = register(
    RecordType(
        name="import",
        model=models.Import,
        plural="imports",
        number="DR-{yy}{mm}-{seq:04}",
        icon="file-import",
        owner="owner_id",
        visible=rules.visible_imports,
        columns=(
            "number", "name", "state", "rows", "created", "updated", "waiting", "duplicates", "repaired", "refused",
            "owner", "created_at",
        ),
        filters=("state", "owner", "record_type"),
        form=Layout(),
        actions=(
            imports.upload, imports.map_columns, imports.check, imports.run, imports.cancel, imports.take_back,
        ),
        order="-id",
    )
)  # fmt: skip

export_type = register(
    RecordType(
        name="export",
        model=models.Export,
        plural="exports",
        number="DC-{yy}{mm}-{seq:04}",
        icon="file-export",
        owner="owner_id",
        visible=rules.visible_exports,
        columns=("number", "record_type", "query", "rows", "state", "owner", "created_at"),
        filters=("record_type", "owner", "state", "rows"),
        form=Layout(),
        actions=(exports.create,),
        order="-id",
    )
)

maps.load()

_OWN = dict.fromkeys(("import.view", "import.upload", "import.map", "import.check", "import.run", "import.cancel",
                      "import.take_back", "export.view", "export.create"), Reach.OWN)  # fmt: skip

# Every role may handle its own files; what may be in them is "<record>.import" and "<record>.export".
roles.grant_all(_OWN)
