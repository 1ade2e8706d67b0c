"""Customers, contacts, and the rules of the pool."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import clock
from gucang.kernel.models import CreditCodeField, PhoneField, Record, Reference, TagsField, bin_index, list_index
from gucang.kernel.text import pinyin_key
from gucang.parties import rules

MAX_PARENTS = 20


class Kind(models.TextChoices):
    ORGANISATION = "organisation", _("organisation")
    PERSON = "person", _("private person")


class Level(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Source(models.TextChoices):
    REFERRAL = "referral", _("referral")
    EXHIBITION = "exhibition", _("trade fair")
    WEBSITE = "website", _("website")
    PHONE = "phone", _("they called")
    CALLING = "calling", _("we called")
    ADVERTISING = "advertising", _("advertising")
    OLD = "old", _("earlier customer")
    OTHER = "other", _("other source")


class Status(models.TextChoices):
    """How far a customer is developed (开发进度)."""

    PROSPECT = "prospect", _("prospect")
    ENGAGED = "engaged", _("in contact")
    BUYER = "buyer", _("has bought")
    LOST = "lost", _("drifted away")


def _phone_index(name: str, field: str) -> models.Index:
    """By this index whoever holds one of many phones is found in one statement."""
    return models.Index(fields=["company", field], name=name, condition=~Q(**{field: ""}))


class Customer(Record):
    """An organisation or private person we sell to. Without an owner it is in the pool; the database says so too."""

    number = models.CharField(_("number"), max_length=40, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    credit_code = CreditCodeField(_("credit code"), help_text=_("18 characters on the business licence"))
    phone = PhoneField(_("phone"))
    phone2 = PhoneField(_("second phone"))
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=1, choices=Level, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source, blank=True)
    status = models.CharField(_("development"), max_length=10, choices=Status, default=Status.PROSPECT)
    tags = TagsField(verbose_name=_("tags"))
    parent = Reference("parties.Customer", verbose_name=_("belongs to group"), null=True, blank=True, related_name="+")
    note = models.TextField(_("note"), blank=True)
    owner = Reference("accounts.Member", verbose_name=_("owner"), null=True, blank=True, related_name="+")
    # Whoever brought the customer in keeps the credit for it, whoever owns it later.
    originator = Reference(
        "accounts.Member", verbose_name=_("brought in by"), null=True, blank=True, editable=False, related_name="+"
    )
    # The day for which the owner was told that the customer is about to fall to the pool.
    warned_for = models.DateField(_("warned for"), null=True, blank=True, editable=False)

    name_key = models.CharField(max_length=64, blank=True, editable=False)
    owned_since = models.DateTimeField(_("owned since"), null=True, blank=True, editable=False)
    pooled_at = models.DateTimeField(_("in the pool since"), null=True, blank=True, editable=False)
    previous_owner = Reference(
        "accounts.Member", verbose_name=_("previous owner"), null=True, blank=True, editable=False, related_name="+"
    )
    # Kept in step with follow-ups and deals, see `kept`; the log tells their changes, so these are not logged again.
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True, editable=False)
    next_step = models.CharField(_("next step"), max_length=200, blank=True, editable=False)
    last_deal_on = models.DateField(_("last deal"), null=True, blank=True, editable=False)

    derived_fields = ("name_key", "owned_since", "pooled_at", "previous_owner")
    sorts_by = {"name": "name_key"}
    # Of a private person; what an organisation is called is nobody's personal data.
    personal_fields = ("name", "short_name", "phone", "phone2", "email", "address", "note")
    loaded_owner_id: int | None = None
    loaded_parent_id: int | None = None

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_customer_number"),
            models.UniqueConstraint(
                fields=["company", "credit_code"],
                condition=~Q(credit_code=""),
                name="one_credit_code",
                violation_error_message=_(
                    "There is a customer with this credit code already, perhaps a colleague's or in the bin. Search for"
                    " the code and ask its owner."
                ),
            ),
            models.CheckConstraint(
                condition=Q(owner=None, pooled_at__isnull=False, owned_since=None)
                | Q(owner__isnull=False, pooled_at=None, owned_since__isnull=False),
                name="in_the_pool_or_owned",
                violation_error_message=_("A customer has an owner, or is in the pool, never both."),
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ORGANISATION) | Q(credit_code=""),
                name="persons_have_no_credit_code",
                violation_error_message=_("A private person has no credit code."),
            ),
        ]
        indexes = [
            list_index("customer_by_change", "-updated_at", "-id", carries=["owner"]),
            list_index("customer_by_owner", "owner", "-updated_at", "-id"),
            list_index("customer_by_name_key", "name_key", "id", carries=["owner"]),
            models.Index(fields=["company", "name", "id"], name="customer_by_name"),
            list_index("customer_by_city", "city", "-updated_at", "-id", carries=["owner"]),
            list_index("customer_by_city_name", "city", "name_key", "id", carries=["owner"]),
            list_index("customer_by_province", "province", "-updated_at", "-id", carries=["owner"]),
            models.Index(
                fields=["company", "owner", "next_step_on"],
                name="customer_by_next_step",
                condition=Q(next_step_on__isnull=False),
            ),
            list_index("customer_by_contact", "-last_contact_at", "-id", carries=["owner"]),
            list_index("customer_by_creation", "-created_at", "-id", carries=["owner"]),
            bin_index("customer_in_bin"),
            models.Index(fields=["company", "parent"], name="customer_by_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["company", "-pooled_at"], name="customer_in_pool", condition=Q(owner=None)),
            _phone_index("customer_by_phone", "phone"),
            _phone_index("customer_by_phone2", "phone2"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Customer:
        customer: Customer = super().from_db(*args, **options)
        customer.loaded_owner_id = customer.__dict__.get("owner_id")
        customer.loaded_parent_id = customer.__dict__.get("parent_id")
        return customer

    @property
    def in_pool(self) -> bool:
        """Whether nobody owns it."""
        return self.owner_id is None

    @property
    def region(self) -> str:
        """Province and city as one phrase; where both are the same, once."""
        return " ".join(dict.fromkeys(filter(None, (self.province, self.city))))

    def derive(self) -> None:
        self.name_key = pinyin_key(self.name, person=self.kind == Kind.PERSON)
        if self.owner_id != self.loaded_owner_id:
            self.previous_owner_id = self.loaded_owner_id
            self.owned_since = self.pooled_at = None
        if self.owner_id is None:
            self.pooled_at = self.pooled_at or clock.now()
        else:
            self.owned_since = self.owned_since or clock.now()

    def clean(self) -> None:
        if sentence := rules.why_no_code(self):
            raise ValidationError({"credit_code": sentence})
        if self.parent_id is not None and self.parent_id != self.loaded_parent_id:
            self._check_parents()

    def _check_parents(self) -> None:
        """Refuse a circle: a customer cannot belong to its own subsidiary."""
        above, steps = self.parent, 0
        while above is not None:
            if above.pk == self.pk or steps > MAX_PARENTS:
                raise ValidationError(
                    {"parent": _("“%(name)s” belongs to this customer; choose another group.") % {"name": self.parent}}
                )
            above, steps = above.parent, steps + 1


class Contact(Record):
    """A person at a customer, visible to whoever may see the customer."""

    customer = Reference(Customer, verbose_name=_("customer"), related_name="contacts")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    position = models.CharField(_("position"), max_length=60, blank=True)
    mobile = PhoneField(_("mobile"))
    phone = PhoneField(_("phone"))
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    name_key = models.CharField(max_length=64, blank=True, editable=False)

    derived_fields = ("name_key",)
    sorts_by = {"name": "name_key"}
    personal_fields = ("name", "position", "mobile", "phone", "email", "wechat", "birthday", "note")

    class Meta(Record.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "customer"],
                condition=Q(is_primary=True, deleted_at=None),
                name="one_primary_contact",
                violation_error_message=_(
                    "The customer has a primary contact. Save without the tick, then press “Make primary”."
                ),
            )
        ]
        indexes = [
            models.Index(fields=["company", "customer"], name="contact_by_customer"),
            bin_index("contact_in_bin"),
            list_index("contact_by_change", "-updated_at", "-id"),
            list_index("contact_by_name", "name_key", "id"),
            _phone_index("contact_by_mobile", "mobile"),
            _phone_index("contact_by_phone", "phone"),
        ]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.name_key = pinyin_key(self.name, person=True)


_MOST = [MaxValueValidator(3650, _("At most %(limit_value)s."))]


def _days(label: Any, default: int, help_text: Any = "") -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(label, default=default, validators=_MOST, help_text=help_text)


class PoolRules(Record):
    """The company's rules for the pool; one row. Without it these defaults hold: nothing is recycled by itself."""

    setup = True

    days_without_contact = _days(_("days without a follow-up"), 0, _("then back to the pool; 0 for never"))
    days_without_deal = _days(_("days without a deal"), 0, _("then back to the pool; 0 for never"))
    warn_days = _days(_("days of warning"), 7, _("the owner is told so long before"))
    spares_buyers = models.BooleanField(_("customers who have bought stay"), default=True)
    cap = models.PositiveIntegerField(
        _("customers for each member"), default=0, help_text=_("who owns as many cannot claim; 0 for no limit")
    )
    cool_down_days = _days(_("pause for the former owner, days"), 7, _("before claiming the same customer again"))
    claims_a_day = _days(_("claims a day"), 20, _("for each member; 0 for no limit"))

    class Meta(Record.Meta):
        verbose_name = _("pool rules")
        verbose_name_plural = _("pool rules")
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                name="one_set_of_pool_rules",
                violation_error_message=_("The company has its pool rules; change those."),
            )
        ]

    def __str__(self) -> str:
        return str(_("Pool rules"))
