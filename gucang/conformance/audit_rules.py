"""Two audit rules for each type of case: what departed from its process, and at once who checked their own work.

They are declared for every type that the program knows, and given to a company that has a process about it. Types of a
company's own are judged as cases; no rule is about them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gucang.audits.declared import Declared, Tolerance, declare
from gucang.audits.kinds import Kind, Severity
from gucang.conformance import verdicts
from gucang.conformance.kinds import Kind as Departs
from gucang.conformance.models import Case, CaseDeviation
from gucang.kernel import records
from gucang.sops.queries import ever_in_force
from gucang.sops.vocabulary import case_types

DAYS = {"days": _("of the last days")}
EVIDENCE = 5
# What somebody did who should not have: it is told at once, and not a second time when the case is over.
BREACHES = (Departs.FOUR_EYES, Departs.ROLE)
OTHERS = tuple(kind for kind in Departs if kind not in BREACHES)


def key_of(case_type: str) -> str:
    """The key of the rule about cases of this type that are over."""
    return f"conformance.{case_type.replace('_', '-')}-departs"


def key_of_breach(case_type: str) -> str:
    """The key of the rule about own work checked, and work of another role, in cases of this type."""
    return f"conformance.{case_type.replace('_', '-')}-breach"


def declare_for(case_type: str) -> None:
    """Let cases of this type be audited."""
    label, model = records.get(case_type).label, records.get(case_type).model
    over, running = _Looked(case_type, OTHERS, over=True), _Looked(case_type, BREACHES, over=False)

    def departs(found: QuerySet[Any], *, now: datetime, most: int = 0, days: int = 30) -> QuerySet[Any]:
        """Records whose case is over and departed more often than that, what is tolerated today aside."""
        return over.offenders(found, now, most, days)

    def breach(found: QuerySet[Any], *, now: datetime, days: int = 30) -> QuerySet[Any]:
        """Records in whose case, over or not, somebody checked their own work or did that of another role."""
        return running.offenders(found, now, 0, days)

    declare(
        Declared(
            key_of(case_type), model, departs, Kind.CONFORMANCE,
            format_lazy("{type}{rest}", type=label, rest=_(": the process was not followed")),
            _("{case_deviations} deviations from “{case_process}”; over since {case_last}."),
            labels={"most": _("deviations of a case that are let be"), **DAYS}, **over.rest(),
        )
    )  # fmt: skip
    declare(
        Declared(
            key_of_breach(case_type), model, breach, Kind.CONFORMANCE,
            format_lazy("{type}{rest}", type=label, rest=_(": own work checked, or another role’s done")),
            _("Own work checked or another role’s done: {case_deviations} × in “{case_process}”; last on {case_last}."),
            severity=Severity.SERIOUS, labels=DAYS, **running.rest(),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class _Looked:
    """What a rule looks for in the cases of a type: deviations of some kinds; in cases that are `over`, or in all."""

    case_type: str
    kinds: tuple[Departs, ...]
    over: bool

    def rest(self) -> dict[str, Any]:
        """What both rules declare alike."""
        return {
            "responsible": self.whose, "window": "days", "evidence": self.evidence, "cases": self.since_then,
            "tolerated": self.let_be, "wanted": lambda: self.case_type in ever_in_force(),
        }  # fmt: skip

    def offenders(self, found: QuerySet[Any], now: datetime, most: int, days: int) -> QuerySet[Any]:
        case = self._cases(now - timedelta(days=days)).filter(object_id=OuterRef("pk"))
        counted = self._not_tolerated().filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk"))
        case = case.annotate(counted=Subquery(counted.values("n"), output_field=IntegerField()))
        case = case.filter(counted__gt=most)
        return found.filter(Exists(case)).annotate(
            case_deviations=Subquery(case.values("counted")[:1]),
            case_process=Subquery(case.values("process__name")[:1]),
            case_last=Subquery(case.values("last_at")[:1]),
        )

    def _cases(self, since: datetime) -> QuerySet[Case]:
        """Those that depart at all, and were over or on since then."""
        found = Case.objects.filter(object_type=self.case_type, deviations__gt=0)
        return found.filter(ended_at__gte=since) if self.over else found.filter(last_at__gte=since)

    def _not_tolerated(self) -> QuerySet[CaseDeviation]:
        """The deviations that the audit does not leave alone today."""
        found = CaseDeviation.objects.filter(case__object_type=self.case_type, kind__in=self.kinds)
        for key in verdicts.tolerated(self.case_type):
            found = found.exclude(Q(version__process=key.process, kind=key.kind, step=key.step, other=key.other))
        return found

    def whose(self) -> Any:
        """Who did what departs first, or should have done it."""
        found = self._not_tolerated().filter(case__object_id=OuterRef("pk"), member__isnull=False)
        return Subquery(found.order_by("pk").values("member_id")[:1])

    def evidence(self, ids: Collection[int]) -> Mapping[int, list[int]]:
        """The events that show it, by record."""
        found: dict[int, list[int]] = {}
        rows = self._not_tolerated().filter(case__object_id__in=list(ids), event__gt=0)
        for pk, event in rows.order_by("pk").annotate(of=F("case__object_id")).values_list("of", "event"):
            events = found.setdefault(pk, [])
            if event not in events and len(events) < EVIDENCE:
                events.append(event)
        return found

    def since_then(self, found: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
        """Records whose case began and ended since then."""
        case = Case.objects.filter(object_type=self.case_type, object_id=OuterRef("pk"), ended_at__isnull=False)
        return found.filter(Exists(case.filter(begun_at__gte=since)))

    def let_be(self, ids: Collection[int], *, now: datetime, days: int, most: int = 0) -> Mapping[int, Tolerance]:
        """Records with more deviations than that, some of them tolerated; of several tolerances what ends first."""
        known = verdicts.tolerated(self.case_type)
        if not known:
            return {}
        mine = CaseDeviation.objects.filter(kind__in=self.kinds)
        counted = mine.filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk")).values("n")
        cases = self._cases(now - timedelta(days=days)).filter(object_id__in=list(ids))
        cases = cases.annotate(counted=Subquery(counted, output_field=IntegerField())).filter(counted__gt=most)
        rows = mine.filter(case__in=cases.values("pk")).values_list(
            "case__object_id", "version__process", "kind", "step", "other"
        )
        found: dict[int, Tolerance] = {}
        for record, *key in rows.order_by("pk"):
            told = known.get(verdicts.Key(*key))
            if told is not None and (record not in found or told.until < found[record].until):
                found[record] = told
        return found


for _name, _label in case_types():
    declare_for(_name)
