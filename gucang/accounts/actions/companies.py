"""The company itself: its name, language, currency and number rules.

A company is a platform row without `company_id`; its record type shows exactly one row, the company whose scope is
active. So its actions are ordinary ones: they lock, check, log and cannot reach a stranger's row.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts import rules, second_step
from gucang.kernel import clock, numbering, records
from gucang.kernel.actions import action, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.kernel.models import Company, CustomField, NumberRule, Record
from gucang.kernel.text import BadText, NumberPattern

CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP")


def _known_words(company: Company, actor: Actor) -> None:
    problems = {}
    if company.currency not in CURRENCIES:
        problems["currency"] = [_t("Choose one of %(list)s.") % {"list": "、".join(CURRENCIES)}]
    if company.language not in dict(settings.LANGUAGES):
        problems["language"] = [_t("Choose one of %(list)s.") % {"list": "、".join(dict(settings.LANGUAGES))}]
    if problems:
        raise Invalid(problems)


edit = editing("company", _known_words)


@action("company.create", label=_("Create"), allow=rules.is_the_system)
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


def numbered(name: str) -> records.RecordType:
    """The record type `name`, if it has numbers. Raises Invalid."""
    found = next((t for t in records.every() if t.name == name and t.number), None)
    if found is None:
        raise Invalid({"record": [_t("Choose what the numbers are for.")]})
    return found


FieldKind = Literal["text", "longtext", "choice", "integer", "decimal", "money", "date", "boolean", "phone", "email"]


@action(
    "company.add_field", label=_("Add a field"), always=True, icon="columns-3",
    labels={
        "record": _("What for"), "key": _("Short name"),
        "label": _("Name in Chinese"), "label_en": _("Name in English"),
        "kind": _("Kind"), "choices": _("Choices"), "help": _("Hint"),
    },
)  # fmt: skip
def add_field(
    company: Company,
    *,
    record: str,
    key: Annotated[str, Text(max_length=40)],
    label: Annotated[str, Text(max_length=60)],
    kind: FieldKind = "text",
    label_en: Annotated[str, Text(max_length=60)] = "",
    choices: list[str] = [],  # noqa: B006  a form's default, never changed
    help: Annotated[str, Text(max_length=200)] = "",
) -> dict[str, Any]:
    """Give a record type a field of the company's own, after those it has."""
    if not any(one.name == record and issubclass(one.model, Record) for one in records.every()):
        raise Invalid({"record": [_t("Choose what gets the field.")]})
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
        raise Invalid({"key": [_t("Write small letters, digits and _, beginning with a letter.")]})
    fields = CustomField.objects.filter(record_type=record)
    if fields.filter(key=key).exists():
        raise Invalid({"key": [_t("There is a field with this short name already. Choose another one.")]})
    if (kind == "choice") != bool(choices):
        raise Invalid({"choices": [_t("A choice has a list to choose from; other kinds have none.")]})
    field = CustomField.objects.create(
        record_type=record, key=key, label_zh=label, label_en=label_en, kind=kind, choices=choices, help=help,
        position=fields.count() + 1,
    )  # fmt: skip
    return {"record": record, "key": key, "label": label, "kind": kind, "choices": choices, "field": field.pk}


def example(pattern: str) -> str:
    """The number that `pattern` would give today as the seventh of its period. Raises BadText."""
    return NumberPattern(pattern).format(7, clock.today())
