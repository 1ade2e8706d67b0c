"""What lines and documents come to: exact decimals, rounded half up by the company's rule. Pure.

An amount is net (before tax), tax, and gross. The sums of the lines agree with the document to the smallest unit of its
currency, by either rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from gucang.kernel.models import Rounding

ZERO = Decimal(0)
HUNDRED = Decimal(100)
# Currencies without cents; all others have two places.
WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND"})
# What a column of money holds at most.
MOST = Decimal(10) ** 14
# 14 digits of quantity, 16 of price, two discounts and a tax rate of 5 each, and 500 of them: nothing is ever lost.
_EXACT = Context(prec=80)


@dataclass(frozen=True)
class Priced:
    """A line: `quantity` of what costs `price` each before tax; discounts and tax in per cent."""

    quantity: Decimal
    price: Decimal
    discount: Decimal = ZERO
    tax_rate: Decimal = ZERO


@dataclass(frozen=True)
class Amount:
    """Net, tax and gross in one currency."""

    net: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def places_of(currency: str) -> int:
    """How many decimals amounts in this currency have."""
    return 0 if currency in WITHOUT_CENTS else 2


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """`value` with that many decimals, half up (2.345 is 2.35, -2.345 is -2.35)."""
    with localcontext(_EXACT):
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact_net(line: Priced, off: Decimal = ZERO) -> Decimal:
    """What a line comes to before tax, not rounded; `off` per cent are taken off the whole document."""
    with localcontext(_EXACT):
        return line.quantity * line.price * (HUNDRED - line.discount) * (HUNDRED - off) / (HUNDRED * HUNDRED)


def amounts(
    lines: Iterable[Priced], *, off: Decimal = ZERO, rounding: Rounding = Rounding.LINE, places: int = 2
) -> tuple[list[Amount], Amount]:
    """What each line comes to, and the document: always the sum of its lines.

    By `Rounding.TOTAL` the document is what its exact lines come to, rounded once; each line is then off its own exact
    amount by less than one unit.
    """
    lines = list(lines)
    with localcontext(_EXACT):
        nets = [exact_net(line, off) for line in lines]
        if rounding is Rounding.LINE:
            cut = [rounded(net, places) for net in nets]
            taxes = [rounded(net * line.tax_rate / HUNDRED, places) for net, line in zip(cut, lines, strict=True)]
        else:
            cut = _parts(nets, places)
            taxes = _parts([net * line.tax_rate / HUNDRED for net, line in zip(nets, lines, strict=True)], places)
        found = [Amount(net, tax) for net, tax in zip(cut, taxes, strict=True)]
        return found, Amount(sum(cut, ZERO), sum(taxes, ZERO))


def _parts(exact: Sequence[Decimal], places: int) -> list[Decimal]:
    """Rounded parts whose sum is the rounded sum: each is what the running total gains."""
    found, total, given = [], ZERO, ZERO
    for value in exact:
        total += value
        part = rounded(total, places) - given
        given += part
        found.append(part)
    return found


def discount_of(paid: Decimal, full: Decimal) -> Decimal:
    """How many per cent `paid` is below `full`, with two decimals; 0 where it is not below, or nothing to compare."""
    if full <= ZERO or paid >= full:
        return ZERO
    with localcontext(_EXACT):
        return rounded((full - paid) * HUNDRED / full)


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """How many per cent `part` is of `whole`, with two decimals; None where there is no whole."""
    if not whole:
        return None
    with localcontext(_EXACT):
        return rounded(part * HUNDRED / whole)
