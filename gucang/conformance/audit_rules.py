"""One audit rule for each type that the program ships a process about: cases that are over and departed from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gucang.audits.declared import Declared, Tolerance, declare
from gucang.audits.kinds import Kind
from gucang.conformance import verdicts
from gucang.conformance.models import Case, CaseDeviation
from gucang.kernel import records
from gucang.sops import shipped

LABELS = {"most": _("deviations of a case"), "days": _("of the last days")}
EVIDENCE = 5


def key_of(case_type: str) -> str:
    """The key of the rule about cases of this type."""
    return f"conformance.{case_type.replace('_', '-')}-departs"


def declare_for(case_type: str) -> None:
    """Let cases of this type be audited."""
    record_type = records.get(case_type)
    name = format_lazy("{type}{rest}", type=record_type.label, rest=_(": the process was not followed"))
    declare(
        Declared(
            key_of(case_type),
            record_type.model,
            _offenders(case_type),
            Kind.CONFORMANCE,
            name,
            _("{case_deviations} deviations from “{case_process}”, more than {most}; over since {case_over}."),
            responsible=_responsible(case_type),
            labels=LABELS,
            window="days",
            evidence=_evidence(case_type),
            cases=_cases(case_type),
            tolerated=_tolerated(case_type),
        )
    )  # fmt: skip


def _over(case_type: str) -> QuerySet[Case]:
    return Case.objects.filter(object_type=case_type, object_id=OuterRef("pk"), ended_at__isnull=False)


def _not_tolerated(case_type: str) -> QuerySet[CaseDeviation]:
    """The deviations that the audit does not leave alone today."""
    found = CaseDeviation.objects.filter(case__object_type=case_type)
    for key in verdicts.tolerated(case_type):
        found = found.exclude(Q(version__process=key.process, kind=key.kind, step=key.step, other=key.other))
    return found


def _counted(case_type: str) -> Subquery:
    """How many of them a case has; null for none."""
    found = _not_tolerated(case_type).filter(case=OuterRef("pk")).order_by().values("case")
    return Subquery(found.annotate(n=Count("pk")).values("n"))


def _offenders(case_type: str) -> Any:
    def find(found: QuerySet[Any], *, now: datetime, most: int = 1, days: int = 30) -> QuerySet[Any]:
        """Records whose case is over and departed more often than that, what is tolerated today aside."""
        case = _over(case_type).filter(deviations__gt=most, ended_at__gte=now - timedelta(days=days))
        counted = "deviations"
        if verdicts.tolerated(case_type):
            counted = "not_tolerated"
            case = case.annotate(not_tolerated=_counted(case_type)).filter(not_tolerated__gt=most)
        return found.filter(Exists(case)).annotate(
            case_deviations=Subquery(case.values(counted)[:1]),
            case_process=Subquery(case.values("process__name")[:1]),
            case_over=Subquery(case.values("ended_at")[:1]),
        )

    return find


def _responsible(case_type: str) -> Any:
    """Who did what departs first, or should have done it."""

    def whose() -> Any:
        found = _not_tolerated(case_type).filter(case__object_id=OuterRef("pk"), member__isnull=False)
        return Subquery(found.order_by("pk").values("member_id")[:1])

    return whose


def _evidence(case_type: str) -> Any:
    def shown(ids: Collection[int]) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        rows = _not_tolerated(case_type).filter(case__object_id__in=list(ids), event__gt=0)
        for pk, event in rows.order_by("pk").annotate(of=F("case__object_id")).values_list("of", "event"):
            events = found.setdefault(pk, [])
            if event not in events and len(events) < EVIDENCE:
                events.append(event)
        return found

    return shown


def _cases(case_type: str) -> Any:
    def since_then(found: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
        """Records whose case began and ended since then."""
        return found.filter(Exists(_over(case_type).filter(begun_at__gte=since)))

    return since_then


def _tolerated(case_type: str) -> Any:
    def let_be(ids: Collection[int], *, now: datetime, most: int, days: int) -> Mapping[int, Tolerance]:
        """Records with more deviations than that, some of them tolerated; of several tolerances what ends first."""
        known = verdicts.tolerated(case_type)
        if not known:
            return {}
        since = now - timedelta(days=days)
        cases = Case.objects.filter(object_type=case_type, object_id__in=list(ids), deviations__gt=most)
        rows = CaseDeviation.objects.filter(case__in=cases.filter(ended_at__gte=since)).values_list(
            "case__object_id", "version__process", "kind", "step", "other"
        )
        found: dict[int, Tolerance] = {}
        for record, *key in rows.order_by("pk"):
            told = known.get(verdicts.Key(*key))
            if told is not None and (record not in found or told.until < found[record].until):
                found[record] = told
        return found

    return let_be


def declare_shipped() -> None:
    """Let cases be audited of every type that the program ships a process about; called once the types are known."""
    for case_type in sorted({one.case_type for one in shipped.every()}):
        declare_for(case_type)
