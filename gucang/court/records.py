"""Deviations before the court and lessons, as people see them; and what the built-in roles may do."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.court import models
from gucang.court.actions import deviations, lessons, verdicts
from gucang.kernel import permissions
from gucang.kernel.actors import Reach
from gucang.kernel.permissions import all_with
from gucang.kernel.records import Exchange, Layout, RecordType, register

deviation = register(
    RecordType(
        name="deviation",
        model=models.Deviation,
        plural="deviations",
        number="PC{yy}{mm}-{seq:03}",
        icon="gavel",
        concerns=("process", "draft"),
        apart=("process", "draft"),
        visible=all_with("deviation.view"),
        columns=("title", "process", "kind", "state", "origin", "until", "proposed_by", "judged_at"),
        filters=(
            "process", "kind", "state", "origin", "proposed_by", "judged_by", "judged_at", "until", "draft",
            "settled_at",
        ),
        form=Layout((pgettext_lazy("deviation court", "Deviation"),)),
        actions=(
            deviations.open_one, deviations.propose, verdicts.find_better, verdicts.find_harmful, verdicts.tolerate,
            deviations.answer, verdicts.reopen,
        ),
        search={"number": "A", "title": "A"},
        order="-updated_at",
        exchange=Exchange(also=("why", "reason", "judged_by", "draft", "settled_at")),
    )
)  # fmt: skip

lesson = register(
    RecordType(
        name="lesson",
        model=models.Lesson,
        plural="lessons",
        number="KE{yy}{mm}-{seq:03}",
        icon="book",
        concerns=("deviation",),
        apart=("deviation",),
        visible=all_with("lesson.view"),
        columns=("title", "deviation", "state", "readers", "read_by", "created_at"),
        filters=("deviation", "state", "created_at"),
        form=Layout((pgettext_lazy("deviation court", "Lesson"),)),
        actions=(lessons.confirm,),
        search={"number": "A", "title": "B", "text": "C"},
        order="-updated_at",
        exchange=Exchange(also=("text", "exercise")),
    )
)

subjects.allow("deviation", internal=True)
for verb in (*verdicts.ENGINE, *lessons.ENGINE):
    permissions.declare(verb.name, verb.label)

# A better way may come from anybody, and whoever it touches is heard.
roles.grant_all(
    dict.fromkeys(
        ("deviation.view", "deviation.propose", "deviation.answer", "lesson.view", "lesson.confirm"), Reach.COMPANY
    )
)
for key in ("sales_manager", "executive", "auditor"):
    roles.grant(key, {"deviation.open": Reach.COMPANY})
# Who takes the log out takes these with it: nothing of them is anybody's alone.
for key in ("sales_manager", "executive"):
    roles.grant(key, dict.fromkeys(("deviation.export", "lesson.export"), Reach.COMPANY))
roles.grant(
    "auditor",
    dict.fromkeys(
        ("deviation.find_better", "deviation.find_harmful", "deviation.tolerate", "deviation.reopen"), Reach.COMPANY
    ),
)
