"""Who should decide while somebody is away: proposed from their leave, so that nobody has to remember the screen."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from gucang.accounts.models import Member
from gucang.approvals.models import Delegation
from gucang.kernel import clock
from gucang.worktime.models import Leave
from gucang.worktime.queries import deputy_hint

AHEAD = timedelta(days=60)


class Proposal(NamedTuple):
    """A leave during which nobody decides in somebody's place, and who could; None where nobody can be named."""

    leave: Leave
    deputy: Member | None

    @property
    def query(self) -> str:
        """What the form of a delegation begins with."""
        found = {"starts_on": max(self.leave.begins_on, clock.today()), "ends_on": self.leave.ends_on}
        return urlencode(found | ({"deputy": self.deputy.pk} if self.deputy is not None else {}))


def proposal_for(member: int) -> Proposal | None:
    """The next leave of a member for which they have given their decisions to nobody; None without one.

    A day is covered when some delegation about all policies lasts over the whole leave, as far as it is still to come.
    Two queries for who is not away soon, at most six.
    """
    today = clock.today()
    leaves = Leave.objects.filter(member_id=member, ends_on__gte=today, begins_on__lte=today + AHEAD)
    given = Delegation.objects.filter(owner_id=member, stopped_at=None, policy=None, ends_on__gte=today)
    covered = list(given.values_list("starts_on", "ends_on")) if (soon := list(leaves.order_by("begins_on"))) else []
    for leave in soon:
        first = max(leave.begins_on, today)
        if any(starts <= first and ends >= leave.ends_on for starts, ends in covered):
            continue
        who = Member.objects.select_related("department").get(pk=member)
        return Proposal(leave, deputy_hint(who, first))
    return None
