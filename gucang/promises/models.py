"""The promise ledger: what was promised to a customer, who holds it until when, and how it ended."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Department, Member, Role
from gucang.kernel.models import AboutRecord, MoneyField, Record, Reference, list_index
from gucang.parties.models import Contact, Customer
from gucang.promises import sources
from gucang.promises.kinds import WITHOUT_BOOKING, Kind

_NOT_NEGATIVE = MinValueValidator(Decimal(0), _("Write nothing below zero."))


class State(models.TextChoices):
    """How far a promise has come. “In approval” is what approvals know of it, see `kept`."""

    MADE = "made", pgettext_lazy("promise", "made")
    IN_APPROVAL = "in_approval", pgettext_lazy("promise", "in approval")
    BINDING = "binding", pgettext_lazy("promise", "binding")
    BOOKED = "booked", pgettext_lazy("promise", "booked")
    KEPT = "kept", pgettext_lazy("promise", "kept")
    BROKEN = "broken", pgettext_lazy("promise", "broken")
    WITHDRAWN = "withdrawn", pgettext_lazy("promise", "withdrawn")


OPEN = (State.MADE, State.IN_APPROVAL, State.BINDING, State.BOOKED)
# What the customer may count on.
OWED = (State.BINDING, State.BOOKED)


class Promise(AboutRecord):
    """Anything extra that was promised to a customer: what, worth how much, until when, and who must act now.

    `holder` is who must act, since `held_since` until `due_at`; `until` is the day that the customer was told.
    `book_by` is when it is to be booked, `handoffs` how often somebody passed it to somebody else. `booked_type` and
    `booked_id` are the record that booking made, where it made one.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    about_type = models.CharField(_("promised with"), max_length=40, choices=sources.choices)
    about_id = models.BigIntegerField(_("record"))
    customer = Reference(Customer, verbose_name=_("customer"), editable=False, related_name="promises")
    contact = Reference(Contact, verbose_name=_("promised to"), null=True, blank=True, related_name="+")
    kind = models.CharField(pgettext_lazy("promise", "kind"), max_length=14, choices=Kind)
    what = models.CharField(_("what was promised"), max_length=200)
    worth = MoneyField(pgettext_lazy("promise", "worth"), null=True, blank=True, validators=[_NOT_NEGATIVE])
    until = models.DateField(
        _("until when"), null=True, blank=True, help_text=_("Left empty, it is the usual time for its kind.")
    )
    state = models.CharField(
        pgettext_lazy("promise", "state"), max_length=12, choices=State, default=State.MADE, editable=False
    )
    promised_by = Reference(Member, verbose_name=_("promised by"), null=True, editable=False, related_name="+")
    holder = Reference(Member, verbose_name=_("with"), null=True, editable=False, related_name="+")
    held_since = models.DateTimeField(_("with them since"), null=True, editable=False)
    due_at = models.DateTimeField(_("next step until"), null=True, editable=False)
    escalated_at = models.DateTimeField(_("superior told"), null=True, editable=False)
    handoffs = models.PositiveSmallIntegerField(_("hand-offs"), default=0, editable=False)
    bound_at = models.DateTimeField(_("binding since"), null=True, editable=False)
    approved_by = Reference(Member, verbose_name=_("agreed to by"), null=True, editable=False, related_name="+")
    book_by = models.DateTimeField(_("to be booked until"), null=True, editable=False)
    booked_at = models.DateTimeField(_("booked on"), null=True, editable=False)
    booked_by = Reference(Member, verbose_name=_("booked by"), null=True, editable=False, related_name="+")
    booked_amount = MoneyField(_("booked amount"), null=True, editable=False)
    booked_ref = models.CharField(_("booked as"), max_length=80, blank=True, editable=False)
    booked_type = models.CharField(max_length=40, blank=True, editable=False)
    booked_id = models.BigIntegerField(null=True, editable=False)
    overdue_at = models.DateTimeField(_("overdue since"), null=True, editable=False)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True, editable=False)
    reason = models.CharField(pgettext_lazy("promise", "reason"), max_length=300, blank=True, editable=False)
    settled_at = models.DateTimeField(_("ended on"), null=True, editable=False)

    # Moments that an event tells by itself, and what approvals keep in step.
    derived_fields: ClassVar[tuple[str, ...]] = (
        "held_since", "due_at", "bound_at", "approved_by", "book_by", "booked_type", "booked_id", "settled_at",
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_promise_number"),
            models.CheckConstraint(
                condition=~Q(state=State.KEPT)
                | (~Q(evidence="") & (Q(booked_at__isnull=False) | Q(kind__in=WITHOUT_BOOKING))),
                name="kept_promises_are_booked_and_shown",
                violation_error_message=_("A promise is kept when it is booked and the customer has confirmed it."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.BOOKED) | Q(booked_at__isnull=False), name="booked_promises_have_a_booking"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.BROKEN, State.WITHDRAWN)) | ~Q(reason=""), name="ended_promises_say_why"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "customer", "-id"], name="promise_by_customer"),
            models.Index(fields=["company", "about_type", "about_id", "-id"], name="promise_about"),
            models.Index(
                fields=["company", "holder", "due_at"],
                condition=Q(state__in=("made", "in_approval", "binding", "booked")),
                name="promise_held",
            ),
            models.Index(
                fields=["company", "due_at"], condition=Q(state__in=("made", "binding", "booked")), name="promise_due"
            ),
            models.Index(
                fields=["company", "until"],
                condition=Q(state__in=("made", "in_approval", "binding", "booked")),
                name="promise_open_until",
            ),
            models.Index(fields=["company", "book_by"], condition=Q(state="binding"), name="promise_to_book"),
            models.Index(
                fields=["company", "-booked_at"],
                condition=Q(booked_at__isnull=False) & ~Q(booked_amount=models.F("worth")),
                name="promise_other_amount",
            ),
            list_index("promise_by_change", "-updated_at", "-id"),
        ]

    def __str__(self) -> str:
        # No translated word: the log keeps this name for readers of every language.
        return self.what

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in OPEN


_DAYS = [MaxValueValidator(365, _("At most %(limit_value)s."))]


class PromiseRule(Record):
    """Who acts on promises of a kind, and how much time there is. Kinds without a rule follow the usual one."""

    setup = True

    kind = models.CharField(pgettext_lazy("promise", "kind"), max_length=14, choices=Kind)
    role = Reference(Role, verbose_name=_("role that acts"), null=True, blank=True, related_name="+")
    department = Reference(Department, verbose_name=_("department that acts"), null=True, blank=True, related_name="+")
    due_days = models.PositiveSmallIntegerField(
        _("to be kept within, working days"), default=10, validators=_DAYS, help_text=_("where nobody names a day")
    )
    book_days = models.PositiveSmallIntegerField(_("to be booked within, working days"), default=2, validators=_DAYS)

    class Meta(Record.Meta):
        verbose_name = _("promise rule")
        verbose_name_plural = _("promise rules")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind"],
                name="one_promise_rule",
                violation_error_message=_("This kind has its rule already; change that one."),
            )
        ]

    def __str__(self) -> str:
        return str(Kind(self.kind).label) if self.kind else ""
