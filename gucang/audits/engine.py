"""The engine: what offends a rule now, held against what it has found before. It opens, refreshes and ends findings.

A turn does at most `BATCH` of it and says whether more is left, so that a job is short, and one that was killed goes on
where it was: what is opened already is no offender without a finding any more. PostgreSQL compares; only what changes
is read. What a turn costs grows with the offenders and never with the table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

from django.db.models import BigIntegerField, DecimalField, Exists, F, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, RowNumber
from django.utils import timezone

from gucang.accounts.models import Member
from gucang.audits import clocks, declared, queries, wording
from gucang.audits.actions import corrections, findings
from gucang.audits.kinds import LIVE, PRIVATE, Lapse, State
from gucang.audits.models import AuditRule, Correction, Finding, RuleRun
from gucang.books.queries import in_own_currency
from gucang.kernel import clock, events, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem, Refused
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving
from gucang.surface import currencies

APP = "audits"
BATCH = 200
EVIDENCE = 5
# A case that was made so long ago has had its chance to offend.
SETTLED = timedelta(days=1)
# In days: longer than any log.
EVER = 36_500
# Under which a finding's facts keep the condition of a company's own rule. No column is called so.
CONDITION = "?"


@dataclass(frozen=True)
class Seen:
    """One offender as the database tells it: whose it is, what it costs, and the columns of the sentence."""

    pk: int
    member: int | None
    cost: Any
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Gone:
    """A finding whose record offends no more: which one, of what, what was told, and since when."""

    pk: int
    about: int
    facts: Mapping[str, Any]
    first_seen_at: datetime


@dataclass
class Rule:
    """A rule of the company, ready to be asked."""

    row: AuditRule
    now: datetime
    figures: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    responsible: Any = None
    cost: Any = None

    @classmethod
    def of(cls, row: AuditRule, now: datetime) -> Rule:
        """What the rule says. Raises Refused for one that cannot be asked any more."""
        found = row.builtin
        if found is not None:
            cost = _estimate(found, now) if found.cost else None
            whose = declared.whose(found.responsible, found.type)
            told = _with_currency(found.type, found.columns)
            return cls(row, now, found.defaults | row.figures, told, whose, cost)
        if row.key:
            raise Refused("No module of the program declares this rule any more.")
        record_type = _type_of(row)
        names = [name for _text, name, _spec, _conv in Formatter().parse(row.says) if name]
        path = f"{row.responsible}_id" if row.responsible else ""
        told = _with_currency(record_type, tuple(dict.fromkeys(names)))
        return cls(row, now, {CONDITION: row.conditions}, told, declared.whose(path, record_type))

    @property
    def type(self) -> RecordType:
        return _type_of(self.row)

    def offenders(self) -> QuerySet[Any]:
        """What offends now; nothing while the rule is off. Raises Refused."""
        if not self.row.active:
            return self.type.model._default_manager.none()
        if (found := self.row.builtin) is not None:
            return found.offenders(self.now, self.row.figures)
        return self._fitting(self.row.conditions)

    def _fitting(self, conditions: str) -> QuerySet[Any]:
        """What these conditions find for who made the rule, by the days of `clock`. Raises Refused."""
        maker = queries.now_working(self.row.owner)
        if self.row.owner is None or maker is None or maker.pk != self.row.owner_id:
            raise Refused("Who made this rule has left; it rests.")
        result = queries.matching(self.type, conditions, maker.as_actor())
        if result.problems:
            raise Refused(next(iter(result.problems.values())))
        return result.query.select_related(None).order_by()

    def tolerated(self, ids: Collection[int]) -> Mapping[int, declared.Tolerance]:
        """Which of these records are no offenders only because something is let be today."""
        found = self.row.builtin
        if found is None or found.tolerated is None or not self.row.active:
            return {}
        return found.tolerated(ids, now=self.now, **(found.defaults | self.row.figures))

    def lapsed(self, gone: Collection[Gone]) -> dict[int, Lapse]:
        """Which of these records are no offenders any more by nobody's doing, and why."""
        if not self.row.active:
            return {one.about: Lapse.OFF for one in gone}
        return self._lapsed_of_own(gone) if self.row.builtin is None else self._lapsed_of_declared(gone)

    def _lapsed_of_declared(self, gone: Collection[Gone]) -> dict[int, Lapse]:
        """What would offend if the rule looked back for ever; else by the figures by which it was found."""
        found = self.row.builtin
        assert found is not None
        wide = {found.window: EVER} if found.window else {}
        lapsed: dict[int, Lapse] = {}
        for then, ids in _together(gone, self._figures_then).items():
            figures = dict(then)
            if wide:
                lapsed |= _still(found.offenders(self.now, {**self.figures, **wide}), ids, Lapse.AGED)
            if figures != self.figures:
                by_then = _still(found.offenders(self.now, {**figures, **wide}), ids, Lapse.CHANGED)
                lapsed = by_then | lapsed
        return lapsed

    def _figures_then(self, one: Gone) -> tuple[tuple[str, Any], ...]:
        return tuple((name, one.facts.get(name, value)) for name, value in self.figures.items())

    def _lapsed_of_own(self, gone: Collection[Gone]) -> dict[int, Lapse]:
        """What would offend by the condition, and on the day, by which it was found."""
        lapsed: dict[int, Lapse] = {}
        for (conditions, day), ids in _together(gone, self._found_by).items():
            why = Lapse.AGED if conditions == self.row.conditions else Lapse.CHANGED
            try:
                with clock.at(clock.midnight(day)):
                    lapsed |= _still(self._fitting(conditions), ids, why)
            except Refused:
                continue  # a field of that condition is gone, so nobody can tell
        return lapsed

    def _found_by(self, one: Gone) -> tuple[str, date]:
        return one.facts.get(CONDITION, self.row.conditions), timezone.localdate(one.first_seen_at)

    def asked(self, offenders: QuerySet[Any]) -> QuerySet[Any]:
        """`offenders` with whose they are and what they cost."""
        # Cast, so that neither is the same column as one of the sentence: Django would select that once only.
        whose = self.responsible if self.responsible is not None else Value(None)
        more: dict[str, Any] = {"audit_member": Cast(whose, BigIntegerField())}
        if self.cost is not None:
            more["audit_cost"] = Cast(self.cost, DecimalField(max_digits=16, decimal_places=2))
        return offenders.annotate(**more)

    def read(self, rows: QuerySet[Any]) -> list[Seen]:
        """Rows of `asked` as they are told, and nothing else of them."""
        names = ["pk", "audit_member", *(["audit_cost"] if self.cost is not None else []), *self.columns]
        found = []
        for row in rows.values_list(*names, named=False):
            told = dict(zip(names, row, strict=True))
            facts = {**self.figures, **{name: wording.stored(told[name]) for name in self.columns}}
            found.append(Seen(told["pk"], told["audit_member"], told.get("audit_cost"), facts))
        return found


