"""With what something may be promised: a customer, and whatever concerns one. Nobody lists those types anywhere."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.activity import subjects
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType
from gucang.parties.models import Customer

OWN = "promise"
# Of what was written about a record, the talk in which something was promised.
TALK = "follow_up"


def types() -> list[RecordType]:
    """The record types from which a promise can be made."""
    return [one for one in subjects.types((TALK,)) if is_source(one)]


def is_source(record_type: RecordType) -> bool:
    """Whether a promise can be made from records of this type."""
    if record_type.name == OWN or not (record_type.name == TALK or subjects.allowed(record_type.name)):
        return False
    return record_type.model is Customer or record_type.name == TALK or bool(customer_fields(record_type))


def customer_fields(record_type: RecordType) -> list[str]:
    """The fields by which a record of this type concerns a customer."""
    return [name for name in record_type.concerns if record_type.model._meta.get_field(name).related_model is Customer]


def choices() -> list[tuple[str, Any]]:
    """The types as choices of a field."""
    return [(one.name, one.label) for one in types()]


def customer_of(record: Any) -> Customer | None:
    """Whom a record concerns: itself, the customer that it names, or that of what it was written about."""
    if isinstance(record, Customer):
        return record
    if record is None:
        return None
    for name in customer_fields(records.by_model(type(record))):
        if (found := getattr(record, name)) is not None:
            return found
    return customer_of(record.get_about()) if isinstance(record, AboutRecord) else None


def find(actor: Actor, name: str, pk: Any) -> tuple[Any, Customer]:
    """The record that something was promised with and its customer. Raises Invalid for what the actor does not see."""
    if name not in {one.name for one in types()}:
        raise Invalid({"about_type": [_t("Nothing can be promised with this. Choose one from the list.")]})
    found = subjects.find(actor, name, pk, (TALK,))
    customer = customer_of(found)
    if customer is None:
        sentence = _t("“%(record)s” belongs to no customer yet. Make it a customer first.") % {"record": found}
        raise Invalid({"about_id": [sentence]})
    return found, customer
