"""Into the database: validation of what changed, locks, and a constraint's refusal as a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import IntegrityError, connection, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.scope import active_company_id
from gucang.kernel.snapshots import wording


def changed_columns(instance: Any, changes: Mapping[str, Any]) -> set[str]:
    """The model fields to write for these changes; a record's `derived_fields` are always among them."""
    return {
        *(name.partition(".")[0] for name in changes),
        *getattr(instance, "derived_fields", ()),
        "version",
        "updated_at",
    }


_SAME_CHECKS = (MaxLengthValidator, EmailValidator, ProhibitNullCharactersValidator)
_CLEANED_KINDS = frozenset(["text", "longtext", "email", "phone", "choice", "reference", "date"])


@lru_cache(maxsize=1024)
def _cleaned_enough(model: type[models.Model]) -> frozenset[str]:
    """The fields about which validation asks nothing that cleaning by their spec has not answered."""
    specs = records.by_model(model).specs
    return frozenset(
        field.name
        for field in model._meta.concrete_fields
        if field.name in specs
        and specs[field.name].kind in _CLEANED_KINDS
        and all(isinstance(validator, _SAME_CHECKS) for validator in field.validators)
    )


def settled_by_cleaning(instance: Any, clean: Mapping[str, Any]) -> set[str]:
    """The fields of a new record that need no second look: still the very value that came out of cleaning."""
    model: type[models.Model] = type(instance)
    enough = _cleaned_enough(model)
    return {name for name, value in clean.items() if name in enough and value and getattr(instance, name) is value}


def validate(instance: Any, changed: set[str] | None, settled: Collection[str] = ()) -> None:
    """Run field and record validation (of the changed fields only, when given). Raises Invalid.

    `settled` are fields that are known to be right.
    """
    skip = {"id", "company", "created_at", "updated_at", *settled}
    if changed is not None:
        skip |= {field.name for field in instance._meta.concrete_fields} - changed
    problems: dict[str, list[Any]] = {}
    for step in (lambda: instance.clean_fields(exclude=skip), instance.clean):
        try:
            step()
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for name, sentences in found.items():
                problems.setdefault("" if name == "__all__" else name, []).extend(sentences)
    if problems:
        raise Invalid(problems)


def save_or_say(instance: Any, fields: set[str] | None) -> None:
    """Save; a constraint that refuses answers with its own sentence (its `violation_error_message`)."""
    try:
        with transaction.atomic(savepoint=False):
            local = {field.name for field in instance._meta.concrete_fields}
            instance.save(force_insert=fields is None, update_fields=None if fields is None else fields & local)
    except IntegrityError as error:
        raise explain(error, instance) from error


def explain(error: IntegrityError, instance: Any) -> Refused:
    """The refusal behind an integrity error, by the name of the constraint that caused it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for constraint in instance._meta.constraints:
        if constraint.name == name:
            fields = [f for f in getattr(constraint, "fields", ()) if f != "company"]
            if constraint.violation_error_message != constraint.default_violation_error_message:
                return Refused(constraint.violation_error_message, field=fields[-1] if fields else "")
            if fields:
                labels = wording(instance, fields)
                return Refused(
                    _t("There is already one with the same %(fields)s.") % {"fields": labels},
                    field=fields[-1],
                )
    return Refused(
        capfirst(_t("the database refused this, because it does not fit other records (%(rule)s).") % {"rule": name})
    )


def lock_rows(model: type[models.Model], ids: list[int]) -> None:
    """Lock rows in id order, so that two bulk changes cannot wait for each other in a circle."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(
            f"SELECT id FROM {table} WHERE company_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            [active_company_id(), ids],
        )