def _together(gone: Collection[Gone], by: Callable[[Gone], Hashable]) -> dict[Any, list[int]]:
    """The records of `gone`, in groups of what `by` tells of them."""
    groups: dict[Any, list[int]] = {}
    for one in gone:
        groups.setdefault(by(one), []).append(one.about)
    return groups


def _still(offenders: QuerySet[Any], ids: Collection[int], why: Lapse) -> dict[int, Lapse]:
    return dict.fromkeys(offenders.filter(pk__in=ids).values_list("pk", flat=True), why)


def _estimate(found: declared.Declared, now: datetime) -> Any:
    """What an offender costs, in the company's currency by the rate of the day; nothing where there is no rate."""
    spec = found.type.specs.get(found.cost)
    if "currency" in found.type.specs and not (spec is not None and spec.in_own):
        return in_own_currency(found.cost, timezone.localdate(now))
    return F(found.cost)


def _with_currency(record_type: RecordType, columns: tuple[str, ...]) -> tuple[str, ...]:
    """These columns, and in what the amounts among them are where each record has its own currency."""
    amounts = any(currencies.has_its_own(record_type, record_type.specs.get(name)) for name in columns)
    return (*columns, wording.CURRENCY) if amounts and wording.CURRENCY not in columns else columns


def _type_of(row: AuditRule) -> RecordType:
    try:
        return records.get(row.record_type)
    except LookupError:
        raise Refused("There are no such records any more.") from None


# --- a turn ----------------------------------------------------------------------------------------------------------


def turn(row: AuditRule) -> bool:
    """Do one turn of a rule; whether more is left. Raises Refused for a rule that cannot be asked any more."""
    rule = Rule.of(row, clock.now())
    offenders = rule.asked(rule.offenders())
    return _end_vanished(rule, offenders) or _refresh(rule, offenders) or _open(rule, offenders)


