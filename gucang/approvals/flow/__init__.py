"""What follows from a decision. Pure: no database, no clock, no HTTP; `People` is all it knows of the world.

A step that is entered is a *visit*, with a task for each who has to agree. Who holds a task may let others sign before
or after (their own group, which has to be satisfied first or afterwards), or alongside (in the same group). A step
stands when the main group of a visit is satisfied; `standing` says which visit of each step counts. What has to be
agreed to again loses its standing, and the request goes on at the first step that does not stand.
"""

from gucang.approvals.flow.decisions import (
    add,
    agree,
    check,
    give_back,
    pass_late,
    refuse,
    resubmit,
    return_late,
    transfer,
    withdraw,
)
from gucang.approvals.flow.shapes import Case, Decision, Impossible, Named, Origin, People, State, Task, Why
from gucang.approvals.flow.steps import begin, open_tasks

__all__ = [
    "Case", "Decision", "Impossible", "Named", "Origin", "People", "State", "Task", "Why", "add", "agree", "begin",
    "check", "give_back", "open_tasks", "pass_late", "refuse", "resubmit", "return_late", "transfer", "withdraw",
]  # fmt: skip
