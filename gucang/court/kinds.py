"""The words that deviations before the court are sorted by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """How a deviation stands before the court."""

    OPEN = "open", pgettext_lazy("deviation court", "to be judged")
    BETTER = "better", pgettext_lazy("deviation court", "better")
    HARMFUL = "harmful", pgettext_lazy("deviation court", "harmful")
    TOLERATED = "tolerated", pgettext_lazy("deviation court", "tolerated for now")


class Origin(models.TextChoices):
    """How it came before the court."""

    SEEN = "seen", pgettext_lazy("deviation court", "seen in the log")
    PROPOSED = "proposed", pgettext_lazy("deviation court", "proposed as a better way")


class Order(models.TextChoices):
    """What becomes of two steps that are done the other way round."""

    PARALLEL = "parallel", _("either may come first")
    SWAP = "swap", _("always the other way round")


class Hinders(models.TextChoices):
    """What somebody whose work comes after it says to a better way."""

    NO = "no", _("No, it does not hinder me")
    YES = "yes", _("Yes, it hinders me")


class LessonState(models.TextChoices):
    GIVEN = "given", pgettext_lazy("lesson", "given")
    WITHDRAWN = "withdrawn", pgettext_lazy("lesson", "withdrawn")
