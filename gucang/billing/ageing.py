"""How late money is. Pure: the buckets of an ageing report, and the day on which each begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Bucket:
    """`first` to `last` days past due; None is no bound."""

    key: str
    label: Any
    first: int | None
    last: int | None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last due day that fall into it as of `today`."""
        earliest = None if self.last is None else today - timedelta(days=self.last)
        latest = None if self.first is None else today - timedelta(days=self.first)
        return earliest, latest


# The classes of the provision matrix of IFRS 9, illustrative example 12 (IE74 to IE77): current, 1–30, 31–60, 61–90 and
# more than 90 days past due. Past due is what was not paid when it was due (IFRS 9, appendix A): on the due day itself
# nothing is late yet. What waits for an acceptance has no due day and is not due.
BUCKETS = (
    Bucket("current", _("not due"), None, 0),
    Bucket("d30", _("1–30 days"), 1, 30),
    Bucket("d60", _("31–60 days"), 31, 60),
    Bucket("d90", _("61–90 days"), 61, 90),
    Bucket("older", _("over 90 days"), 91, None),
)
BY_KEY = {bucket.key: bucket for bucket in BUCKETS}


def bucket_of(due_on: date | None, today: date) -> Bucket:
    """The bucket of what was due on `due_on`."""
    late = 0 if due_on is None else (today - due_on).days
    return next(b for b in BUCKETS if (b.first is None or late >= b.first) and (b.last is None or late <= b.last))
