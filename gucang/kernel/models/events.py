"""The one log. Append-only: the application's role may INSERT and SELECT, nothing else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models.base import CompanyModel


class Event(CompanyModel):
    """One deed. Partitioned by month of `recorded_at`; the walls are written by the migration by hand.

    `occurred_at` differs from `recorded_at` when something was entered late (补录). `changes` is
    {field: [old, new]} with JSON values (references as ids, decimals as strings); `facts` is what the action adds.
    """

    pair = False  # a partitioned table cannot promise (company, id) without the partition key; nothing refers to it

    recorded_at = models.DateTimeField(_("recorded"))
    occurred_at = models.DateTimeField(_("happened"))
    actor_kind = models.CharField(
        max_length=6, choices=[("member", "member"), ("token", "token"), ("system", "system")]
    )
    actor_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    name = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    subject_version = models.PositiveIntegerField()
    changes = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    cause = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    original_digest = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("event")
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["company", "actor_id", "-occurred_at"], name="event_by_actor"),
            models.Index(fields=["company", "name", "-occurred_at"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_label}"


class EventObject(CompanyModel):
    """A record that an event concerns, with its role: the subject first, then what the record type declares.

    The primary key in the database is (company, object_type, object_id, occurred_at, event_id, role): the timeline's
    index is the table.
    """

    pair = False  # its key is the timeline's

    event_id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    role = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("event object")
        base_manager_name = "objects"


class EventSeal(CompanyModel):
    """The nightly seal over one day's events: a hash chained to the seal before it."""

    day = models.DateField()
    events = models.BigIntegerField()
    last_event_id = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "day"], name="one_seal_a_day")]
