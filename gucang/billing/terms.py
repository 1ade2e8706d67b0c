"""Payment terms as people write them, "30% 预付, 70% 验收后 30 天", and an amount split by them. Pure and exact."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext as _t

MOST = 12
MOST_DAYS = 3650
CENT = Decimal("0.01")
WHOLE = Decimal(100)


class Start(StrEnum):
    """From what the days of an instalment are counted."""

    BILLED = "billed"
    MONTH_END = "month_end"
    ACCEPTED = "accepted"


# The longest that fits decides, so that "月结" is not read as anything shorter.
_WORDS = {
    Start.MONTH_END: ("月结", "月末", "月底", "month end", "end of month", "eom"),
    Start.ACCEPTED: ("验收合格后", "验收合格", "验收后", "验收", "after acceptance", "acceptance"),
    Start.BILLED: (
        "货到付款", "货到", "到货后", "到货", "收货后", "收货", "出货后", "出货", "预付款", "预付", "定金",
        "订金", "现结", "立账", "当天", "after delivery", "on delivery", "delivery", "advance", "deposit", "net",
        "at once",
    ),
}  # fmt: skip
_START = {word: start for start, words in _WORDS.items() for word in words}
_BY_LENGTH = sorted(_START, key=len, reverse=True)
_PART = re.compile(
    rf"(?:(?P<percent>\d+(?:\.\d{{1,2}})?)\s*%)?\s*(?P<word>{'|'.join(_BY_LENGTH)})?\s*"
    r"(?:(?P<days>\d+)\s*(?:天|日|days?|d)?\s*(?:内|付清|付款|后)*)?",
    re.IGNORECASE,
)


class BadTerms(ValueError):
    """The terms cannot be understood; the message is a sentence that says how to write them."""


@dataclass(frozen=True)
class Part:
    """One instalment: how many per cent of the whole, and how many days after what it is due."""

    percent: Decimal
    start: Start = Start.BILLED
    days: int = 0

    def due(self, billed: date, accepted: date | None) -> date | None:
        """The day on which it is due; None while it waits for an acceptance that has not happened.

        The day from which days are counted is not one of them, so 30 days after 1 March is 31 March: Civil Code of
        China, article 201, and Regulation (EEC) 1182/71, article 3. "月结 60" counts 60 days from the last day of the
        month. Days are calendar days and are not moved when the last one is a holiday (article 203 would): the day
        agreed is the one that papers show.
        """
        if self.start is Start.ACCEPTED:
            return None if accepted is None else accepted + timedelta(days=self.days)
        if self.start is Start.MONTH_END:
            billed = billed.replace(day=calendar.monthrange(billed.year, billed.month)[1])
        return billed + timedelta(days=self.days)


@dataclass(frozen=True)
class Share:
    """What one instalment comes to, and when it is due."""

    amount: Decimal
    due_on: date | None
    start: Start = Start.BILLED
    days: int = 0


def read_terms(text: str) -> tuple[Part, ...]:
    """The instalments that the text says, in its order; they come to 100 %. Raises BadTerms.

    A part without a percentage takes what the others leave; "月结 60" alone is the whole amount.
    """
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace("+", ",").replace(";", ",")
    written = [part.strip() for part in re.split(r"[,\n]", plain) if part.strip()]
    if not written:
        raise BadTerms(_t("Write when what is due, like “30% advance, 70% acceptance 30 days”."))
    if len(written) > MOST:
        raise BadTerms(_t("At most %(most)s instalments fit.") % {"most": MOST})
    parts = [_read(one) for one in written]
    given = sum((percent for percent, _start, _days in parts if percent is not None), Decimal(0))
    open_parts = [one for one in parts if one[0] is None]
    if len(open_parts) > 1:
        raise BadTerms(_t("Only one part may be without a percentage: it takes the rest."))
    rest = WHOLE - given
    if (rest != 0 and not open_parts) or (open_parts and rest <= 0):
        raise BadTerms(_t("The parts come to %(sum)s%%; together they are 100%%.") % {"sum": f"{given.normalize():f}"})
    return tuple(Part(rest if percent is None else percent, start, days) for percent, start, days in parts)


def _read(text: str) -> tuple[Decimal | None, Start, int]:
    match = _PART.fullmatch(text)
    if match is None or not any(match.groupdict().values()):
        raise BadTerms(
            _t("“%(text)s” is not understood. Write it like “30%% advance, 70%% acceptance 30 days” or “month end 60”.")
            % {"text": text[:30]}
        )
    days = int(match["days"] or 0)
    if days > MOST_DAYS:
        raise BadTerms(_t("At most %(most)s days fit.") % {"most": MOST_DAYS})
    percent = None if match["percent"] is None else Decimal(match["percent"])
    if percent == 0:
        raise BadTerms(_t("A part of 0%% is none; leave it out."))
    return percent, _START[match["word"].lower()] if match["word"] else Start.BILLED, days


def split(amount: Decimal, parts: Sequence[Part], billed: date, accepted: date | None = None) -> list[Share]:
    """The instalments of `amount` (above zero), exact to the cent: they come to the amount, the last takes the rest.

    What has been reached after each part is rounded, not each part by itself; so no part is negative, however many
    small ones there are. A part that comes to nothing is left out.
    """
    shares: list[Share] = []
    reached = percent = Decimal(0)
    for number, part in enumerate(parts, 1):
        percent += part.percent
        until = amount if number == len(parts) else (amount * percent / WHOLE).quantize(CENT, ROUND_HALF_UP)
        if until > reached:
            shares.append(Share(until - reached, part.due(billed, accepted), part.start, part.days))
        reached = until
    return shares
