"""Who may see processes, and why something cannot be done to one now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor

if TYPE_CHECKING:
    from gucang.sops.models import Process, ProcessVersion


def is_a_member(actor: Actor, record: Any) -> bool:
    """Nobody reads in the place of others."""
    return actor.member_id is not None


def why_kept(process: Process) -> str | None:
    """Why a process stays: cases were judged by it."""
    if not process.versions.exclude(state="draft").exists():
        return None
    return _t("“%(process)s” has been in force, and work is judged by it. Retire it instead.") % {"process": process}


def why_not_draft(version: ProcessVersion) -> str | None:
    """Why its words stay: it is or was in force."""
    if version.state == "draft":
        return None
    return _t("“%(version)s” is no draft any more. Draft a new version of it.") % {"version": version}


def why_not_in_force(version: ProcessVersion) -> str | None:
    return None if version.state == "in_force" else _t("“%(version)s” is not in force.") % {"version": version}


def why_nothing_to_read(version: ProcessVersion) -> str | None:
    """Why nobody confirms having read it: it does not hold."""
    if version.state == "in_force":
        return None
    return _t("“%(version)s” is not in force, so there is nothing to confirm.") % {"version": version}
