"""The kernel's tables and the base classes of everyone else's."""

from gucang.kernel.models.base import AboutRecord, CompanyManager, CompanyModel, Record, bin_index, list_index
from gucang.kernel.models.company import Company, Rounding
from gucang.kernel.models.events import Event, EventObject, EventSeal
from gucang.kernel.models.fields import CreditCodeField, MoneyField, PhoneField, Reference, TagsField
from gucang.kernel.models.lines import Line
from gucang.kernel.models.support import (
    Collaborator,
    CustomField,
    FieldKind,
    FieldValue,
    FieldWork,
    IdempotencyKey,
    NumberCounter,
    NumberRule,
    SearchEntry,
    fieldable,
)

__all__ = [
    "AboutRecord",
    "Collaborator",
    "Company",
    "CompanyManager",
    "CompanyModel",
    "CreditCodeField",
    "CustomField",
    "Event",
    "EventObject",
    "EventSeal",
    "FieldKind",
    "FieldValue",
    "FieldWork",
    "IdempotencyKey",
    "Line",
    "MoneyField",
    "NumberCounter",
    "NumberRule",
    "PhoneField",
    "Record",
    "Reference",
    "Rounding",
    "SearchEntry",
    "TagsField",
    "bin_index",
    "fieldable",
    "list_index",
]
