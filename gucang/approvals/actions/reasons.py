"""What the flow does not allow, in sentences that say what to do instead."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.approvals.flow import Impossible, Why
from gucang.approvals.flow.decisions import MOST_ADDED
from gucang.kernel.errors import Forbidden, Problem, Refused


def refusal(problem: Impossible, who: Any = "") -> Problem:
    """The refusal behind what the flow does not allow. `who` is the person whom it is about."""
    sentence = words_of(problem.why) % {"who": who, "most": MOST_ADDED}
    return Forbidden(sentence) if problem.why in (Why.NOT_YOURS, Why.OWN, Why.DEPUTY) else Refused(sentence)


def words_of(why: str) -> str:
    """The sentence for a reason of the flow."""
    return {
        Why.NOT_OPEN: _t("This waits for nobody any more, or not for you yet. Look at it again."),
        Why.NOT_YOURS: _t("It is not your turn to decide about this."),
        Why.OWN: _t("Who asks for something does not decide about it."),
        Why.TWICE_HERE: _t("In one step everybody decides once. Leave this to somebody else."),
        Why.DEPUTY: _t("Who stands in for somebody decides, or leaves it to them; it cannot be passed on."),
        Why.NOT_WORKING: _t("They do not work here any more. Choose somebody else."),
        Why.ALREADY_HERE: _t("They are asked in this step already. Choose somebody else."),
        Why.TOO_MANY: _t("At most %(most)s people can be added, three deep."),
        Why.NO_SUCH_STEP: _t("It can only go back to a step that has been through."),
        Why.NOBODY: _t("The next step finds nobody who could decide. An administrator has to mend the policy."),
        Why.LATE: _t("Nobody decided in time."),
        Why.ACTED: _t("Somebody has agreed to it already. Ask who has it now to send it back."),
    }[Why(why)]
