"""Tables that serve every record type: sharing, numbers, custom fields, search, idempotency."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models.base import CompanyModel, Record
from gucang.kernel.models.fields import Reference


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


class CustomField(Record):
    """A field that the company added to a record type. Its values are in the record's `extra`, under `key`.

    `choices` are dicts of value, zh, en, tone and, once it is not offered any more, former. `target` is the record type
    that a reference points at. `section` is "" for the company's own section of the form, "@2" for the third declared
    one, any other text is a title. With `show_field` the form shows it only while that field holds one of
    `show_values`, or anything where there are none. `required_in` are values of the record type's board, as texts.
    `formula` has every field by its own name. A retired field keeps its values and is shown nowhere.
    """

    setup = True

    record_type = models.CharField(_("of"), max_length=40)
    key = models.SlugField(_("short name"), max_length=40)
    label_zh = models.CharField(_("name in Chinese"), max_length=60)
    label_en = models.CharField(_("name in English"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20)
    required = models.BooleanField(_("must be filled in"), default=False)
    choices = models.JSONField(default=list, blank=True)
    help = models.CharField(_("hint"), max_length=200, blank=True)
    help_en = models.CharField(_("hint in English"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=0)
    retired = models.BooleanField(_("retired"), default=False)
    places = models.PositiveSmallIntegerField(_("decimals"), default=2)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    target = models.CharField(_("points at"), max_length=40, blank=True)
    default = models.JSONField(_("filled in beforehand"), null=True, blank=True)
    section = models.CharField(_("section of the form"), max_length=60, blank=True)
    wide = models.BooleanField(_("as wide as the form"), default=False)
    first = models.BooleanField(_("among the first on a phone"), default=False)
    searchable = models.BooleanField(_("found by the search"), default=False)
    show_field = models.CharField(_("shown by"), max_length=60, blank=True)
    show_values = models.JSONField(default=list, blank=True)
    required_in = models.JSONField(default=list, blank=True)
    formula = models.CharField(_("formula"), max_length=2000, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        constraints = [models.UniqueConstraint(fields=["company", "record_type", "key"], name="one_custom_field")]

    def __str__(self) -> str:
        return self.label_zh


class FieldValue(CompanyModel):
    """What an own field of a record holds, as indexes can find and sort it; kept with every change of the record.

    The record's `extra` is the truth and this its index: a row for each value, or for each of many choices. `number` is
    an amount in ten-thousandths, a day's ordinal, a record's id or a choice's place; `word` a choice or how a text
    sorts. Whole numbers and plain text, because comparing them is leakproof: under row security nothing else can use
    an index. The primary key in the database is (company, field_id, object_id, word).
    """

    pair = False  # its key is what it is looked up by

    field_id = models.BigIntegerField()
    object_id = models.BigIntegerField(primary_key=True)
    word = models.TextField(default="", db_collation="C")
    number = models.BigIntegerField(null=True)

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("value of an own field")


class FieldWork(CompanyModel):
    """A formula field whose values are being worked out for the records that are there already: how far it is."""

    field = Reference(CustomField, models.CASCADE, related_name="+")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "field"], name="one_field_work")]


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
