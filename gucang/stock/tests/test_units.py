"""Other units of a product, as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gucang.stock.units import BadUnits, in_base, read_units, write_units


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("箱 = 24, 托 = 480", "箱 = 24, 托 = 480"),
        ("1 箱＝24瓶；1托=480瓶", "箱 = 24, 托 = 480"),
        ("卷=100.50", "卷 = 100.5"),
        ("box = 12", "box = 12"),
        ("", ""),
    ],
)
def test_units_have_one_spelling(text: str, plain: str) -> None:
    assert write_units(read_units(text, "瓶")) == plain


@pytest.mark.parametrize("text", ["箱", "箱 = 24 罐", "瓶 = 2", "箱 = 1, 箱 = 2", "箱 = 0", "箱 = -1", "= 24"])
def test_what_says_nothing_about_the_unit_is_refused(text: str) -> None:
    with pytest.raises(BadUnits):
        read_units(text, "瓶")


def test_amounts_are_converted_exactly() -> None:
    units = read_units("卷 = 100.5, 箱 = 3", "米")
    assert in_base(Decimal("0.1"), "卷", "米", units) == Decimal("10.05")
    assert in_base(Decimal(7), "米", "米", units) == Decimal(7)
    with pytest.raises(KeyError):
        in_base(Decimal(1), "托", "米", units)
