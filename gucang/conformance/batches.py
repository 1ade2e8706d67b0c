"""A batch of cases: read, judged, and put in the place of what was kept of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F

from gucang.accounts.models import Member
from gucang.audits.queries import late_entry
from gucang.conformance import holding, paces, reading, variants
from gucang.conformance.judging import Deed, Judged, judge
from gucang.conformance.models import Arrow, Case, CaseDeviation, Variant
from gucang.conformance.sums import PATTERN, Sums
from gucang.conformance.variants import Words
from gucang.kernel import records
from gucang.kernel.scope import active_company_id
from gucang.kernel.sets import column_types, insert_rows, update_rows
from gucang.sops.models import ProcessVersion
from gucang.sops.queries import ever_in_force, in_force
from gucang.worktime.queries import calendar_of

CASE_COLUMNS = (
    "company_id", "object_type", "object_id", "process_id", "version_id", "variant_id", "begun_at", "last_at",
    "ended_at", "whole", "last_event", "owner_id", "department_id", "events", "cost", "worst", "deviations",
    "waits_for", "waits_since", "holder_id", "due_at", "paces",
)  # fmt: skip
FOUND_COLUMNS = (
    "company_id", "case_id", "version_id", "kind", "step", "other", "member_id", "event", "amount", "since", "last_at",
)  # fmt: skip
_REPLACES = "ON CONFLICT (company_id, object_type, object_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in CASE_COLUMNS[3:]
)
Pair = tuple[str, str]


@dataclass
class _Held:
    """A case while it is judged."""

    pk: int
    version: ProcessVersion
    words: Words
    logged: Sequence[reading.Logged]
    deeds: list[Deed]
    owner: int | None
    ended_at: datetime | None = None
    whole: bool = False
    variant: Variant = None  # type: ignore[assignment]  # found for all of a batch at once
    judged: Judged = field(default_factory=Judged)

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(deed.step for deed in self.deeds)

    @property
    def waits_for(self) -> str:
        return "" if self.ended_at is not None else str(self.variant.next)


class Batch:
    """Some records of one type, judged at one moment. Sums follow where they are `summed` already."""

    def __init__(self, case_type: str, ids: Sequence[int], now: datetime, *, summed: bool) -> None:
        self.case_type, self.ids, self.now, self.summed = case_type, ids, now, summed
        self.hours, self.late_entry = calendar_of(), late_entry()
        self._sums = Sums()
        self._arrows: dict[int, dict[Pair, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))

    def judge(self) -> None:
        """Judge them all. What has no process any more, or no record, is no case any more."""
        held = self._read()
        variants.find(held)
        for one in held:
            self._judge(one)
        before = list(Case.objects.filter(object_type=self.case_type, object_id__in=self.ids).select_related("variant"))
        for case in before:
            self._count(case.version_id, case.variant.steps, bytes(case.paces), case.ended_at is not None, -1)
        found = CaseDeviation.objects.filter(case__in=[one.pk for one in before])
        if self.summed:
            self._sums.cases(map(vars, before), -1)
            self._sums.deviations(found.values_list("case_id", *PATTERN[0], "amount"), -1)
        found.delete()
        living = {one.pk for one in held}
        Case.objects.filter(pk__in=[one.pk for one in before if one.object_id not in living]).delete()
        self._write(held)
        for one in held:
            self._count(one.version.pk, one.steps, one.judged.paces, one.ended_at is not None, 1)
        self._write_arrows()
        self.summed = self.summed and self._sums.write()

    # --- reading ---

    def _read(self) -> list[_Held]:
        names = {name for one in ever_in_force().get(self.case_type, ()) for name in variants.names_of(one)}
        owners = self._owners()
        found = []
        for pk, logged in reading.cases(self.case_type, self.ids, names):
            version = in_force(self.case_type, logged[0].occurred_at)
            if version is None or pk not in owners:
                continue
            words = variants.words_of(version)
            deeds = [
                Deed(one.event, step, one.occurred_at, one.recorded_at, one.member)
                for one in logged
                if (step := words.step_of(one.name)) is not None
            ]
            if deeds:
                found.append(_Held(pk, version, words, logged, deeds, owners[pk]))
        return found

    def _owners(self) -> Mapping[int, int | None]:
        """Whose the records are that there still are."""
        record_type = records.get(self.case_type)
        living = record_type.model._default_manager.filter(pk__in=self.ids).order_by()
        path = F(record_type.owner) if record_type.owner else None
        if path is None:
            return dict.fromkeys(living.values_list("pk", flat=True))
        return dict(living.annotate(case_owner=path).values_list("pk", "case_owner"))

    # --- judging ---

    def _judge(self, one: _Held) -> None:
        ends = [logged for logged in one.logged if logged.name in one.words.final]
        if ends:
            one.ended_at, one.whole = ends[-1].occurred_at, any(one.words.step_of(end.name) for end in ends)
        elif not one.words.final and not one.variant.next:
            one.ended_at, one.whole = one.deeds[-1].occurred_at, True
        one.judged = judge(
            one.deeds,
            variants.departures(one.variant, running=not one.whole),
            one.words.demands,
            self.hours,
            self._roles,
            owner=one.owner,
            waits_for=one.waits_for,
            late_entry=self.late_entry,
            now=self.now,
        )

    def _roles(self, deed: Deed) -> holding.Roles:
        return self._held.when(deed.member or 0, deed.occurred_at, deed.event)

    @cached_property
    def _held(self) -> holding.Held:
        return holding.read()

    @cached_property
    def _departments(self) -> dict[int, int | None]:
        return dict(Member.with_bin.values_list("pk", "department_id"))

    def _holder(self, one: _Held) -> int | None:
        """With whom a step waits: the owner, where it is their work; else with whoever has the role."""
        demand = one.words.demands.get(one.waits_for)
        if demand is None or one.owner is None:
            return None
        return one.owner if not demand.roles or not demand.roles.isdisjoint(self._held.today(one.owner)) else None

    # --- writing ---

    def _write(self, held: Sequence[_Held]) -> None:
        types = column_types(Case, CASE_COLUMNS)
        cases = [self._row(one) for one in held]
        insert_rows(Case._meta.db_table, types, cases, instead=_REPLACES)
        kept = Case.objects.filter(object_type=self.case_type, object_id__in=[one.pk for one in held])
        keys = dict(kept.values_list("object_id", "pk"))
        company = active_company_id()
        rows = [
            (company, keys[one.pk], one.version.pk, str(found.kind), found.step, found.other, found.member, found.event,
             found.amount, found.since, one.deeds[-1].occurred_at)
            for one in held for found in one.judged.found
        ]  # fmt: skip
        insert_rows(CaseDeviation._meta.db_table, column_types(CaseDeviation, FOUND_COLUMNS), rows)
        if self.summed:
            self._sums.cases((dict(zip(CASE_COLUMNS, row, strict=True)) for row in cases), 1)
            self._sums.deviations(((*row[1:6], row[8]) for row in rows), 1)

    def _row(self, one: _Held) -> tuple[Any, ...]:
        last = one.deeds[-1]
        cost = one.variant.cost if one.whole else one.variant.running_cost
        return (
            active_company_id(), self.case_type, one.pk, one.version.process_id, one.version.pk, one.variant.pk,
            one.deeds[0].occurred_at, last.occurred_at, one.ended_at, one.whole, last.event, one.owner,
            self._departments.get(one.owner or 0), len(one.deeds), cost, len(one.deeds) + one.words.shortest,
            len(one.judged.found), one.waits_for, last.occurred_at if one.waits_for else None, self._holder(one),
            one.judged.due_at, "\\x" + one.judged.paces.hex(),
        )  # fmt: skip

    # --- the map ---

    def _count(self, version: int, steps: Sequence[str], classes: bytes, over: bool, sign: int) -> None:
        """Add a case to the arrows of its version, or take it away."""
        arrows = self._arrows[version]
        arrows["", steps[0]][0] += sign
        for before, after, pace in zip(steps, steps[1:], classes, strict=False):
            arrows[before, after][pace] += sign
        if over:
            arrows[steps[-1], ""][0] += sign

    def _write_arrows(self) -> None:
        kept = {
            (one.version_id, one.before, one.after): one
            for one in Arrow.objects.filter(version__in=list(self._arrows)).order_by("pk").select_for_update()
        }
        changed, new = [], []
        for version, arrows in self._arrows.items():
            for (before, after), change in arrows.items():
                more = {pace: count for pace, count in change.items() if count}
                if not more:
                    continue
                arrow = kept.get((version, before, after))
                counts = paces.added(arrow.paces if arrow else [], more)
                told = [str(count) for count in counts]
                if arrow is not None:
                    changed.append((arrow.pk, sum(counts), told))
                else:
                    new.append((active_company_id(), version, before, after, sum(counts), told))
        update_rows(Arrow._meta.db_table, column_types(Arrow, ("id", "count", "paces")), changed)
        columns = ("company_id", "version_id", "before", "after", "count", "paces")
        insert_rows(Arrow._meta.db_table, column_types(Arrow, columns), new)
