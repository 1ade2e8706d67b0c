"""Audit rules about master data of customers: complete, valid, coded by the rule, there once, confirmed each year."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Mod, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from gucang.audits import campaign, openings, scores
from gucang.audits.campaign import Campaign
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Kind, Severity
from gucang.audits.models import Confirmation
from gucang.kernel import numbering, records
from gucang.parties.models import Contact, Customer, Level
from gucang.parties.models import Kind as CustomerKind

# What is asked of a customer, by level; of a private person no credit code and no industry.
BASIC = ("phone", "city")
MORE = (*BASIC, "province", "industry", "address", "source")
MOST = (*MORE, "credit_code", "short_name")
WANTED = {Level.A: MOST, Level.B: MORE, Level.C: BASIC, Level.D: BASIC, "": BASIC}
_NOT_OF_PERSONS = ("credit_code", "industry", "short_name")
_E164 = r"^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,8})?$"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def _wanted(level: str, kind: str) -> tuple[str, ...]:
    names = WANTED[level]
    return tuple(name for name in names if kind != CustomerKind.PERSON or name not in _NOT_OF_PERSONS)


scores.keep(
    scores.Completeness(
        "customer", ("level", "kind"),
        {(level, kind): _wanted(level, kind) for level in WANTED for kind in CustomerKind.values},
    )
)  # fmt: skip
openings.protect("customer", "contact")
campaign.join(
    Campaign("customer", ("name", "credit_code", "phone", "province", "city", "address", "industry", "level"))
)


@audit_rule(
    "parties.customer-incomplete", on=Customer, kind=Kind.MASTER_DATA, severity=Severity.HINT,
    name=_("Master data of customers are incomplete"),
    says=_("{data_score} % of what belongs to a customer of this level is filled in, less than {percent} %."),
    labels={"percent": _("percent"), "days": _("days after it was added")},
)  # fmt: skip
def incomplete(customers: QuerySet[Any], *, now: datetime, percent: int = 60, days: int = 7) -> QuerySet[Any]:
    """Owned customers of which, a while after they were added, too little is known for their level."""
    found = customers.filter(owner__isnull=False, created_at__lt=now - timedelta(days=days))
    return scores.of("customer").annotate(found).filter(data_score__lt=percent)


def check_digit() -> Any:
    """The place in the alphabet that the last character of a credit code must have, from the other seventeen."""
    total: Any = Value(0)
    for place, weight in enumerate(_WEIGHTS, 1):
        value = StrIndex(Value(_ALPHABET), Substr("credit_code", place, 1)) - 1
        total = total + value * weight
    return Mod(31 - Mod(total, 31), 31, output_field=IntegerField())


@audit_rule(
    "parties.credit-code-wrong", on=Customer, kind=Kind.MASTER_DATA, name=_("Credit codes are wrong"),
    says=_("The credit code {credit_code} is not valid: its last character does not fit, or it is no code at all."),
)  # fmt: skip
def credit_code_wrong(customers: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """统一社会信用代码 that an old import left: of another form, or with a check that does not fit."""
    given = customers.exclude(credit_code="")
    shaped = Q(credit_code__regex=rf"^[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}$")
    last = StrIndex(Value(_ALPHABET), Substr("credit_code", 18, 1)) - 1
    checked = given.annotate(audit_check=Case(When(shaped, then=check_digit() - last), default=Value(1)))
    return checked.exclude(audit_check=0)


def _bad_phone(*names: str) -> Q:
    found = Q(pk__in=())
    for name in names:
        found |= ~Q(**{name: ""}) & ~Q(**{f"{name}__regex": _E164})
    return found


@audit_rule(
    "parties.customer-phone-wrong", on=Customer, kind=Kind.MASTER_DATA, name=_("Phone numbers of customers are wrong"),
    says=_("This is no telephone number that can be called."),
)  # fmt: skip
def customer_phone_wrong(customers: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Numbers that no telephone dials."""
    return customers.filter(_bad_phone("phone", "phone2"))


@audit_rule(
    "parties.contact-phone-wrong", on=Contact, kind=Kind.MASTER_DATA, name=_("Phone numbers of contacts are wrong"),
    says=_("This is no telephone number that can be called."),
)  # fmt: skip
def contact_phone_wrong(contacts: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Numbers of contacts that no telephone dials."""
    return contacts.filter(_bad_phone("mobile", "phone"))


_DIGITS = {"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "mm": "(0[1-9]|1[0-2])", "dd": "(0[1-9]|[12][0-9]|3[01])"}


def number_expression(record_type: str) -> str:
    """The regular expression (of PostgreSQL) of numbers by the company's rule for a record type."""
    pattern = numbering.pattern_for(records.get(record_type))
    return "^" + "".join(_expression(kind, value) for kind, value in pattern.tokens) + "$"


def _expression(kind: str, value: str) -> str:
    if kind == "seq":
        return f"[0-9]{{{value},}}"
    return _DIGITS[value] if kind == "date" else re.escape(value)


@audit_rule(
    "parties.number-off-rule", on=Customer, kind=Kind.MASTER_DATA, severity=Severity.HINT,
    name=_("Numbers of customers break the number rule"),
    says=_("The number {number} does not follow the number rule."),
)  # fmt: skip
def number_off_rule(customers: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Numbers that an import brought along, or that an older rule gave (编码原则)."""
    return customers.exclude(number__regex=number_expression("customer"))


@audit_rule(
    "parties.duplicate", on=Customer, kind=Kind.MASTER_DATA, name=_("Customers may be there twice"),
    says=_("{number} has the same name or telephone number as an earlier customer."),
)  # fmt: skip
def duplicate(customers: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """The later of two customers with one name, or one telephone number."""
    earlier = customers.filter(pk__lt=OuterRef("pk")).order_by()
    same_name = Exists(earlier.filter(name=OuterRef("name")))
    same_phone = Exists(earlier.filter(phone=OuterRef("phone")).exclude(phone=""))
    return customers.filter(Q(same_name) | (~Q(phone="") & Q(same_phone)))


@audit_rule(
    "parties.not-confirmed", on=Customer, kind=Kind.MASTER_DATA, severity=Severity.HINT,
    name=_("Customers that nobody has looked at for a year"),
    says=_("Nobody has confirmed its master data for {days} days."), labels={"days": _("days")},
)  # fmt: skip
def not_confirmed(customers: QuerySet[Any], *, now: datetime, days: int = 450) -> QuerySet[Any]:
    """What the weekly portions should have reached long ago."""
    since = now - timedelta(days=days)
    looked = Confirmation.objects.filter(about_type="customer", about_id=OuterRef("pk"), confirmed_at__gte=since)
    return customers.filter(~Exists(looked), owner__isnull=False, created_at__lt=since, updated_at__lt=since)
