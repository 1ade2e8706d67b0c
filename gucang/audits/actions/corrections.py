"""What is agreed after a finding: done by its owner, verified by the engine, or shown not to have helped."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.audits import rules
from gucang.audits.kinds import CorrectionState
from gucang.audits.models import Correction, Finding
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system

Words = Annotated[str, Text(long=True, max_length=2000)]
_ENGINE: dict[str, Any] = {"allow": is_the_system, "internal": True}


@action("correction.begin", label=pgettext_lazy("correction", "Agreed"), creates=True, icon="tool", **_ENGINE)
def begin(
    correction: Correction,
    *,
    finding: int,
    rule: int,
    owner: Member,
    due_on: date,
    what: Annotated[str, Text(max_length=200)],
    prevents: Words,
    made_by: int,
) -> None:
    """Agree on a correction, as part of judging its finding."""
    correction.finding_id, correction.rule_id, correction.owner = finding, rule, owner
    correction.what, correction.prevents, correction.due_on = what.strip(), prevents.strip(), due_on
    correction.made_by_id = made_by or None


@action(
    "correction.finish", label=pgettext_lazy("correction", "Done"), allow=rules.does_it, guard=rules.why_not_to_do,
    icon="check", tone="primary", labels={"how": _("What was done")},
)  # fmt: skip
def finish(correction: Correction, *, how: Words) -> None:
    """It is put right, and what prevents it is in place. From now on clean cases are counted."""
    correction.state, correction.done_how = CorrectionState.DONE, how.strip()
    correction.done_at = clock.now()


@action(
    "correction.postpone", label=_("Postpone"), guard=rules.why_not_to_do, icon="calendar-time",
    labels={"to": pgettext_lazy("correction", "Until"), "why": _("Why")},
)  # fmt: skip
def postpone(correction: Correction, *, to: date, why: Annotated[str, Text(max_length=200)] = "") -> dict[str, Any]:
    """It takes longer."""
    if to < clock.today():
        raise Invalid({"to": [_t("This day is over. Choose today or a later one.")]})
    correction.due_on = to
    return {"why": why}


@action("correction.verify", label=pgettext_lazy("correction", "Verified"), guard=rules.why_not_done, **_ENGINE)
def verify(correction: Correction, *, clean: int) -> dict[str, Any]:
    """So many cases since were clean: it has helped."""
    correction.state, correction.clean_cases, correction.ended_at = CorrectionState.VERIFIED, clean, clock.now()
    return {"clean": clean}


@action("correction.fail", label=pgettext_lazy("correction", "Did not help"), guard=rules.why_not_done, **_ENGINE)
def fail(correction: Correction, *, actor: Actor, finding: int) -> None:
    """The same was found again after it was done."""
    correction.state, correction.ended_at = CorrectionState.RECURRED, clock.now()
    correction.failed_by = Finding.objects.get(pk=finding)


ENGINE = (begin, verify, fail)
