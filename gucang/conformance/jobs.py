"""The night judges every company's cases; a button judges them now."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.audits import looks
from gucang.conformance import night
from gucang.conformance.models import Case, CaseDeviation
from gucang.kernel import jobs


@jobs.every_company("conformance.night", label=_("Cases are held against their processes"), cron="40 2 * * *")
def every_night() -> None:
    """Judge what has news, each type of case in a job of its own."""
    for case_type in night.case_types():
        judge_soon(case_type)


def judge_soon(case_type: str) -> None:
    """Queue a run; one that is queued already is not queued again."""
    jobs.enqueue("conformance.judge", key=case_type, case_type=case_type)


@jobs.job("conformance.judge", label=_("Cases are judged"), outside=True)
def judge(company: int, case_type: str) -> None:
    """Judge the cases of one type. A job that was killed goes on with the batch that it had not finished."""
    night.run(company, case_type)


@jobs.job("conformance.looked", label=_("A look at a case"))
def note_look(case_id: int, looker_id: int) -> None:
    """Note that somebody has looked at a case: told to its owner, and to those who departed there."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return
    departed = CaseDeviation.objects.filter(case=case).values_list("member_id", flat=True)
    whose = {one for one in (case.owner_id, *departed) if one is not None}
    looks.note_case(case.object_type, case.object_id, whose, looker_id)