def run(row: AuditRule, turns: int = 10_000) -> None:
    """All turns of a rule, one after the other, within this transaction: for stories and tests. Jobs do one each."""
    begin(row)
    for _ in range(turns):
        if not turn(row):
            break
    finish(row)


def begin(row: AuditRule) -> None:
    """Note that a rule is being looked for."""
    _note(row, began_at=clock.now(), ended_at=None, problem="")


def finish(row: AuditRule) -> None:
    """Note how it ended: how many offend, and how many of them wait their turn."""
    found = Rule.of(row, clock.now()).offenders().count()
    shown = Finding.objects.filter(rule=row, present=True).count()
    _note(row, ended_at=clock.now(), offenders=found, waiting=max(0, found - shown))


def give_up(row: AuditRule, problem: Problem) -> None:
    """Note why a rule cannot be asked."""
    _note(row, ended_at=clock.now(), problem=str(problem)[:300])


def _note(row: AuditRule, **values: Any) -> None:
    with deriving(APP):
        RuleRun.objects.update_or_create(rule=row, defaults=values, create_defaults={"began_at": clock.now()} | values)


def _end_vanished(rule: Rule, offenders: QuerySet[Any]) -> bool:
    """End what offends no more, is tolerated from now on, or is not looked for any more."""
    vanished = Finding.objects.filter(rule=rule.row, present=True).exclude(
        Exists(offenders.filter(pk=OuterRef("about_id")).order_by().values("pk"))
    )
    told = vanished.order_by("pk").values_list("pk", "about_id", "facts", "first_seen_at")
    gone = [Gone(*row) for row in told[:BATCH]]
    tolerated = rule.tolerated([one.about for one in gone]) if gone else {}
    lapsed = rule.lapsed([one for one in gone if one.about not in tolerated])
    for one in gone:
        if one.about in tolerated:
            findings.tolerate(one.pk, actor=system(), **asdict(tolerated[one.about]))
        elif one.about in lapsed:
            findings.lapse(one.pk, actor=system(), why=lapsed[one.about])
        else:
            findings.end(one.pk, actor=system())
    return len(gone) == BATCH


def _refresh(rule: Rule, offenders: QuerySet[Any]) -> bool:
    """Bring up to date what is still so, where something else is said of it now, or it is somebody else's."""
    live = Finding.objects.filter(rule=rule.row, present=True, state__in=(State.OWN, State.OPEN))
    last = 0
    while True:
        held = {one.about_id: one for one in live.filter(about_id__gt=last).order_by("about_id")[:BATCH]}
        if not held:
            return False
        last = max(held)
        told = rule.read(offenders.filter(pk__in=list(held)).order_by("pk"))
        people = _people(told)
        for seen in told:
            finding, member = held[seen.pk], people.get(seen.member or 0)
            given = _given(rule, seen, member)
            same = finding.facts == given["facts"] and finding.member_id == given["member"]
            same = same and finding.cost == seen.cost
            if not same:
                findings.refresh(finding.pk, actor=system(), found=json.dumps(given))


def _open(rule: Rule, offenders: QuerySet[Any]) -> bool:
    """Open findings of what offends and has none: of each person a few at a time, the longest known first."""
    most = queries.settings().most_each
    present = Finding.objects.filter(rule=rule.row, present=True)
    holding = Counter(present.filter(state__in=LIVE).values_list("member_id", flat=True))
    full = [member for member, count in holding.items() if count >= most]
    new = offenders.exclude(Exists(present.filter(about_id=OuterRef("pk"))))
    taken = Q(audit_member__in=[member for member in full if member is not None])
    if None in full:
        taken |= Q(audit_member=None)
    new = new.exclude(taken) if full else new
    place = Window(RowNumber(), partition_by=[F("audit_member")], order_by=F("pk").asc())
    told = rule.read(new.annotate(audit_place=place).filter(audit_place__lte=most).order_by("pk")[:BATCH])
    people = _people(told)
    opened = 0
    names = _names(rule.type, [seen.pk for seen in told])
    evidence = _evidence(rule, [seen.pk for seen in told])
    for seen in told:
        member = people.get(seen.member or 0)
        key = member.pk if member is not None else None
        if holding[key] >= most:
            continue
        holding[key] += 1
        given = _given(rule, seen, member) | {
            "subject": names.get(seen.pk, ""), "evidence": evidence.get(seen.pk, []),
            "recurrence_of": _earlier(rule, seen, member),
        }  # fmt: skip
        made = findings.open_one(actor=system(), found=json.dumps(given)).record
        _tell_corrections(made)
        opened += 1
    return opened > 0 and len(told) == BATCH


