"""Field types with a meaning of their own; the kind of a form field follows from them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Reference(models.ForeignKey):
    """A reference to another record of the same company.

    The database constraint is the composite one that `walls` adds, and an index is declared where a query needs it,
    led by the company; so the plain ones are off.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options.setdefault("db_constraint", False)
        options.setdefault("db_index", False)
        super().__init__(to, on_delete, **options)

    def validate(self, value: Any, model_instance: Any) -> None:
        """Check that it is there if it must be. Whether it exists in this company is the composite key's to judge."""
        super(models.ForeignKey, self).validate(value, model_instance)


class TagsField(ArrayField):
    """A short list of words."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("base_field", models.CharField(max_length=40))
        options.setdefault("default", list)
        options.setdefault("blank", True)
        super().__init__(**options)


class PhoneField(models.CharField):
    """One telephone number in E.164 form, with `;ext=` for an extension."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 40)
        options.setdefault("blank", True)
        super().__init__(*args, **options)


class CreditCodeField(models.CharField):
    """统一社会信用代码, 18 characters, checksum included."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 18)
        options.setdefault("blank", True)
        super().__init__(*args, **options)


class MoneyField(models.DecimalField):
    """An exact amount in the record's or the company's currency, two decimals, up to 10^14.

    `summed=False` is for a price of one of something: the prices of a list add up to nothing. `in_own=True` is for an
    amount in the company's own currency on a record that is in another.
    """

    def __init__(self, *args: Any, summed: bool = True, in_own: bool = False, **options: Any) -> None:
        self.summed = summed
        self.in_own = in_own
        options.setdefault("max_digits", 16)
        options.setdefault("decimal_places", 2)
        super().__init__(*args, **options)
