"""What is kept of cases: the nightly run writes it, pages read it, and all of it retells the log, hence `derived`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from gucang.accounts.models import Department, Member
from gucang.conformance.kinds import Kind
from gucang.kernel.models import CompanyModel, Reference
from gucang.sops.models import Process, ProcessVersion


class Watch(CompanyModel):
    """How far the log has been read for the cases of a type, and how far the run that goes on has come.

    A case is looked at again for an event with a higher id than `seen_event`, or recorded after `seen_at`: neither
    alone would do, because ids are handed out before their transaction is over.
    """

    derived = True

    case_type = models.CharField(max_length=40)
    seen_event = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    # Whether the sums follow each batch; until the first run is over they do not.
    summed = models.BooleanField(default=False)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "case_type"], name="one_watch_a_case_type")]


class ToJudge(CompanyModel):
    """A record whose case is to be looked at in the run that goes on. What was killed goes on from here."""

    derived = True

    case_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "case_type", "object_id"], name="one_case_to_judge")]


class Variant(CompanyModel):
    """Cases of one version with the same steps, explained once.

    `cost`, `moves` ([[move, step, event], …]) and `departures` ([[kind, step, event, other], …]) are those of a case
    that is over; those with `running_` of one that goes on, which waits for the step `next`.
    """

    derived = True

    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=32)
    steps = models.JSONField(default=list)
    cost = models.PositiveIntegerField()
    moves = models.JSONField(default=list)
    departures = models.JSONField(default=list)
    running_cost = models.PositiveIntegerField()
    running_moves = models.JSONField(default=list)
    running_departures = models.JSONField(default=list)
    next = models.CharField(max_length=60, blank=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "version", "digest"], name="one_case_variant")]


class Case(CompanyModel):
    """One record's way through a process, as it was judged last. `ended_at` is None while it goes on.

    What ended by an event that is no step (an order was cancelled) was broken off: it is not `whole`, and is judged as
    far as it came, like one that goes on.
    `cost` of the worst possible `worst` is about the order of steps; `deviations` counts all that departs. A running
    case waits for the step `waits_for` since `waits_since`; `due_at` is when that becomes late. `paces` is one byte for
    each step from one event to the next (`paces`).
    """

    derived = True

    process = Reference(Process, models.CASCADE, related_name="+")
    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    variant = Reference(Variant, models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    whole = models.BooleanField(default=False)
    last_event = models.BigIntegerField()
    owner = Reference(Member, null=True, related_name="+")
    department = Reference(Department, null=True, related_name="+")
    events = models.PositiveIntegerField()
    cost = models.PositiveIntegerField()
    worst = models.PositiveIntegerField()
    deviations = models.PositiveIntegerField(default=0)
    waits_for = models.CharField(max_length=60, blank=True)
    waits_since = models.DateTimeField(null=True)
    holder = Reference(Member, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    paces = models.BinaryField(default=b"")

    process_id: int
    version_id: int
    variant_id: int
    owner_id: int | None
    holder_id: int | None

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "object_type", "object_id"], name="one_case")]
        indexes = [
            models.Index(fields=["company", "process", "-last_at", "-id"], name="case_by_last"),
            models.Index(
                fields=["company", "process", "-last_at", "-id"], name="case_deviating", condition=Q(deviations__gt=0)
            ),
            models.Index(
                fields=["company", "version", "waits_for", "waits_since", "id"], name="case_waiting",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["company", "process", "owner", "-last_at", "-id"], name="case_by_owner"),
            models.Index(
                fields=["company", "object_type", "due_at"], name="case_due", condition=Q(due_at__isnull=False)
            ),
        ]  # fmt: skip

    @property
    def fitness(self) -> float:
        """Trace fitness, from 0 to 1."""
        return 1 - self.cost / self.worst if self.worst else 1.0


class CaseDeviation(CompanyModel):
    """One departure of one case; a pattern is those of a version with the same kind, step and other step.

    `amount` is in working minutes: how late a step was, or how late it was entered. `since` is, of a step that is still
    not done, from when on it has been late. `member` is who did it or should have; `event` is 0 where none shows it.
    """

    derived = True

    case = Reference(Case, models.CASCADE, related_name="found")
    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    step = models.CharField(max_length=60)
    other = models.CharField(max_length=60, blank=True)
    member = Reference(Member, null=True, related_name="+")
    event = models.BigIntegerField(default=0)
    amount = models.PositiveIntegerField(null=True)
    since = models.DateTimeField(null=True)
    last_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["company", "case", "id"], name="deviation_of_case"),
            models.Index(
                fields=["company", "version", "kind", "step", "other", "-last_at"], name="deviation_by_pattern"
            ),
            models.Index(fields=["company", "version", "kind", "step", "other", "member"], name="deviation_by_person"),
        ]


class Arrow(CompanyModel):
    """How often one step came directly after another in the cases of a version, and the classes of time between.

    `before` is "" where a case begins, `after` is "" where one that is over ends.
    """

    derived = True

    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60, blank=True)
    count = models.BigIntegerField(default=0)
    paces = ArrayField(models.IntegerField(), default=list)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "version", "before", "after"], name="one_arrow")]


class Standing(CompanyModel):
    """The cases of a version that a member owns and that had their last event in the week from Monday `week`, added up.

    Fitness over any of them is 1 − cost / worst of the sums.
    """

    derived = True

    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    member = Reference(Member, null=True, related_name="+")
    department = Reference(Department, null=True, related_name="+")
    week = models.DateField()
    cases = models.PositiveIntegerField(default=0)
    over = models.PositiveIntegerField(default=0)
    deviating = models.PositiveIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    worst = models.BigIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                F("company"), F("version"), F("week"), F("member"), F("department"), name="one_standing",
                nulls_distinct=False,
            )
        ]  # fmt: skip


class Waiting(CompanyModel):
    """How many running cases of a version wait for a step, with whom, how many late, and since when the first."""

    derived = True

    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    step = models.CharField(max_length=60)
    member = Reference(Member, null=True, related_name="+")
    cases = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    middle = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["company", "version", "step"], name="waiting_by_step")]


class Pattern(CompanyModel):
    """Deviations of one kind at one step of a version, added up: how many cases and people, and working minutes in all.

    The deviations behind it are those with the same version, kind, step and other step (index `deviation_by_pattern`).
    """

    derived = True

    version = Reference(ProcessVersion, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    step = models.CharField(max_length=60)
    other = models.CharField(max_length=60, blank=True)
    cases = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    minutes = models.BigIntegerField(null=True)
    last_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["company", "version", "kind", "step", "other"], name="one_case_pattern")
        ]
