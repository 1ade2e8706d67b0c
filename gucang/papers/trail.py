"""The trail of approvals below a paper: for the house, and never on what a customer gets by a link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import override

from gucang.approvals import trails
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.papers.sheet import Sheet, Trail


def with_trail(sheet: Sheet, record: Any, actor: Actor) -> Sheet:
    """The sheet with what was decided about `record` as far as the actor sees it, the earliest first."""
    with override(sheet.language):
        found = trails.of(records.by_model(type(record)).name, record, actor)
        rows = [
            [f"{one.request.number}\n{one.title}", _who(line), f"{line.did}\n{line.day}", line.comment]
            for one in reversed(found)
            for line in one.lines
        ]
        columns = [_t("Request"), _t("Who"), _t("Decision"), _t("Comment")]
        return replace(sheet, trail=Trail(_t("Approvals, for the house only"), columns, rows)) if rows else sheet


def _who(line: Any) -> str:
    return f"{line.person} ({_t('for %(name)s') % {'name': line.instead_of}})" if line.instead_of else str(line.person)
