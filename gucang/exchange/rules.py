"""Who may see, start and stop imports and exports. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden
from gucang.kernel.permissions import reach_q
from gucang.kernel.records import RecordType

if TYPE_CHECKING:
    from gucang.exchange.models import Import


def visible_imports(actor: Actor) -> Q:
    """The imports within reach: one's own, or those of the team."""
    return reach_q(actor, "import.view", owner="owner_id")


def visible_exports(actor: Actor) -> Q:
    """The exports within reach. That one happened is seen by managers; the file only by who made it."""
    return reach_q(actor, "export.view", owner="owner_id")


def is_the_maker(actor: Actor, record: Any) -> bool:
    """Only who brought the file in decides about it: the rows are written with that person's rights."""
    return actor.kind == "system" or (actor.member_id is not None and record.owner_id == actor.member_id)


def check_may_import(actor: Actor, record_type: RecordType) -> None:
    """Raise Forbidden unless `actor` may bring in records of this type."""
    if not record_type.comes_in or not actor.may(f"{record_type.name}.import"):
        raise Forbidden(
            _t("Your role does not include importing %(what)s. Ask an administrator.")
            % {"what": record_type.label_plural}
        )


def check_may_export(actor: Actor, record_type: RecordType) -> None:
    """Raise Forbidden unless `actor` may take out records of this type."""
    if record_type.exchange is None or not actor.may(f"{record_type.name}.export"):
        raise Forbidden(
            _t("Your role does not include exporting %(what)s. Ask an administrator.")
            % {"what": record_type.label_plural}
        )


def why_not_open(record: Import) -> str | None:
    """It runs already, or is over."""
    if record.state in ("uploaded", "checked"):
        return None
    return _t("This import is %(state)s. Upload the file again to bring it in once more.") % {
        "state": record.get_state_display()
    }


def why_not_running(record: Import) -> str | None:
    """There is nothing to stop."""
    if record.state in ("uploaded", "checked", "running"):
        return None
    return _t("This import is %(state)s; there is nothing to stop.") % {"state": record.get_state_display()}


def why_not_over(record: Import) -> str | None:
    """Only what has come in can be taken back, and only what may go to the bin at all."""
    if record.state in ("done", "cancelled", "failed") and record.created:
        return _why_never_deleted(record.record_type)
    if record.state == "running":
        return _t("This import is running. Stop it first.")
    return _t("This import made no records, so there is nothing to take back.")


def _why_never_deleted(kind: str) -> str | None:
    """What came in is of a type that keeps what it has. An import of several types takes back what it can."""
    if not kind or "delete" in (record_type := records.get(kind)).verbs:
        return None
    return _t(
        "%(records)s are never deleted, so this import is not taken back. Open the list and end there what is wrong,"
        " several at once."
    ) % {"records": capfirst(record_type.label_plural)}
