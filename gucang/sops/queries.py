"""Reads that are used in two places or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gucang.kernel.setup import kept
from gucang.sops import people
from gucang.sops.models import ProcessVersion, Reading, State
from gucang.sops.people import Colleague


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


def unread(member_id: int) -> list[ProcessVersion]:
    """The versions in force that a member has a part in and has not confirmed having read. One query at most."""
    held = [one for versions in ever_in_force().values() for one in versions if one.state == State.IN_FORCE]
    mine = [one for one in held if people.has_part(one.read(), member_id)]
    if not mine:
        return []
    seen = Reading.objects.filter(member_id=member_id, version__in=[one.pk for one in mine])
    known = set(seen.values_list("version_id", flat=True))
    return [one for one in mine if one.pk not in known]


@dataclass(frozen=True)
class Readers:
    """Who has confirmed having read a version, when; and who has a part in it and has not."""

    have: Sequence[tuple[str, datetime]]
    have_not: Sequence[Colleague]

    @property
    def share(self) -> str:
        """How many of those who have a part: "3 / 5"."""
        return f"{len(self.have)} / {len(self.have) + len(self.have_not)}"


def readers_of(version: ProcessVersion) -> Readers:
    """Who has read a version. One query."""
    rows = Reading.objects.filter(version=version).order_by("read_at", "pk")
    found = list(rows.values_list("member_id", "member__name", "read_at"))
    known = {pk for pk, _name, _at in found}
    left = [one for one in people.concerned(version.read()) if one.pk not in known]
    return Readers([(name, at) for _pk, name, at in found], left)
