"""Tables that serve every record type: sharing, numbers, custom fields, search, idempotency."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models.base import CompanyModel


class Collaborator(CompanyModel):
    """A member who works on a record that somebody else owns."""

    record_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    member_id = models.BigIntegerField()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["company", "member_id", "record_type", "object_id"], name="collaborator_once"
            )
        ]
        indexes = [models.Index(fields=["company", "record_type", "object_id"], name="collaborator_of")]


class NumberRule(CompanyModel):
    """编码原则: the company's own pattern for one record type, instead of the declared one."""

    setup = True

    record_type = models.CharField(max_length=40)
    pattern = models.CharField(_("pattern"), max_length=60)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "record_type"], name="one_number_rule")]


class NumberCounter(CompanyModel):
    """The last number given in one period. Its row lock is what makes numbers free of gaps and doubles."""

    record_type = models.CharField(max_length=40)
    period = models.CharField(max_length=60)
    value = models.BigIntegerField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "record_type", "period"], name="one_counter")]


class CustomField(CompanyModel):
    """A field that the company added to a record type. Its values are in the record's `extra`, under `key`."""

    setup = True

    record_type = models.CharField(max_length=40)
    key = models.SlugField(max_length=40)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20)
    required = models.BooleanField(default=False)
    choices = models.JSONField(default=list, blank=True)
    help = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "record_type", "key"], name="one_custom_field")]


class SearchEntry(CompanyModel):
    """What the search knows of one record.

    `grams` carry the company's id in front, so that one GIN index serves every company without mixing them.
    """

    forced_rows = False

    record_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200)
    detail = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    grams = ArrayField(models.TextField())

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "record_type", "object_id"], name="one_entry")]
        # A short list of what is not yet in the index: a third of the cost of writing, none of searching (measured).
        indexes = [GinIndex(fields=["grams"], name="search_grams", fastupdate=True, gin_pending_list_limit=256)]


class IdempotencyKey(CompanyModel):
    """An answer that was given, kept so that the same request gets it again instead of being done twice."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "actor", "key"], name="one_answer")]
        indexes = [models.Index(fields=["company", "created_at"], name="answers_by_age")]
