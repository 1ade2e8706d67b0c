"""In what a product is counted: its unit, and larger ones as people write them, "箱 = 24, 托 = 480". Pure and exact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _t

MOST = 10
_LINE = re.compile(r"(?:1\s*)?(\D[^=]*?)\s*=\s*(\d+(?:\.\d{1,4})?)\s*(\D*)")


class BadUnits(ValueError):
    """The units cannot be understood; the message is a sentence that says how to write them."""


def read_units(text: str, unit: str) -> dict[str, Decimal]:
    """How many of `unit` each of the other units holds, in the order written. Raises BadUnits.

    "1 箱 = 24 瓶" says the same as "箱 = 24" for a product that is counted in 瓶.
    """
    plain = unicodedata.normalize("NFKC", text)
    parts = [part.strip() for part in re.split(r"[,、;\n]", plain) if part.strip()]
    if len(parts) > MOST:
        raise BadUnits(_t("At most %(most)s other units fit.") % {"most": MOST})
    found: dict[str, Decimal] = {}
    for part in parts:
        match = _LINE.fullmatch(part)
        if match is None or match[3].strip() not in ("", unit):
            raise BadUnits(_t("Write how many are in it, like “box = 24”; “%(text)s” is none.") % {"text": part[:30]})
        name, amount = match[1].strip(), Decimal(match[2])
        if name == unit or name in found:
            raise BadUnits(_t("The unit “%(unit)s” stands there twice.") % {"unit": name})
        if not amount:
            raise BadUnits(_t("One “%(unit)s” must hold more than nothing.") % {"unit": name})
        found[name[:20]] = amount
    return found


def write_units(units: Mapping[str, Decimal]) -> str:
    """The units in their one spelling: "箱 = 24, 托 = 480"."""
    return ", ".join(f"{name} = {_plain(amount)}" for name, amount in units.items())


def in_base(quantity: Decimal, unit: str, base: str, units: Mapping[str, Decimal]) -> Decimal:
    """`quantity` of `unit`, counted in the product's own unit `base`. Raises KeyError for a unit it does not have."""
    return quantity if unit == base else quantity * units[unit]


def _plain(amount: Decimal) -> str:
    return format(amount.normalize() if amount != amount.to_integral_value() else amount.quantize(Decimal(1)), "f")


def amount_text(amount: Decimal, unit: str) -> str:
    """An amount with its unit for a sentence: "12.5 kg", "3 件"."""
    return f"{_plain(amount)} {unit}".strip()
