"""What people see of the parts of a bundle."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.actors import Reach
from gucang.kernel.records import Exchange, Layout, RecordType, register
from gucang.stock import models, rules
from gucang.stock.actions import bundles

bundle_part = register(
    RecordType(
        name="bundle_part",
        model=models.BundlePart,
        plural="bundle-parts",
        icon="puzzle",
        visible=rules.visible_parts,
        columns=("bundle", "part", "quantity"),
        filters=("bundle", "part"),
        form=Layout((_("Bundle"), "bundle", "part", "quantity")),
        create=bundles.create,
        edit=bundles.edit,
        actions=(bundles.delete, bundles.restore),
        exchange=Exchange(key=""),
    )
)

roles.grant_all({"bundle_part.view": Reach.COMPANY})
_KEPT = tuple(f"bundle_part.{verb}" for verb in ("export", "import", *bundle_part.verbs))
roles.grant("finance", dict.fromkeys(_KEPT, Reach.COMPANY))
