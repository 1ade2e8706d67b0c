"""Amounts as they are written on Chinese documents: 12 345.60 is 壹万贰仟叁佰肆拾伍元陆角."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL = ("", "拾", "佰", "仟")
_LARGE = ("", "万", "亿", "万亿")
MOST = Decimal(10) ** 16


def in_capitals(amount: Decimal) -> str:
    """`amount` in yuan, rounded half up to the fen. Raises ValueError from 10^16 on."""
    cents = int(amount.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if abs(cents) >= MOST * 100:
        raise ValueError("too large to be written in capitals")
    sign, cents = "负" if cents < 0 else "", abs(cents)
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{sign}{words or '零元'}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return f"{sign}{words}{_DIGITS[fen]}分" if fen else f"{sign}{words}"


def _whole(yuan: int) -> str:
    """A whole number: each four digits by themselves, with one 零 for any gap."""
    words, place = "", 0
    groups: list[int] = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        # A gap is said once: where digits are missing before this group, or between it and the one above.
        above = groups[place + 1] if place + 1 < len(groups) else None
        if words and (group < 1_000 or not above):
            words += "零"
        words += _four(group) + _unit(place, groups)
    return words


def _unit(place: int, groups: list[int]) -> str:
    if place == 3 and groups[2]:
        return "万"  # 壹万贰仟亿: 亿 is said once, behind the next group
    return _LARGE[place]


def _four(group: int) -> str:
    words, gap = "", False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _SMALL[power]
        gap = False
    return words
