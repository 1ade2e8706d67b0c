"""What an allocation says, as text that people, programs and parked requests can hold: "YS202600012/1 = 3000". Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _t

from gucang.kernel.text import BadText, parse_amount

MOST = 200
_LINE = re.compile(r"(?P<number>[^=\s]+?)(?:/(?P<position>\d{1,3}))?\s*[=:]\s*(?P<amount>.+)")

Wanted = dict[tuple[str, int | None], Decimal]


class BadAllocation(ValueError):
    """A line cannot be understood; the message is a sentence that says how to write it."""


def read_allocation(text: str) -> Wanted:
    """{(number of the receivable, instalment or None for its oldest): amount}, in the order written.

    Raises BadAllocation.
    """
    found: Wanted = {}
    lines = [line.strip() for line in re.split(r"[;\n]", unicodedata.normalize("NFKC", text)) if line.strip()]
    if len(lines) > MOST:
        raise BadAllocation(_t("At most %(most)s lines fit into one allocation.") % {"most": MOST})
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadAllocation(
                _t("Write each line like “YS202600012/1 = 3000”; “%(text)s” is none.") % {"text": line[:40]}
            )
        key = (match["number"], int(match["position"]) if match["position"] else None)
        if key in found:
            raise BadAllocation(_t("%(what)s stands there twice.") % {"what": match["number"]})
        found[key] = _amount(match["amount"])
    return found


def _amount(text: str) -> Decimal:
    try:
        amount = parse_amount(text)
    except BadText as problem:
        raise BadAllocation(str(problem)) from None
    if not amount.is_finite() or amount < 0:
        raise BadAllocation(_t("An allocation is not negative; take it back instead."))
    if amount >= Decimal(10) ** 14:
        raise BadAllocation(_t("This number is too large."))
    if amount != round(amount, 2):
        raise BadAllocation(_t("At most %(places)s decimals fit.") % {"places": 2})
    return round(amount, 2)


def write_allocation(wanted: Mapping[tuple[str, int | None], Decimal]) -> str:
    """The lines in their one spelling."""
    return "\n".join(
        f"{number}{f'/{position}' if position else ''} = {amount:f}" for (number, position), amount in wanted.items()
    )
