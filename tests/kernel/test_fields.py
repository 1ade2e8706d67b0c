"""What single values may be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec

NOBODY = Actor(kind="member", name="nobody")
PRICE = FieldSpec(name="price", kind="money", label="price")


@pytest.mark.parametrize("raw", ["1" * 40, "-" + "9" * 30, "1e400", "100000000000000", 10**30, Decimal("1E+99")])
def test_an_amount_too_large_for_its_column_is_refused_with_a_sentence(raw: object) -> None:
    with pytest.raises(BadValue):
        PRICE.clean(raw, NOBODY)


def test_the_largest_amount_of_a_column_goes_in() -> None:
    assert PRICE.clean("99999999999999.99", NOBODY) == Decimal("99999999999999.99")
