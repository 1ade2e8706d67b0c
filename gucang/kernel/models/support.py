"""Tables that serve every record type: sharing, numbers, custom fields, search, idempotency."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Collate, Lower
from django.db.models.lookups import Exact
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models.base import CompanyModel, Record
from gucang.kernel.models.fields import Reference, TagsField


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


class FieldKind(models.TextChoices):
    """What an own field holds. A number has `places` decimals; whole ones of their own are from before."""

    TEXT = "text", _("Text")
    LONGTEXT = "longtext", _("Long text")
    DECIMAL = "decimal", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    CHOICES = "choices", _("Several choices")
    BOOLEAN = "boolean", _("Yes or no")
    MEMBER = "member", _("Member")
    REFERENCE = "reference", _("Another record")
    FORMULA = "formula", _("Formula")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    INTEGER = "integer", _("Whole number")


def fieldable() -> list[tuple[str, Any]]:
    """The record types that may have own fields, with what many of them are called."""
    from gucang.kernel import records

    return [
        (one.name, one.label_plural)
        for one in records.every()
        # What nobody fills in by hand (an export, a file, a token) has no form that would show the field; what nobody
        # throws away (how one wants to be told of things) is no record of work.
        if issubclass(one.model, Record)
        and not one.model.setup
        and one.form_makes
        and one.edit is not None
        and "delete" in one.verbs
    ]


class CustomField(Record):
    """A field that the company added to a record type. Its values are in the record's `extra`, under `key`.

    `options` are the choices, one a line: "value = name | name in English | colour", with a - before those that are not
    offered any more. `target` is the record type that a reference points at. `default` is written as people write it;
    "today" and "me" are understood. `section` is "" for the company's own section of the form, "@2" for the third
    declared one, any other text is a title. With `show_field` the form shows it only while that field holds one of
    `show_values`, or anything where there are none. `required_in` are values of the record type's board, as texts.
    `formula` has every field by its own name. A retired field keeps its values and is shown nowhere.
    """

    setup = True

    record_type = models.CharField(_("of"), max_length=40, choices=fieldable)
    key = models.SlugField(
        pgettext_lazy("own field", "short name"),
        max_length=40,
        blank=True,
        help_text=_("for files and programs; empty: made from the name"),
    )
    label_zh = models.CharField(_("name in Chinese"), max_length=60)
    label_en = models.CharField(_("name in English"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=FieldKind)
    required = models.BooleanField(_("must be filled in"), default=False)
    options = models.TextField(
        _("choices"),
        blank=True,
        help_text=_("one a line; with English and a colour: 大型 | Large | ok (ac, ok, warn, bad)"),
    )
    help = models.CharField(_("hint"), max_length=200, blank=True)
    help_en = models.CharField(_("hint in English"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=0, editable=False)
    retired = models.BooleanField(_("retired"), default=False, editable=False)
    places = models.PositiveSmallIntegerField(_("decimals"), default=2)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    summed = models.BooleanField(
        _("added up in lists"), default=True, help_text=_("not for prices and shares: their sum means nothing")
    )
    target = models.CharField(_("points at"), max_length=40, blank=True, choices=fieldable)
    default = models.CharField(
        _("filled in beforehand"), max_length=200, blank=True, help_text=_("also: today for a date, me for a member")
    )
    section = models.CharField(
        _("section of the form"),
        max_length=60,
        blank=True,
        help_text=_("a title that the form has, or one of your own; empty for “Own fields”"),
    )
    wide = models.BooleanField(_("as wide as the form"), default=False)
    first = models.BooleanField(_("among the first on a phone"), default=False)
    searchable = models.BooleanField(_("found by the search"), default=False)
    on_card = models.BooleanField(_("on the cards of the board"), default=False)
    in_calendar = models.BooleanField(
        _("in the calendar"), default=False, help_text=_("records stand there on this day, for whoever may read it")
    )
    personal = models.BooleanField(
        _("holds personal data"),
        default=False,
        help_text=_("cleared, also in the log, when a person's data are erased"),
    )
    show_field = models.CharField(
        _("shown by"),
        max_length=60,
        blank=True,
        help_text=_("the name of a field with choices, or yes or no; empty for always"),
    )
    show_values = TagsField(
        verbose_name=_("shown for"), help_text=_("while that field holds one of these, commas between them")
    )
    required_in = TagsField(
        verbose_name=_("needed in"), help_text=_("stages that a record may not enter without it, by their names")
    )
    formula = models.CharField(
        _("formula"),
        max_length=2000,
        blank=True,
        help_text=_(
            "such as ROUND([amount] * 10%, 2); IF, AND, OR, NOT, SUM, MIN, MAX, ABS, TODAY, DAYS, LEN, LEFT, …"
        ),
    )

    class Meta(Record.Meta):
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        constraints = [models.UniqueConstraint(fields=["company", "record_type", "key"], name="one_custom_field")]

    loaded: tuple[str, str, str] | None = None

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        return (english and self.label_en) or self.label_zh

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> CustomField:
        found: CustomField = super().from_db(*args, **options)
        found.loaded = tuple(found.__dict__.get(name) for name in ("record_type", "key", "kind"))  # type: ignore[assignment]
        return found


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
    """A field whose index is being worked out for the records that are there already, up to the one of `last_id`.

    `afresh`: what the index held before is not right any more, so nobody may filter by it until this is done.
    """

    field = Reference(CustomField, models.CASCADE, related_name="+")
    last_id = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    afresh = models.BooleanField(default=True)
    started_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "field"], name="one_field_work")]


# Every so many entries one stands in an index of its own, from which the hits for frequent grams are taken.
SAMPLE = 64


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
        indexes = [
            GinIndex(fields=["grams"], name="search_grams", fastupdate=True, gin_pending_list_limit=256),
            GinIndex(
                fields=["grams"],
                name="search_sample",
                fastupdate=True,
                gin_pending_list_limit=256,
                condition=models.Q(Exact(models.F("object_id") % SAMPLE, 0)),
            ),
            models.Index(fields=["company", "record_type", "owner_id"], name="search_owners"),
            models.Index("company", "record_type", Collate(Lower("title"), "C"), name="search_titles"),
        ]


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
