"""The company itself: its name, language, currency and number rules.

A company is a platform row without `company_id`; its record type shows exactly one row, the company whose scope is
active. So its actions are ordinary ones: they lock, check, log and cannot reach a stranger's row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts import letterhead, logo, rules, second_step
from gucang.kernel import clock, numbering, queue, records
from gucang.kernel.actions import action, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Company, NumberRule, Rounding
from gucang.kernel.permissions import is_the_system
from gucang.kernel.text import BadText, NumberPattern


def _known_words(company: Company, actor: Actor) -> None:
    problems = {}
    if company.currency not in rules.CURRENCIES:
        problems["currency"] = [_t("Choose one of %(list)s.") % {"list": "、".join(rules.CURRENCIES)}]
    if company.language not in dict(settings.LANGUAGES):
        problems["language"] = [_t("Choose one of %(list)s.") % {"list": "、".join(dict(settings.LANGUAGES))}]
    if problems:
        raise Invalid(problems)


edit = editing("company", _known_words)


@action("company.create", label=_("Create"), allow=is_the_system)
def create(company: Company, *, name: str, language: Literal["zh-hans", "en"]) -> None:
    """Fill a company's bare row, which `setup.create_company` made so that there is a scope to act in."""
    company.name, company.language = name, language


@action(
    "company.require_second_step", label=_("Second step at sign-in"), icon="lock",
    labels={"required": _("Everybody needs a second step")},
)  # fmt: skip
def require_second_step(company: Company, *, required: bool = False) -> dict[str, Any]:
    """Let nobody work here who signs in by password alone. It holds from everybody's next click; see `second_step`."""
    company.settings = second_step.with_rule(company.settings, required)
    return {"required": required}


@action(
    "company.retry_job", label=_("Try a job again"), always=True, icon="refresh", labels={"job": _("Job")},
)  # fmt: skip
def retry_job(company: Company, *, job: int) -> dict[str, Any]:
    """Let a job of this company that gave up be tried again; `job` is its number in the queue."""
    return {"job": _found(queue.retry(job, company.pk))}


@action(
    "company.drop_job", label=_("Drop a job"), always=True, icon="trash", tone="danger", labels={"job": _("Job")},
    says=_("The job is forgotten. What it was to do is not done."),
)  # fmt: skip
def drop_job(company: Company, *, job: int) -> dict[str, Any]:
    """Forget a job of this company that gave up; what it was to do is not done."""
    return {"job": _found(queue.drop(job, company.pk))}


def _found(name: str) -> str:
    if not name:
        raise Refused(_t("This job is not waiting for anybody any more. Look at the list again."))
    return name


@action(
    "company.set_number_rule", label=_("Number rule"), always=True, icon="hash",
    labels={"record": _("What for"), "pattern": _("Pattern")},
)  # fmt: skip
def set_number_rule(company: Company, *, record: str, pattern: str = "") -> dict[str, Any]:
    """Number a record type by the company's own pattern; an empty one goes back to the program's. 编码原则"""
    record_type = numbered(record)
    old = numbering.pattern_for(record_type).pattern
    if not pattern:
        NumberRule.objects.filter(record_type=record).delete()
        return {"record": record, "pattern": [old, record_type.number]}
    try:
        NumberPattern(pattern)
    except BadText as problem:
        raise Invalid({"pattern": [str(problem)]}) from None
    NumberRule.objects.update_or_create(record_type=record, defaults={"pattern": pattern})
    return {"record": record, "pattern": [old, pattern]}


@action(
    "company.set_rounding", label=_("Rounding"), icon="calculator", labels={"rounding": _("Amounts are rounded")},
    says=_("Documents that are written from now on go by it; what is written stays as it is."),
)  # fmt: skip
def set_rounding(company: Company, *, rounding: Rounding) -> dict[str, Any]:
    """Say where the amounts of quotes and orders are rounded to the cent."""
    company.settings = {**company.settings, "rounding": str(rounding)}
    return {"rounding": str(rounding)}


@action(
    "company.set_letterhead", label=_("Letterhead"), icon="file-text",
    labels={
        "legal_name": _("Name on papers"), "english_name": _("Name in English"), "address": _("Address"),
        "english_address": _("Address in English"), "phone": _("Phone"), "tax_number": _("Tax number"),
        "bank": _("Bank"), "account": _("Account"), "terms": _("Usual terms"),
        "delivery_prices": _("Prices on delivery notes"),
    },
)  # fmt: skip
def set_letterhead(
    company: Company,
    *,
    legal_name: Annotated[str, Text(max_length=100)] = "",
    english_name: Annotated[str, Text(max_length=100)] = "",
    address: Annotated[str, Text(max_length=200)] = "",
    english_address: Annotated[str, Text(max_length=200)] = "",
    phone: Annotated[str, Text(max_length=60)] = "",
    tax_number: Annotated[str, Text(max_length=30)] = "",
    bank: Annotated[str, Text(max_length=100)] = "",
    account: Annotated[str, Text(max_length=60)] = "",
    terms: Annotated[str, Text(long=True)] = "",
    delivery_prices: bool = False,
) -> None:
    """Say who stands on quotes, orders and other papers, and which terms a quote has that names none."""
    head = letterhead.Letterhead(
        legal_name, english_name, address, english_address, phone, tax_number, bank, account, terms, delivery_prices,
        logo=letterhead.in_settings(company.settings).logo,
    )  # fmt: skip
    company.settings = letterhead.with_letterhead(company.settings, head)


@action("company.set_logo", label=_("Logo"), icon="photo", labels={"file": _("Logo")})
def set_logo(company: Company, *, file: Annotated[str, Text(max_length=40)] = "") -> None:
    """Put a picture that was taken in (see `logo.take`) on all papers; "" for none. Raises Invalid."""
    if file and not logo.is_there(file):
        raise Invalid({"file": [_t("There is no such file. Upload it again.")]})
    head = replace(letterhead.in_settings(company.settings), logo=file)
    company.settings = letterhead.with_letterhead(company.settings, head)


def numbered(name: str) -> records.RecordType:
    """The record type `name`, if it has numbers. Raises Invalid."""
    found = next((t for t in records.every() if t.name == name and t.number), None)
    if found is None:
        raise Invalid({"record": [_t("Choose what the numbers are for.")]})
    return found


def example(pattern: str) -> str:
    """The number that `pattern` would give today as the seventh of its period. Raises BadText."""
    return NumberPattern(pattern).format(7, clock.today())
