"""The words that rules and findings are sorted by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a rule looks for."""

    CONFORMANCE = "conformance", pgettext_lazy("audit rule", "procedure")
    TIMELINESS = "timeliness", pgettext_lazy("audit rule", "timeliness")
    MASTER_DATA = "master_data", pgettext_lazy("audit rule", "master data")
    RECONCILIATION = "reconciliation", pgettext_lazy("audit rule", "reconciliation")
    BYPASS = "bypass", pgettext_lazy("audit rule", "bypass")
    PROTECTION = "protection", pgettext_lazy("audit rule", "protection of customers")
    OWN = "own", pgettext_lazy("audit rule", "the company's own")


class Severity(models.TextChoices):
    HINT = "hint", pgettext_lazy("finding", "hint")
    WARNING = "warning", pgettext_lazy("finding", "warning")
    SERIOUS = "serious", pgettext_lazy("finding", "serious")


class Every(models.TextChoices):
    HOUR = "hour", _("every hour")
    DAY = "day", _("every night")


class State(models.TextChoices):
    """How far a finding has come. Those in `PRIVATE` are the business of the responsible person alone."""

    OWN = "own", pgettext_lazy("finding", "with the person")
    OPEN = "open", pgettext_lazy("finding", "not answered")
    ANSWERED = "answered", pgettext_lazy("finding", "answered")
    CORRECTING = "correcting", pgettext_lazy("finding", "correction under way")
    WAIVED = "waived", pgettext_lazy("finding", "waived")
    ACCEPTED = "accepted", pgettext_lazy("finding", "answer accepted")
    RESOLVED = "resolved", pgettext_lazy("finding", "put right")
    VERIFIED = "verified", pgettext_lazy("finding", "correction verified")
    RECURRED = "recurred", pgettext_lazy("finding", "happened again")
    SELF_CORRECTED = "self_corrected", pgettext_lazy("finding", "put right by the person")
    TOLERATED = "tolerated", pgettext_lazy("finding", "tolerated")
    OWN_TOLERATED = "own_tolerated", pgettext_lazy("finding", "tolerated while with the person")
    LAPSED = "lapsed", pgettext_lazy("finding", "not looked for any more")
    OWN_LAPSED = "own_lapsed", pgettext_lazy("finding", "not looked for any more while with the person")


# Nobody else sees these, whatever their rights.
PRIVATE = (State.OWN, State.SELF_CORRECTED, State.OWN_TOLERATED, State.OWN_LAPSED)
# Something is still to be done about these.
LIVE = (State.OWN, State.OPEN, State.ANSWERED, State.CORRECTING)
# These wait for the auditor's judgement.
TO_JUDGE = (State.OPEN, State.ANSWERED)


class Lapse(models.TextChoices):
    """Why something is not looked for any more that nobody has put right."""

    OFF = "off", _("the rule was turned off")
    AGED = "aged", _("by its date the rule does not look at it any more")
    CHANGED = "changed", _("the rule says something else now")


class Cause(models.TextChoices):
    """Why it came to this, from a short list: what is counted leads to something."""

    UNKNOWN = "unknown", _("I did not know the rule")
    TIME = "time", _("no time")
    WAITED = "waited", _("I had to wait for others")
    CUSTOMER = "customer", _("the customer wanted it so")
    PROGRAM = "program", _("the program made it hard")
    BETTER = "better", _("this way works better")
    MISTAKE = "mistake", _("a mistake")
    WRONG = "wrong", _("the finding is wrong")


class CorrectionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("correction", "to be done")
    DONE = "done", pgettext_lazy("correction", "done, being verified")
    VERIFIED = "verified", pgettext_lazy("correction", "verified")
    RECURRED = "recurred", pgettext_lazy("correction", "did not help")
