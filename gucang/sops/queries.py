"""Reads that are used in two places or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gucang.kernel.setup import kept
from gucang.sops.models import ProcessVersion, State


def in_force(case_type: str, at: datetime | None = None) -> ProcessVersion | None:
    """The version by which a case of this type is judged that began at `at`; without it, the one that holds now.

    No query while the set-up is kept. The version is shared: do not change it.
    """
    versions = ever_in_force().get(case_type, ())
    if at is None:
        return next((one for one in versions if one.state == State.IN_FORCE), None)
    return next((one for one in versions if one.held_at(at)), None)


def ever_in_force() -> Mapping[str, Sequence[ProcessVersion]]:
    """All versions that hold or have held, by what they are about, the latest first. No query while it is kept."""
    return kept("versions of processes", _read)


def _read() -> dict[str, list[ProcessVersion]]:
    found: dict[str, list[ProcessVersion]] = {}
    query = ProcessVersion.objects.exclude(state=State.DRAFT).select_related("process")
    for version in query.order_by("-in_force_from", "-pk"):
        found.setdefault(version.case_type, []).append(version)
    return found
