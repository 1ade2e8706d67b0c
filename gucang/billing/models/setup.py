"""Payment terms, and the steps of dunning with what they have done."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing.terms import MOST_DAYS, BadTerms, Part, read_terms
from gucang.kernel.models import CompanyModel, Record, Reference


class PaymentTerms(Record):
    """How a customer pays: by which instalments, due when. `plan` is as people write it, see `terms`."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    plan = models.CharField(
        _("instalments"), max_length=200, default="货到 30 天",
        help_text=_("such as “30% advance, 70% acceptance 30 days”, “delivery 30” or “month end 60”"),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_payment_terms_name",
                violation_error_message=_("There are already payment terms with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            read_terms(self.plan)
        except BadTerms as problem:
            raise ValidationError({"plan": str(problem)}) from None

    def parts(self) -> tuple[Part, ...]:
        """The instalments in their order."""
        return read_terms(self.plan)


class Tells(models.TextChoices):
    OWNER = "owner", _("the customer's owner")
    SUPERIOR = "superior", _("the owner's superior")
    FINANCE = "finance", _("finance")


class Does(models.TextChoices):
    MESSAGE = "message", _("a message")
    TASK = "task", _("a task")


class DunningStep(Record):
    """So many days after the due day somebody is told that money is late."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    days_after_due = models.PositiveSmallIntegerField(
        _("days after the due day"), default=1, validators=[MaxValueValidator(MOST_DAYS, _("At most %(limit_value)s."))]
    )
    tells = models.CharField(_("who is told"), max_length=10, choices=Tells, default=Tells.OWNER)
    does = models.CharField(pgettext_lazy("dunning", "by"), max_length=10, choices=Does, default=Does.TASK)
    text = models.CharField(
        _("what to do"), max_length=200, blank=True, help_text=_("stands in the task or the message")
    )

    class Meta(Record.Meta):
        verbose_name = _("dunning step")
        verbose_name_plural = _("dunning steps")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_dunning_step",
                violation_error_message=_("There is already a step with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Dunning(CompanyModel):
    """A step that was taken about a receivable: the reason why none is taken twice."""

    receivable = Reference("billing.Receivable", models.CASCADE, related_name="dunnings")
    step = Reference(DunningStep, related_name="+")
    days_after_due = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    receivable_id: int
    step_id: int

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("reminder")
        constraints = [
            models.UniqueConstraint(fields=["company", "receivable", "step"], name="one_dunning_of_a_step"),
        ]

    def __str__(self) -> str:
        return f"{self.receivable_id}: {self.step_id}"
