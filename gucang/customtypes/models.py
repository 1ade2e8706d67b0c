"""What a company has made: its own record types, and the records of all of them in one table."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.kernel.custom.options import said
from gucang.kernel.models import Record, Reference, bin_index, list_index
from gucang.kernel.text import BadText, NumberPattern
from gucang.parties.models import Contact, Customer
from gucang.selling.models import Opportunity

PREFIX = "own_"
# What a record may belong to: the reference fields of every record, of which a type uses some.
BELONGS = ("customer", "contact", "opportunity")
# Of the icons in the sprite, those that things and papers of a company look like, and what they show.
ICONS = {
    "box": _("Box"), "tool": _("Tool"), "tools": _("Tools"), "devices": _("Devices"),
    "device-mobile": _("Mobile phone"), "car": _("Car"), "truck": _("Truck"), "building": _("Building"),
    "building-warehouse": _("Warehouse"), "building-factory": _("Factory"), "building-store": _("Shop"),
    "file-text": _("Paper"), "file-check": _("Checked paper"), "file-invoice": _("Invoice"),
    "certificate": _("Certificate"), "signature": _("Signature"), "rubber-stamp": _("Stamp"), "folder": _("Folder"),
    "briefcase": _("Briefcase"), "clipboard-list": _("Clipboard"), "checklist": _("Checklist"), "flag": _("Flag"),
    "target": _("Target"), "route": _("Route"), "calendar-event": _("Date"), "headset": _("Headset"),
    "shield-check": _("Shield"), "stethoscope": _("Check-up"), "recycle": _("Recycling"), "package": _("Parcel"),
    "shopping-cart": _("Shopping cart"), "receipt": _("Receipt"), "cash": _("Banknotes"), "coin": _("Coin"),
    "gift": _("Gift"), "ticket": _("Ticket"), "medal": _("Medal"), "star": _("Star"),
    "heart-handshake": _("Handshake"), "user-circle": _("Person"), "users-group": _("Several people"),
    "map-pin": _("Place"), "world": _("World"), "school": _("School"), "book": _("Book"),
    "presentation": _("Presentation"), "puzzle": _("Puzzle"), "robot": _("Robot"), "plug": _("Plug"),
    "key": _("Key"), "camera": _("Camera"), "palette": _("Palette"), "ruler": _("Ruler"), "tag": _("Label"),
}  # fmt: skip


def icons() -> list[tuple[str, Any]]:
    """The icons as choices of a field."""
    return list(ICONS.items())


class CustomType(Record):
    """A record type that the company has made: what it is called, what its records have. Its fields are custom ones.

    `stages` are objects with key, zh, en, tone and closed; see `definitions.Stage`.
    """

    setup = True

    key = models.CharField(
        pgettext_lazy("in addresses", "short name"),
        max_length=30,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*[a-z0-9]$", _("Write small letters, digits and _, beginning with a letter.")
            )
        ],
        help_text=_("for addresses and programs, such as “equipment”; it stays as it is"),
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40, blank=True, help_text=_("one of them"))
    plural_en = models.CharField(_("name in English, several"), max_length=40, blank=True, help_text=_("many of them"))
    icon = models.CharField(_("icon"), max_length=40, default="box", choices=icons)
    number_rule = models.CharField(
        _("number rule"), max_length=60, blank=True, help_text=_("such as SB{yy}{mm}-{seq:04}; empty for no numbers")
    )
    has_owner = models.BooleanField(_("has an owner"), default=True)
    of_customer = models.BooleanField(_("belongs to a customer"), default=False)
    of_contact = models.BooleanField(_("belongs to a contact"), default=False)
    of_opportunity = models.BooleanField(_("belongs to an opportunity"), default=False)
    day_zh = models.CharField(_("date in Chinese"), max_length=40, blank=True, help_text=_("what its day is called"))
    day_en = models.CharField(_("date in English"), max_length=40, blank=True)
    deadline = models.BooleanField(_("marked once the day has passed"), default=False)
    stages = models.JSONField(_("stages"), default=list, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("place in the row"), default=1)
    retired = models.BooleanField(_("retired"), default=False, editable=False)

    loaded_key: str | None = None

    class Meta(Record.Meta):
        verbose_name = _("record type")
        verbose_name_plural = _("record types")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "key"],
                name="one_type_key",
                violation_error_message=_("There is already a record type with this short name. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return said(self.name_zh, self.name_en)

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> CustomType:
        found: CustomType = super().from_db(*args, **options)
        found.loaded_key = found.__dict__.get("key")
        return found

    @property
    def record_name(self) -> str:
        """What its records are called in rights, events and the API: "own_equipment"."""
        return f"{PREFIX}{self.key}"

    @property
    def belongs_to(self) -> tuple[str, ...]:
        """What its records may belong to: names of reference fields."""
        return tuple(name for name in BELONGS if getattr(self, f"of_{name}"))

    @property
    def plural(self) -> str:
        """What its addresses begin with: "own-equipment"."""
        return self.record_name.replace("_", "-")

    def clean(self) -> None:
        problems: dict[str, str] = {}
        if self.loaded_key is not None and self.key != self.loaded_key:
            problems["key"] = _t("The short name stays as it is: addresses and programs know it.")
        if self.number_rule:
            try:
                NumberPattern(self.number_rule)
            except BadText as problem:
                problems["number_rule"] = str(problem)
        if problems:
            raise ValidationError(problems)


class CustomRecord(Record):
    """A record of a company's own type. Each type uses some of these columns; its own fields are in `extra`.

    People meet it as a proxy for one type (`kinds`), which holds that type's rows and no others.
    """

    # The record type that the rows of a proxy are of.
    own_name = ""
    # What it belonged to when it was read; None for a new one.
    loaded: dict[str, int | None] | None = None

    type = Reference(CustomType, verbose_name=_("record type"), related_name="+", editable=False)
    number = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    customer = Reference(Customer, verbose_name=_("customer"), null=True, blank=True, related_name="+")
    contact = Reference(Contact, verbose_name=_("contact"), null=True, blank=True, related_name="+")
    opportunity = Reference(Opportunity, verbose_name=_("opportunity"), null=True, blank=True, related_name="+")
    owner = Reference(Member, verbose_name=_("owner"), null=True, blank=True, editable=False, related_name="+")
    stage = models.CharField(_("stage"), max_length=40, blank=True, editable=False)
    day = models.DateField(_("date"), null=True, blank=True)

    derived_fields = ("type",)

    class Meta(Record.Meta):
        verbose_name = _("own record")
        verbose_name_plural = _("own records")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "type", "number"],
                condition=~Q(number=""),
                name="one_own_number",
                violation_error_message=_("There is already one with this number."),
            )
        ]
        indexes = [
            bin_index("own_in_bin"),
            list_index("own_by_change", "type", "-updated_at", "-id", carries=["owner"]),
            list_index("own_by_owner", "type", "owner", "-updated_at", "-id"),
            list_index("own_by_stage", "type", "stage", "-updated_at", "-id", carries=["owner"]),
            list_index("own_by_day", "type", "day", "id", carries=["owner"]),
            list_index("own_by_name", "type", "name", "id", carries=["owner"]),
            list_index("own_by_creation", "type", "-created_at", "-id", carries=["owner"]),
            models.Index(
                fields=["company", "customer", "-id"], name="own_by_customer", condition=Q(customer__isnull=False)
            ),
            models.Index(
                fields=["company", "contact", "-id"], name="own_by_contact", condition=Q(contact__isnull=False)
            ),
            models.Index(
                fields=["company", "opportunity", "-id"], name="own_by_deal", condition=Q(opportunity__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> CustomRecord:
        found: CustomRecord = super().from_db(*args, **options)
        found.loaded = {f"{name}_id": found.__dict__.get(f"{name}_id") for name in BELONGS}
        return found

    def clean(self) -> None:
        problems: dict[str, str] = {}
        if self._of_another_customer("contact"):
            problems["contact"] = _t("%(contact)s is not at this customer. Choose one of its contacts.") % {
                "contact": self.contact
            }
        if self._of_another_customer("opportunity"):
            problems["opportunity"] = _t("“%(what)s” is of another customer. Choose one of this customer.") % {
                "what": self.opportunity
            }
        if problems:
            raise ValidationError(problems)

    def _of_another_customer(self, name: str) -> bool:
        """Whether the customer and what `name` points at, both in use and one of them new, do not belong together."""
        if self.customer_id is None or getattr(self, f"{name}_id") is None:
            return False
        pair = (self.customer_id, getattr(self, f"{name}_id"))
        if self.loaded is not None and pair == (self.loaded.get("customer_id"), self.loaded.get(f"{name}_id")):
            return False
        other = getattr(self, name)
        # What the type does not use any more is kept, but nobody sees it.
        return other.customer_id != self.customer_id and {"customer", name} <= {*self.type.belongs_to}
