"""Pipelines with their stages, opportunities with their history and sums, leads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member
from gucang.documents.models import Currency
from gucang.kernel.models import (
    CompanyModel,
    MoneyField,
    PhoneField,
    Record,
    Reference,
    TagsField,
    bin_index,
    list_index,
)
from gucang.parties.models import Contact, Customer, Kind, Source

# What a stage may ask of a deal besides the company's own fields, in the order of the form.
REQUIRABLE = ("contact", "amount", "closes_on", "note")


class Pipeline(Record):
    """One way of selling, as a row of stages. The first by position is the one a new deal starts on."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=1)

    class Meta(Record.Meta):
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_pipeline_name",
                violation_error_message=_("There is already a pipeline with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open", _("under way")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Stage(Record):
    """A step of a pipeline: what it asks for, how long it should take, and how to do it."""

    setup = True

    pipeline = Reference(Pipeline, verbose_name=_("pipeline"), related_name="stages")
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=1)
    kind = models.CharField(_("kind"), max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability, %"), default=0, validators=[MaxValueValidator(100, _("At most 100."))]
    )
    required_fields = TagsField(
        verbose_name=_("asks for"), help_text=_("field names that must be filled before a deal comes here")
    )
    max_days = models.PositiveSmallIntegerField(
        _("days it should take at most"), default=0, help_text=_("longer is marked as ageing; 0 for no limit")
    )
    guidance = models.TextField(_("how to do this step"), blank=True)

    loaded_kind: str | None = None
    loaded_pipeline_id: int | None = None

    class Meta(Record.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "pipeline", "name"],
                condition=Q(deleted_at=None),
                name="one_stage_name",
                violation_error_message=_("There is already a stage with this name in the pipeline."),
            ),
            models.UniqueConstraint(
                fields=["company", "pipeline", "kind"],
                condition=Q(deleted_at=None, kind="won"),
                name="one_stage_for_won",
                violation_error_message=_("The pipeline has its stage for won deals already."),
            ),
            models.UniqueConstraint(
                fields=["company", "pipeline", "kind"],
                condition=Q(deleted_at=None, kind="lost"),
                name="one_stage_for_lost",
                violation_error_message=_("The pipeline has its stage for lost deals already."),
            ),
        ]
        indexes = [models.Index(fields=["company", "pipeline", "position"], name="stage_by_position")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Stage:
        stage: Stage = super().from_db(*args, **options)
        stage.loaded_kind = stage.__dict__.get("kind")
        stage.loaded_pipeline_id = stage.__dict__.get("pipeline_id")
        return stage

    def clean(self) -> None:
        unknown = [name for name in self.required_fields if name not in REQUIRABLE and not name.startswith("extra.")]
        if unknown:
            raise ValidationError(
                {
                    "required_fields": _t("A stage cannot ask for “%(name)s”. It can ask for: %(known)s.")
                    % {"name": unknown[0], "known": "、".join(REQUIRABLE)}
                }
            )


class LossReason(Record):
    """Why a deal ended without an order. Worded so that nobody is blamed."""

    setup = True

    name = models.CharField(_("reason"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=1)

    class Meta(Record.Meta):
        verbose_name = _("loss reason")
        verbose_name_plural = _("loss reasons")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_loss_reason",
                violation_error_message=_("There is already such a reason."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Opportunity(Record):
    """A deal on a pipeline. `state` follows from its stage; `currency` "" is the company's own."""

    number = models.CharField(_("number"), max_length=40, editable=False)
    name = models.CharField(_("name"), max_length=120)
    customer = Reference(Customer, verbose_name=_("customer"), related_name="opportunities")
    contact = Reference(Contact, verbose_name=_("contact"), null=True, blank=True, related_name="+")
    pipeline = Reference(Pipeline, verbose_name=_("pipeline"), blank=True, related_name="+")
    stage = Reference(Stage, verbose_name=_("stage"), editable=False, related_name="opportunities")
    amount = MoneyField(
        _("amount"), default=Decimal(0), blank=True, validators=[MinValueValidator(0, _("An amount is not negative."))]
    )
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency, blank=True, help_text=_("empty for the company's own")
    )
    closes_on = models.DateField(_("expected close"), null=True, blank=True)
    owner = Reference(Member, verbose_name=_("owner"), null=True, blank=True, editable=False, related_name="+")
    private = models.BooleanField(
        _("not shown yet"), default=False, help_text=_("only you see it until you say it is ready; sums count it")
    )
    note = models.TextField(_("note"), blank=True)
    lost_reason = Reference(
        LossReason, verbose_name=_("why it was lost"), null=True, blank=True, editable=False, related_name="+"
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=4, choices=StageKind, default=StageKind.OPEN, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), null=True, blank=True, editable=False)
    # The amount in hundredths: whole numbers find their place in an index under row security, decimals do not.
    amount_order = models.BigIntegerField(default=0, editable=False)

    derived_fields = ("state", "stage_since", "amount_order")
    sorts_by = {"amount": "amount_order"}
    # What it was when it was read, for what must be asked only of a change.
    loaded: dict[str, Any] = {}

    class Meta(Record.Meta):
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_opportunity_number"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None, lost_reason=None)
                | Q(state="won", closed_on__isnull=False, lost_reason=None)
                | Q(state="lost", closed_on__isnull=False),
                name="closed_with_a_day",
                violation_error_message=_("A closed deal has a closing day, an open one has none."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="amount_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]
        indexes = [
            bin_index("opportunity_in_bin"),
            list_index("opportunity_by_change", "-updated_at", "-id", carries=["owner", "private"]),
            list_index("opportunity_by_owner", "owner", "-updated_at", "-id", carries=["private"]),
            list_index("opportunity_by_stage", "stage", "-updated_at", "-id", carries=["owner", "private"]),
            list_index("opportunity_by_owner_stage", "owner", "stage", "-updated_at", "-id", carries=["private"]),
            models.Index(fields=["company", "customer", "-id"], name="opportunity_by_customer"),
            list_index("opportunity_by_amount", "-amount_order", "-id", carries=["owner", "private"]),
            list_index("opportunity_by_creation", "-created_at", "-id", carries=["owner", "private"]),
            models.Index(fields=["company", "closes_on", "id"], condition=Q(state="open"), name="opportunity_by_close"),
            models.Index(
                fields=["company", "stage_since", "id"], condition=Q(state="open"), name="opportunity_standing"
            ),
            models.Index(
                fields=["company", "state", "-closed_on", "-id"],
                # A month's sum and the latest deals won come from the index alone.
                include=["owner", "private", "currency", "amount"],
                condition=Q(closed_on__isnull=False, deleted_at=None),
                name="opportunity_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Opportunity:
        deal: Opportunity = super().from_db(*args, **options)
        watched = ("pipeline_id", "stage_id", "customer_id", "contact_id", "private")
        deal.loaded = {name: deal.__dict__[name] for name in watched if name in deal.__dict__}
        return deal

    def was_changed(self, name: str) -> bool:
        """Whether a watched column differs from what was read; everything of a new deal does."""
        return name not in self.loaded or self.loaded[name] != getattr(self, name)

    @property
    def probability(self) -> int:
        """How likely it is, in per cent: that of its stage."""
        return self.stage.probability

    def derive(self) -> None:
        self.amount_order = int(self.amount * 100)
        if self.was_changed("stage_id"):
            self.state = self.stage.kind

    def clean(self) -> None:
        if self.contact_id is None or not (self.was_changed("contact_id") or self.was_changed("customer_id")):
            return
        if self.contact is not None and self.contact.customer_id != self.customer_id:
            sentence = _t("%(contact)s is not at this customer. Choose one of its contacts.")
            raise ValidationError({"contact": sentence % {"contact": self.contact}})


class StageChange(CompanyModel):
    """One move of a deal: from where to where, when, by whom, after how many days."""

    opportunity = Reference(Opportunity, models.CASCADE, related_name="stage_changes")
    from_stage = Reference(Stage, verbose_name=_("from stage"), related_name="+")
    to_stage = Reference(Stage, verbose_name=_("to stage"), related_name="+")
    at = models.DateTimeField(_("moved at"))
    by = Reference(Member, verbose_name=_("moved by"), null=True, related_name="+")
    days = models.PositiveIntegerField(_("days there"))

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("stage change")
        indexes = [
            models.Index(fields=["company", "opportunity", "-at"], name="stage_change_of"),
            models.Index(fields=["company", "to_stage", "-at"], name="stage_change_into"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"


class StageTotal(CompanyModel):
    """How many deals of one owner stand in one stage and what they are worth: kept with every change."""

    pipeline = Reference(Pipeline, related_name="+")
    stage = Reference(Stage, related_name="+")
    owner = Reference(Member, null=True, related_name="+")
    private = models.BooleanField()
    currency = models.CharField(max_length=3, blank=True)
    count = models.BigIntegerField()
    amount = MoneyField(max_digits=22)

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("stage total")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "pipeline", "stage", "owner", "private", "currency"],
                nulls_distinct=False,
                name="one_stage_total",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage_id}: {self.count}, {self.amount}"


class LeadStatus(models.TextChoices):
    NEW = "new", _("unanswered")
    CONTACTED = "contacted", _("contacted")
    QUALIFIED = "qualified", _("worth following")
    CONVERTED = "converted", _("became a customer")
    DISCARDED = "discarded", _("put aside")


class Lead(Record):
    """An enquiry that is not a customer yet. Without an owner it waits for whoever takes it."""

    personal_fields = ("name", "contact_name", "phone", "email", "note")

    number = models.CharField(_("number"), max_length=40, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("of the company or person"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    phone = PhoneField(_("phone"))
    email = models.EmailField(_("e-mail"), blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=40, blank=True)
    note = models.TextField(_("what they want"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=LeadStatus, default=LeadStatus.NEW, editable=False)
    owner = Reference(Member, verbose_name=_("owner"), null=True, blank=True, editable=False, related_name="+")
    contacted_at = models.DateTimeField(_("first answered"), null=True, blank=True, editable=False)
    discard_reason = models.CharField(_("why it was put aside"), max_length=200, blank=True, editable=False)
    customer = Reference(Customer, verbose_name=_("customer"), null=True, editable=False, related_name="leads")
    contact = Reference(Contact, verbose_name=_("contact"), null=True, editable=False, related_name="+")
    opportunity = Reference(Opportunity, verbose_name=_("opportunity"), null=True, editable=False, related_name="+")

    class Meta(Record.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_lead_number"),
            models.CheckConstraint(
                condition=(Q(status="converted") & Q(customer__isnull=False))
                | (~Q(status="converted") & Q(customer=None)),
                name="converted_into_a_customer",
                violation_error_message=_("A lead that became a customer says which."),
            ),
        ]
        indexes = [
            bin_index("lead_in_bin"),
            list_index("lead_by_change", "-updated_at", "-id", carries=["owner"]),
            list_index("lead_by_owner", "owner", "-updated_at", "-id"),
            list_index("lead_by_status", "status", "-updated_at", "-id", carries=["owner"]),
            models.Index(fields=["company", "customer"], condition=Q(customer__isnull=False), name="lead_by_customer"),
        ]

    def __str__(self) -> str:
        return self.name
