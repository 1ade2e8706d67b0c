"""What people type and paste, made storable: clean text, dates and amounts as said at work."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from gucang.kernel.text.errors import BadText
from gucang.kernel.text.numerals import chinese_number


class TooLong(BadText):
    """Text longer than the field holds."""


class BadDate(BadText):
    """Text that is no date."""


class BadAmount(BadText):
    """Text that is no amount."""


# Direction overrides can make a name or a file ending read as another one; zero-width space and BOM hide
# differences. U+200D joins emoji and U+200C is needed in Persian and Indian words, so both stay.
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


def clean_text(value: str, max_length: int, multiline: bool = False) -> str:
    """Text fit to store: NFC, without control and direction characters, trimmed.

    Without ``multiline`` every run of blanks and line ends becomes one space; with it lines stay, trimmed at
    their ends, at most one empty line between two. Raises ``TooLong`` above ``max_length`` characters.
    """
    text = _HARMFUL.sub("", _LINE_END.sub("\n", value))
    text = unicodedata.normalize("NFC", text)
    if multiline:
        lines = [re.sub(r"[ \t\u00a0\u3000]+$", "", line) for line in text.split("\n")]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    else:
        text = _BLANKS.sub(" ", text.replace("\n", " ")).strip()
    if len(text) > max_length:
        raise TooLong(
            _("This has %(length)d characters, %(max)d fit. Shorten it by %(over)d."),
            length=len(text),
            max=max_length,
            over=len(text) - max_length,
        )
    return text


def halfwidth(text: str) -> str:
    """Full-width letters, digits, punctuation and the wide space as ASCII; everything else stays."""
    return "".join(
        chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else " " if char == "\u3000" else char for char in text
    )


def halfwidth_digits(text: str) -> str:
    """Only the full-width digits as ASCII digits; punctuation keeps its width."""
    return text.translate(_WIDE_DIGITS)


_WIDE_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}

# --- dates -------------------------------------------------------------------------------------------

_YEAR_FIRST = re.compile(
    r"^(\d{4}|\d{2}(?=年))\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ tT]\s*\d{1,2}:.*)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH_DAY = re.compile(r"^(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$")
_DAY_WORDS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
    "today": 0,
    "tomorrow": 1,
    "yesterday": -1,
}
_WEEKDAY = re.compile(r"^(上上|下下|上个?|下个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天1-7])$")
_WEEKS = {"上上": -2, "上": -1, "上个": -1, "这": 0, "这个": 0, "本": 0, "下": 1, "下个": 1, "下下": 2}
_IN_DAYS = re.compile(r"^(\d{1,4})\s*(天|日|周|个?星期)(后|之后|以后|前|之前|以前)$")
_MONTH_WORD = re.compile(r"^(上|本|这|下)(?:个)?月(\d{1,2})[日号]$")
_SERIAL = re.compile(r"^\d{4,5}(?:\.\d+)?$")
_SERIAL_START = date(1899, 12, 30)


def parse_date(text: str, today: date, *, serial: bool = False) -> date:
    """The day meant by ``2026-11-22``, ``2026年11月22日``, ``11月22日``, 今天, 下周三, 3天后, 下月5号.

    ``today`` is the day in the company's time zone. A day without a year is the nearest one to today. A week
    begins on Monday; 周三 alone is the coming one, today included. With ``serial`` a spreadsheet's day number
    (``46348``) counts too. Raises ``BadDate``.
    """
    tidy = re.sub(r"\s+", " ", halfwidth(text)).strip()
    try:
        found = _written_date(tidy, today) or _spoken_date(tidy, today)
        if found is None and serial and _SERIAL.match(tidy):
            found = _SERIAL_START + timedelta(days=int(float(tidy)))
    except (ValueError, OverflowError):
        raise BadDate(_("There is no day “%(text)s”. Check year, month and day."), text=tidy[:40]) from None
    if found is None:
        raise BadDate(
            _("“%(text)s” is not understood as a date. Write it like %(example)s."),
            text=tidy[:40],
            example=today.isoformat(),
        )
    return found


def _written_date(text: str, today: date) -> date | None:
    if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        year, month, day = (int(part) for part in found.groups())
        return date(year + 2000 if len(found[1]) == 2 else year, month, day)
    if found := _MONTH_DAY.match(text):
        month, day = int(found[1]), int(found[2])
        return _nearest(month, day, today)
    return None


def _nearest(month: int, day: int, today: date) -> date:
    # 29 February exists in few years: the nearest one may be up to seven years away (around 1900, 2100).
    candidates = []
    for year in range(today.year - 8, today.year + 9):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        raise ValueError
    return min(candidates, key=lambda candidate: (abs((candidate - today).days), -candidate.toordinal()))


def _spoken_date(text: str, today: date) -> date | None:
    if (days := _DAY_WORDS.get(text.casefold())) is not None:
        return today + timedelta(days=days)
    if found := _WEEKDAY.match(text):
        weekday = "一二三四五六日".find(found[2].replace("天", "日"))
        weekday = int(found[2]) - 1 if weekday < 0 else weekday
        if not found[1]:
            return today + timedelta(days=(weekday - today.weekday()) % 7)
        return today + timedelta(days=weekday - today.weekday() + 7 * _WEEKS[found[1]])
    if found := _IN_DAYS.match(text):
        days = int(found[1]) * (1 if found[2] in "天日" else 7)
        return today + timedelta(days=-days if "前" in found[3] else days)
    if found := _MONTH_WORD.match(text):
        month = today.month - 1 + {"上": -1, "下": 1}.get(found[1], 0)
        return date(today.year + month // 12, month % 12 + 1, int(found[2]))
    return None


# --- amounts -----------------------------------------------------------------------------------------

_UNITS = {"": 1, "十": 10, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "十万": 100_000}
_UNITS |= {"百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "万亿": 10**12}
_AMOUNT = re.compile(r"^([-+]?)(\d[\d,]*(?:\.\d+)?|\.\d+)\s*([十百千万亿kw]{0,2})$", re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^\d{1,4}(?:,\d{4})+(?:\.\d+)?$")
_MONEY = re.compile(r"^(?:¥|￥|rmb|cny|人民币)\s*|\s*(?:元整|元|圆整|圆|块钱|块|rmb|cny|人民币)$", re.IGNORECASE)


def parse_amount(text: str) -> Decimal:
    """The exact amount meant by ``1,234.50``, ``¥1.2万``, ``3亿``, ``(500)``, ``１２３``, 壹万贰仟元整.

    Currency words of the renminbi are dropped, other currencies are refused. Raises ``BadAmount``.
    """
    tidy = halfwidth(text).replace("￥", "¥").strip()
    negative = bool(bracketed := re.fullmatch(r"\((.+)\)", tidy))
    body = (bracketed[1] if bracketed else tidy).strip()
    if body[:1] in "-+" and body[1:2] == "¥":
        body = body[0] + body[2:]
    body = _MONEY.sub("", _MONEY.sub("", body)).strip()
    amount = _digit_amount(body)
    if amount is None:
        amount = chinese_number(halfwidth(tidy))
    if amount is None:
        raise BadAmount(_("“%(text)s” is not understood as an amount. Write it like 1234.50 or 1.2万."), text=tidy[:40])
    return -amount if negative else amount


def _digit_amount(body: str) -> Decimal | None:
    found = _AMOUNT.match(body)
    if not found or found[3].casefold() not in _UNITS:
        return None
    if "," in found[2] and not _GROUPED.match(found[2]):
        return None
    try:
        amount = Decimal(found[1] + found[2].replace(",", ""))
    except InvalidOperation:
        return None
    return _exact_times(amount, _UNITS[found[3].casefold()])


def _exact_times(amount: Decimal, unit: int) -> Decimal:
    # Decimal rounds products to 28 digits; moving the point by text never does.
    sign, digits, exponent = amount.as_tuple()
    zeros = len(str(unit)) - 1
    assert isinstance(exponent, int)
    exponent += zeros
    return Decimal((sign, digits + (0,) * max(exponent, 0), min(exponent, 0)))
