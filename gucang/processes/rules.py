"""Who may see logs and models, and why something is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING, reach_q

if TYPE_CHECKING:
    from gucang.processes.models import LogExport, OutsideLog


def visible_models(actor: Actor) -> Q:
    return Q() if actor.may("process_model.view") else NOTHING


def visible_logs(actor: Actor) -> Q:
    return Q() if actor.may("outside_log.view") else NOTHING


def visible_exports(actor: Actor) -> Q:
    """The extracts within reach. That one happened is seen by managers; the file only by who asked for it."""
    return reach_q(actor, "log_export.view", owner="owner_id")


def why_not_ready(log: OutsideLog) -> str | None:
    """Why a log cannot be compared yet."""
    if log.state == "reading":
        return _t("The file is still being read. Wait until it is done.")
    if log.state == "failed":
        return _t("The file could not be read, so there is nothing to compare. Upload it again.")
    return None


def why_not_reading(log: OutsideLog) -> str | None:
    return None if log.state == "reading" else _t("This log has been read already.")


def why_kept(log: OutsideLog) -> str | None:
    if log.state == "reading":
        return _t("The file is still being read. Wait until it is done.")
    return None


def why_not_writing(record: LogExport) -> str | None:
    return None if record.state == "writing" else _t("This log has been written already.")
