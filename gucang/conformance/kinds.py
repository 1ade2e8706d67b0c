"""The words for how real work departs from a process."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """How a case departs. The first four are about the order of steps and make its cost; the others are counted."""

    SKIPPED = "skipped", pgettext_lazy("deviation", "skipped")
    EXTRA = "extra", pgettext_lazy("deviation", "not foreseen")
    REVERSED = "reversed", pgettext_lazy("deviation", "order reversed")
    REPEATED = "repeated", pgettext_lazy("deviation", "repeated")
    ROLE = "role", pgettext_lazy("deviation", "another role's work")
    FOUR_EYES = "four_eyes", pgettext_lazy("deviation", "own work checked")
    LATE = "late", pgettext_lazy("deviation", "over time")
    ENTERED_LATE = "entered_late", pgettext_lazy("deviation", "entered late")


ORDER = frozenset({Kind.SKIPPED, Kind.EXTRA, Kind.REVERSED, Kind.REPEATED})