def _given(rule: Rule, seen: Seen, member: Member | None) -> dict[str, Any]:
    """What a finding is told of an offender."""
    until = clocks.grace_end(member, rule.now, queries.settings()) if member is not None else None
    return {
        "rule": rule.row.pk,
        "about": seen.pk,
        "member": member.pk if member is not None else None,
        "grace_until": until.isoformat() if until else None,
        "facts": dict(seen.facts),
        "cost": str(seen.cost) if seen.cost is not None else None,
    }


def _people(told: Iterable[Seen]) -> dict[int, Member]:
    """By the member that the record names, who answers for it: they themselves, or who does since they left."""
    ids = {one.member for one in told if one.member is not None}
    rows = Member.with_bin.filter(pk__in=ids).select_related("manager", "department__head")
    found = {row.pk: queries.now_working(row) for row in rows}
    return {pk: member for pk, member in found.items() if member is not None}


def _names(record_type: RecordType, ids: Sequence[int]) -> dict[int, str]:
    return {pk: str(one)[:200] for pk, one in events.with_bin(record_type).in_bulk(ids).items()}


def _evidence(rule: Rule, ids: Sequence[int]) -> Mapping[int, list[int]]:
    """The ids of the events that show it: as the rule says, else the latest of each record."""
    found = rule.row.builtin
    if found is not None and found.evidence is not None:
        return found.evidence(ids)
    return {pk: [one.pk for one in events.timeline(rule.row.record_type, pk, limit=EVIDENCE)] for pk in ids}


def _earlier(rule: Rule, seen: Seen, member: Member | None) -> int | None:
    """The finding that this one goes on from: the last of the same record, or one whose correction it disproves."""
    before = Finding.objects.filter(rule=rule.row, present=False).exclude(state__in=PRIVATE)
    of_record = before.filter(about_id=seen.pk).order_by("-pk").values_list("pk", flat=True).first()
    if of_record is not None or member is None:
        return of_record
    done = Correction.objects.filter(rule=rule.row, state="done", finding__member=member)
    found: int | None = done.order_by("-done_at", "-pk").values_list("finding_id", flat=True).first()
    return found


def _tell_corrections(finding: Finding) -> None:
    """What was corrected and has happened again has not helped: its finding and its correction end so."""
    if finding.recurrence_of_id is None:
        return
    for done in Correction.objects.filter(finding_id=finding.recurrence_of_id, state="done"):
        corrections.fail(done, actor=system(), finding=finding.pk)
    earlier = Finding.objects.get(pk=finding.recurrence_of_id)
    if earlier.state == State.CORRECTING:
        findings.recur(earlier, actor=system(), again=finding.pk)


# --- corrections -----------------------------------------------------------------------------------------------------


def verify(correction: Correction) -> int:
    """Count the clean cases since a correction was done; with enough of them it is verified. Returns how many."""
    wanted = queries.settings().clean_cases
    clean = clean_cases(correction)[:wanted].count()
    finding = Finding.objects.get(pk=correction.finding_id)
    if clean >= wanted and not finding.present:
        corrections.verify(correction, actor=system(), clean=clean)
        if finding.state == State.CORRECTING:
            findings.verify(finding, actor=system())
    return clean


def clean_cases(correction: Correction) -> QuerySet[Any]:
    """The cases since a correction was done that have had their chance to offend and did not."""
    assert correction.done_at is not None
    rule = Rule.of(correction.rule, clock.now())
    found = rule.row.builtin
    every = rule.type.model._default_manager.all()
    if found is not None and found.cases is not None:
        cases = found.cases(every, since=correction.done_at, now=rule.now)
    else:
        cases = every.filter(created_at__gte=correction.done_at, created_at__lte=rule.now - SETTLED)
    member = correction.finding.member_id
    if member is not None and rule.responsible is not None:
        cases = cases.annotate(audit_case_of=rule.responsible).filter(audit_case_of=member)
    found_since = Finding.objects.filter(rule=rule.row, about_id=OuterRef("pk"), first_seen_at__gte=correction.done_at)
    return cases.exclude(Exists(found_since)).order_by()
